import logging
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from tqdm import tqdm

from members import clock
from members.demo.accounts import DEMO_MEMBERS, PROGRAMME_NAME
from members.demo.programme import WEB_CODE
from members.demo.story import Story
from members.models import EarningRule, Member, Purchase, Scope, Store, Transfer
from members.services.api_keys import create_store_key

MEMBERS = 3_000
SEED = 2024


class Command(BaseCommand):
    """Fills an empty database with a made-up programme of two years; all of it or, when interrupted, nothing."""

    help = "Fill an empty programme with two years of a coffee-and-books chain, to look around in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Without arguments: the usual demo programme, up to now."""
        parser.add_argument("--if-empty", action="store_true", help="Do nothing if the programme has data already.")
        parser.add_argument("--seed", type=int, default=SEED, help="Another seed makes other people.")
        parser.add_argument("--members", type=int, default=MEMBERS, help=f"How many members; {MEMBERS:,} by default.")
        parser.add_argument(
            "--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="Its last day; today by default."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError where it could mix with what is there."""
        if not is_empty():
            found = f"This programme has data already ({Member.objects.count():,} members)"
            if not options["if_empty"]:
                raise CommandError(f"{found}. The demo fills empty ones only, so that it never mixes with real data.")
            self.stdout.write(f"{found}, so the demo is left out.")
            return
        if options["members"] < len(DEMO_MEMBERS):
            raise CommandError(f"--members must be at least {len(DEMO_MEMBERS)}.")
        now = clock.now()
        until = min(clock.day_end(options["until"]), now) if options["until"] else now
        story = Story(seed=options["seed"], members=options["members"], until=until)
        # Two years of nightly jobs would each say that they ran.
        logging.disable(logging.INFO)
        try:
            self._fill(story)
        finally:
            logging.disable(logging.NOTSET)

    def _fill(self, story: Story) -> None:
        self.stdout.write(f"Filling the demo programme: {PROGRAMME_NAME} since {story.first} (about a minute, once)...")
        with transaction.atomic():
            for _ in tqdm(story.tell(), total=story.days, unit="day", leave=False, disable=None):
                pass
            store = Store.objects.get(code=WEB_CODE)
            _, key = create_store_key(store=store, scopes=Scope.values, name="Demo web shop")
        self.stdout.write(
            f"{Member.objects.count():,} members, {Purchase.objects.count():,} purchases, "
            f"{Transfer.objects.count():,} entries in the ledger; the books are right.\n"
            f"API key of the web shop, shown this once: {key}"
        )


def is_empty() -> bool:
    """Whether nothing would be mixed with the demo: no member, no store, no rule."""
    return not any(model.objects.exists() for model in (Member, Store, EarningRule))
