import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from members import clock
from members.services.verifications import LISTED, verify_ledger


class Command(BaseCommand):
    """Rebuild every balance from its entries and list what disagrees; exit status 1 where something does."""

    help = "Rebuild every balance and lot from its entries; list what disagrees and exit with 1. Repairs nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=LISTED, help="how many disagreements of a kind to list")
        parser.add_argument(
            "--exact", action="store_true", help="compare figure by figure instead of fingerprints first (slower)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        result = verify_ledger(now=clock.now(), limit=options["limit"], is_exact=options["exact"])
        if not result.drifts:
            self.stdout.write(self.style.SUCCESS(f"The books are right ({result.counts['checks']} checks)."))
            return
        for drift in result.drifts:
            self.stdout.write(str(drift))
        self.stderr.write(self.style.ERROR(f"{len(result.drifts)} figures disagree with their entries."))
        sys.exit(1)
