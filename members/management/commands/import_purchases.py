"""manage.py import_purchases FILE --store CODE: bring purchases in from a CSV or CSV.gz file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members.import_rows import PURCHASE_FIELDS
from members.management.importing import add_file_arguments, column_map, run_file
from members.models import ImportKind, Store
from members.services.imports import ImportSettings


class Command(BaseCommand):
    """Record the purchases of a file; run again after an interruption, it adds nothing twice."""

    help = "Record purchases from a CSV or CSV.gz file. Rejected rows go to a file that can be mended and imported."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """File, store, columns, enrolment."""
        add_file_arguments(parser, PURCHASE_FIELDS)
        parser.add_argument("--store", required=True, metavar="CODE", help="the store that made the purchases")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file and print what became of its rows."""
        store = Store.objects.filter(code=options["store"]).first()
        if store is None:
            codes = ", ".join(Store.objects.order_by("code").values_list("code", flat=True)) or "none yet"
            raise CommandError(f"There is no store {options['store']}. Stores: {codes}.")
        settings = ImportSettings(
            kind=ImportKind.PURCHASES,
            store=store,
            column_map=column_map(options["map"], PURCHASE_FIELDS),
            enrol=options["enrol"],
            dry_run=options["dry_run"],
        )
        run_file(self, Path(options["file"]), settings)
