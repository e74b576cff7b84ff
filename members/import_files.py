"""Reading CSV files as they come: plain or gzip, UTF-8 (BOM or not), UTF-16 with BOM or GBK, any size, broken or not.

Nothing is swallowed: every physical line ends up in a row or in a row's reason. A quotation mark that is never closed
costs the one line it is on, not the rest of the file.
"""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, ClassVar

from django.utils.translation import gettext_lazy as _

from members.exceptions import DomainError

GZIP_MAGIC = b"\x1f\x8b"
BLOCK = 1 << 20
# A cell longer than this is not a cell: an open quotation mark has swallowed the lines after it.
csv.field_size_limit(20_000)
SEPARATORS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "gb18030")


class UnreadableFile(DomainError):
    """A file of which nothing can be read, or no more than the part before."""

    code: ClassVar[str] = "unreadable-file"
    status: ClassVar[int] = 422
    message = _("The file can't be read: %(why)s. Save it as CSV (UTF-8) and try again; what was imported stays.")


@dataclass(slots=True)
class FileRow:
    """One row: where it began, its cells, and, if it could not be split, why (``cells`` is then the bare line)."""

    line: int
    cells: list[str]
    problem: str = ""


@dataclass
class CsvFile:
    """A file on disk being read: header first, then rows, with the bytes read so far for a progress bar."""

    path: Path
    header: list[str] = field(default_factory=list)
    bytes_total: int = 0
    encoding: str = "utf-8"
    _raw: BinaryIO | None = None

    def __post_init__(self) -> None:
        """Look at the file's size, and through all of it for its encoding."""
        self.bytes_total = self.path.stat().st_size
        self.encoding = _encoding(self.path)

    @property
    def bytes_read(self) -> int:
        """How far into the file on disk (compressed bytes for gzip)."""
        return self._raw.tell() if self._raw and not self._raw.closed else self.bytes_total

    def rows(self) -> Iterator[FileRow]:
        """The rows after the header. Raises UnreadableFile where the file ends in the middle (a torn upload)."""
        with self.path.open("rb") as raw:
            self._raw = raw
            lines = _Lines(_text(raw, self.encoding))
            separator = ""
            for row in _split(lines):
                if not separator:
                    separator = lines.separator
                    self.header = [name.strip().lstrip("\ufeff") for name in row.cells]
                    continue
                if any(cell.strip() for cell in row.cells):
                    yield row


def _open(raw: BinaryIO) -> BinaryIO:
    magic = raw.read(2)
    raw.seek(0)
    return gzip.GzipFile(fileobj=raw) if magic == GZIP_MAGIC else raw  # type: ignore[return-value]


def _encoding(path: Path) -> str:
    """The first encoding in which the whole file makes sense; UTF-8 with its bad lines rejected where none does."""
    with path.open("rb") as raw:
        start = _blocks(raw)
        first = next(start, b"")
        if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
    for name in ENCODINGS:
        with path.open("rb") as raw:
            decoder = codecs.getincrementaldecoder(name)()
            try:
                for block in _blocks(raw):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
            return "utf-8-sig" if name == "utf-8" else name
    return "utf-8-sig"


def _blocks(raw: BinaryIO) -> Iterator[bytes]:
    """The content in blocks; a torn gzip file ends early here and is reported when its rows are read."""
    stream = _open(raw)
    try:
        while block := stream.read(BLOCK):
            yield block
    except (EOFError, OSError, zlib.error):
        return


def _text(raw: BinaryIO, encoding: str) -> Iterator[str]:
    """Physical lines with their ends. Bytes that are no text become lone surrogates, which no good cell contains."""
    try:
        with io.TextIOWrapper(_open(raw), encoding=encoding, errors="surrogateescape", newline="") as text:
            yield from text
    except (EOFError, OSError, zlib.error) as error:
        raise UnreadableFile(why=str(error)) from error
    except UnicodeError as error:
        raise UnreadableFile(why=str(_("it is neither UTF-8 nor GBK text"))) from error


class _Lines:
    """Physical lines, counted, with those kept that the row being read is made of."""

    def __init__(self, source: Iterator[str]) -> None:
        self.source = source
        self.number = 0
        self.current: list[str] = []
        self.again: list[str] = []
        self.separator = ","

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.again.pop(0) if self.again else next(self.source)
        self.number += 1
        self.current.append(line)
        return line

    def begin(self) -> int:
        """Start a new row; returns the number of its first line."""
        self.current = []
        return self.number + 1

    def put_back(self) -> str:
        """Keep the first line of a row that could not be read, and have the others read again as rows of their own."""
        first, *rest = self.current
        self.again = rest + self.again
        self.number -= len(rest)
        return first


def _split(lines: _Lines) -> Iterator[FileRow]:
    try:
        first = next(lines)
    except StopIteration:
        return
    lines.separator = max(SEPARATORS, key=first.count)
    yield FileRow(1, next(iter(csv.reader([first.rstrip("\r\n")], delimiter=lines.separator)), []))
    reader = csv.reader(lines, delimiter=lines.separator, strict=True)
    while True:
        began = lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            bare = lines.put_back().rstrip("\r\n")
            yield FileRow(began, [bare], str(_("A quotation mark is opened and not closed, or stands inside a cell.")))
            reader = csv.reader(lines, delimiter=lines.separator, strict=True)
            continue
        yield FileRow(began, cells, _bad_characters(cells))


def _bad_characters(cells: list[str]) -> str:
    text = "".join(cells)
    if "\x00" in text:
        return str(_("The line holds characters that are not text (NUL)."))
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return str(_("The line holds characters that are neither UTF-8 nor GBK."))
    return ""
