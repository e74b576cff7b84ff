"""Files on their way in: every row is recorded, known already, or rejected with its line and reason.

A chunk of rows is one transaction, so an import that is interrupted anywhere and run again records nothing twice and
loses nothing: what a purchase or an opening balance says of itself is unique for ever.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from django.db import transaction

from members import clock
from members.import_files import CsvFile, FileRow, UnreadableFile
from members.import_rows import (
    BALANCE_FIELDS,
    FORMULA_MARKS,
    PURCHASE_FIELDS,
    TEXT_MARK,
    Columns,
    find_columns,
)
from members.models import ImportKind, Store
from members.services.import_chunks import Chunk, record_balance_rows, record_purchase_rows
from members.transactions import retrying

CHUNK = 2_000
REJECT_COLUMNS = ("line", "reason")
REQUIRED = {
    ImportKind.PURCHASES: ("external_id", "occurred_at", "amount"),
    ImportKind.BALANCES: ("points",),
}
FIELDS = {ImportKind.PURCHASES: PURCHASE_FIELDS, ImportKind.BALANCES: BALANCE_FIELDS}


@dataclass(slots=True)
class ImportCounts:
    """What became of the rows so far; the three kinds add up to ``rows``."""

    rows: int = 0
    recorded: int = 0
    known: int = 0
    rejected: int = 0

    def add(self, chunk: Chunk) -> None:
        """Count a chunk that is stored."""
        self.rows += len(chunk.outcomes)
        for outcome in chunk.outcomes:
            if outcome.status == "recorded":
                self.recorded += 1
            elif outcome.status == "known":
                self.known += 1
            else:
                self.rejected += 1


@dataclass(slots=True)
class ImportSettings:
    """How to read a file. ``column_map`` says which column is which field where the names do not."""

    kind: ImportKind
    store: Store | None = None
    column_map: Mapping[str, str] = field(default_factory=dict)
    enrol: bool = False
    dry_run: bool = False


def import_file(
    *,
    path: Path,
    settings: ImportSettings,
    rejects: Callable[[], TextIO],
    on_progress: Callable[[ImportCounts, int, int], None],
    now: Callable[[], datetime] = clock.now,
) -> ImportCounts:
    """Import a CSV or CSV.gz, streaming: memory does not grow with its size.

    ``rejects`` opens the file for rejected rows, only when there is one; ``on_progress`` hears the counts, the bytes
    read and all bytes after each chunk. Raises MissingColumns, UnreadableFile (what came before stays).
    """
    source = CsvFile(path)
    counts = ImportCounts()
    with ExitStack() as stack:
        writer = _Rejects(stack, rejects, source)
        columns: Columns | None = None
        for chunk_rows in _chunks(source.rows()):
            if columns is None:
                columns = _columns(source.header, settings)
            chunk = Chunk(rows=chunk_rows, columns=columns, store=settings.store, enrol=settings.enrol, now=now())
            _record(chunk, settings)
            writer.write(chunk)
            counts.add(chunk)
            on_progress(counts, source.bytes_read, source.bytes_total)
        if columns is None:
            _columns(source.header, settings)
    return counts


def _columns(header: Sequence[str], settings: ImportSettings) -> Columns:
    return find_columns(
        header, fields=FIELDS[settings.kind], required=REQUIRED[settings.kind], column_map=settings.column_map
    )


def _chunks(rows: Iterator[FileRow]) -> Iterator[list[FileRow]]:
    """The rows, some at a time; where the file turns out to be torn, those before the tear, then its error."""
    chunk: list[FileRow] = []
    try:
        for row in rows:
            chunk.append(row)
            if len(chunk) == CHUNK:
                yield chunk
                chunk = []
    except UnreadableFile:
        if chunk:
            yield chunk
        raise
    if chunk:
        yield chunk


@retrying
def _record(chunk: Chunk, settings: ImportSettings) -> None:
    chunk.reset()
    with transaction.atomic():
        if settings.kind == ImportKind.PURCHASES:
            record_purchase_rows(chunk)
        else:
            record_balance_rows(chunk)
        if settings.dry_run:
            transaction.set_rollback(True)


class _Rejects:
    """The file of rejected rows: the columns as they came, then line and reason; mended, it can be imported itself."""

    def __init__(self, stack: ExitStack, opener: Callable[[], TextIO], source: CsvFile) -> None:
        self.stack = stack
        self.opener = opener
        self.source = source
        self.writer: Any = None
        self.kept: list[int] = []

    def write(self, chunk: Chunk) -> None:
        for row, outcome in zip(chunk.rows, chunk.outcomes, strict=True):
            if outcome.status == "rejected":
                self._open()
                cells = row.cells if row.problem or len(row.cells) != len(self.source.header) else self._kept(row.cells)
                self.writer.writerow([*map(_printable, cells), row.line, outcome.reason])

    def _kept(self, cells: Sequence[str]) -> list[str]:
        return [cells[place] for place in self.kept]

    def _open(self) -> None:
        if self.writer is None:
            # A rejects file that is imported again brings its own two columns along.
            self.kept = [place for place, name in enumerate(self.source.header) if name not in REJECT_COLUMNS]
            self.writer = csv.writer(self.stack.enter_context(self.opener()))
            self.writer.writerow([*self._kept(self.source.header), *REJECT_COLUMNS])


def _printable(cell: str) -> str:
    """A cell that any program can open, and that no spreadsheet takes for a formula (read back, the mark is gone)."""
    text = cell.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")
    return f"{TEXT_MARK}{text}" if text.startswith(FORMULA_MARKS) else text
