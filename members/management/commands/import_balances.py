"""manage.py import_balances FILE --source NAME: bring opening balances in from an older system."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members.import_rows import BALANCE_FIELDS
from members.management.importing import add_file_arguments, column_map, run_file
from members.models import ImportKind, Store
from members.services.imports import ImportSettings


class Command(BaseCommand):
    """Post opening balances with their expiry dates, once each."""

    help = "Post opening balances (member, points, expires_on, reference) from a CSV or CSV.gz file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """File, columns, enrolment."""
        add_file_arguments(parser, BALANCE_FIELDS)
        parser.add_argument("--store", metavar="CODE", help="the store whose customer numbers the file uses")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file and print what became of its rows."""
        store = Store.objects.filter(code=options["store"]).first() if options["store"] else None
        if options["store"] and store is None:
            raise CommandError(f"There is no store {options['store']}.")
        settings = ImportSettings(
            kind=ImportKind.BALANCES,
            store=store,
            column_map=column_map(options["map"], BALANCE_FIELDS),
            enrol=options["enrol"],
            dry_run=options["dry_run"],
        )
        run_file(self, Path(options["file"]), settings)
