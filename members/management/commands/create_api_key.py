from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members import clock
from members.models import Scope, Store
from members.services.api_keys import create_store_key


class Command(BaseCommand):
    """Prints a key once; only its hash is stored."""

    help = "Make an API key for a store and print it. It is shown this once: keep it like a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--store is needed; without --scope the key may do everything that a till does."""
        parser.add_argument("--store", required=True, metavar="CODE", help="Code of the store that uses the key.")
        parser.add_argument(
            "--scope", action="append", choices=Scope.values, help="What it may do; repeat for several. Default: all."
        )
        parser.add_argument("--name", default="", help="Who uses it, for example “Till 2”. Default: the store's name.")
        parser.add_argument(
            "--until",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="Last day on which it works. Default: no end.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError for an unknown store."""
        store = Store.objects.filter(code=options["store"]).first()
        if store is None:
            known = ", ".join(Store.objects.order_by("code").values_list("code", flat=True)) or "none yet"
            raise CommandError(f"There is no store {options['store']}. Known: {known}.")
        key, text = create_store_key(
            store=store,
            scopes=options["scope"] or Scope.values,
            name=(options["name"] or store.name)[:50],
            expires_at=clock.day_end(options["until"]) if options["until"] else None,
        )
        self.stderr.write(f"Key {key.prefix} of {store.code} may: {', '.join(key.scopes)}. It is not shown again:")
        self.stdout.write(text)
