"""What the import commands share: arguments, progress bar, rejects file and the closing account of every row."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from members.exceptions import DomainError
from members.services.imports import ImportCounts, ImportSettings, import_file


def add_file_arguments(parser: ArgumentParser, fields: Sequence[str]) -> None:
    """FILE, --map, --enrol, --dry-run."""
    parser.add_argument("file", help="a CSV or CSV.gz file, UTF-8 or GBK, with a header")
    parser.add_argument(
        "--map",
        nargs="+",
        action="extend",
        default=[],
        metavar="FIELD=COLUMN",
        help=f"which column is which field, where the names differ; fields: {', '.join(fields)}",
    )
    parser.add_argument("--enrol", action="store_true", help="enrol members that are not known yet")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")


def column_map(pairs: Sequence[str], fields: Sequence[str]) -> dict[str, str]:
    """The columns by field, from FIELD=COLUMN arguments."""
    columns = {}
    for pair in pairs:
        field, separator, column = pair.partition("=")
        if not separator or not column or field not in fields:
            raise CommandError(f"--map {pair}: write FIELD=COLUMN, with a field of: {', '.join(fields)}.")
        columns[field] = column
    return columns


def run_file(command: BaseCommand, path: Path, settings: ImportSettings) -> None:
    """Import a file with a progress bar, and print how many rows were recorded, known already and rejected."""
    if not path.is_file():
        raise CommandError(f"There is no file {path}.")
    rejects_path = path.with_name(f"{path.name.removesuffix('.gz').removesuffix('.csv')}.rejects.csv")
    counts = ImportCounts()
    with tqdm(total=path.stat().st_size, unit="B", unit_scale=True, desc=path.name, disable=None) as bar:

        def on_progress(so_far: ImportCounts, read: int, _total: int) -> None:
            nonlocal counts
            counts = so_far
            bar.update(read - bar.n)
            bar.set_postfix(recorded=so_far.recorded, known=so_far.known, rejected=so_far.rejected)

        def rejects() -> TextIO:
            return rejects_path.open("w", encoding="utf-8", newline="")

        try:
            import_file(path=path, settings=settings, rejects=rejects, on_progress=on_progress)
        except DomainError as error:
            raise CommandError(f"{error}\n{account_of(counts)}") from error
    command.stdout.write(account_of(counts, dry_run=settings.dry_run))
    if counts.rejected:
        command.stdout.write(f"Rejected rows with their reasons: {rejects_path}. Mend them and import that file.")


def account_of(counts: ImportCounts, *, dry_run: bool = False) -> str:
    """One sentence that accounts for every row."""
    verb = "would be recorded" if dry_run else "recorded"
    return (
        f"{counts.rows} rows: {counts.recorded} {verb}, {counts.known} known already, {counts.rejected} rejected."
        + (" Nothing was changed." if dry_run else "")
    )
