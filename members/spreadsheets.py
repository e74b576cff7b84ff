"""Files that spreadsheets open: text stays text, whatever it begins with, and long files take little memory."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter

# A cell that begins so is a formula to a spreadsheet, and a formula can send the file's contents away. The wide forms
# are what input methods for Chinese write, and some spreadsheets take them for the plain ones.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Excel reads a CSV file as UTF-8 only if it says so.
BYTE_ORDER_MARK = "\ufeff"

Cell = str | int | None


def neutral(value: Cell) -> Cell:
    """A text that no spreadsheet runs: with an apostrophe before what would begin a formula; numbers are numbers."""
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def plain(text: str) -> str:
    """What ``neutral`` was given, for files that come back."""
    return text[1:] if text.startswith("'") and neutral(text[1:]) != text[1:] else text


class _Echo:
    """Gives each line back to whoever streams it, instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The lines of a CSV file, one at a time."""
    writer: Any = csv.writer(_Echo())
    yield BYTE_ORDER_MARK
    yield writer.writerow([neutral(name) for name in header])
    for row in rows:
        yield writer.writerow([neutral(cell) for cell in row])


def xlsx_file(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> IO[bytes]:
    """A workbook with one sheet, in a file that is gone once it is closed; rows leave memory as they are written.

    Cells are written as text or as numbers, never as formulas, so that nothing needs an apostrophe.
    """
    file = TemporaryFile()  # noqa: SIM115 - closed by the response that sends it
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 1, 18)
        for column, name in enumerate(header):
            sheet.write_string(0, column, name, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                elif cell:
                    sheet.write_string(number, column, cell)
    file.seek(0)
    return file
