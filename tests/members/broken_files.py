"""Files as tills, spreadsheets and people make them, each with what must become of its rows.

CARD, MERGED, CLOSED and WRONG stand for card numbers: of a member, of two cards out of use, and one with a wrong digit.
"""

import codecs
import gzip
from dataclasses import dataclass

from tests.factories import member_number

CARDS = {name: member_number(8_000_000_000 + place) for place, name in enumerate(("CARD", "MERGED", "CLOSED"))}
CARDS["WRONG"] = f"{CARDS['CARD'][:-1]}{(int(CARDS['CARD'][-1]) + 1) % 10}"

HEADER = "external_id,member,occurred_at,amount"
GOOD = "r-1,CARD,2026-06-01,10.00"
OTHER = "r-2,CARD,2026-06-02 18:30,20.00"


@dataclass(frozen=True)
class BrokenFile:
    """A file's bytes, and how many of its rows are recorded, known already and rejected."""

    name: str
    content: bytes
    recorded: int = 0
    known: int = 0
    rejected: int = 0
    # Part of each rejected row's reason.
    reason: str = ""
    # Part of what is said of a file that cannot be read (to the end).
    error: str = ""


def filled(text: str) -> str:
    for name, number in CARDS.items():
        text = text.replace(name, number)
    return text


def lines(*rows: str, end: str = "\n", encoding: str = "utf-8", header: str = HEADER) -> bytes:
    return filled("".join(row + end for row in (header, *rows))).encode(encoding)


def torn(content: bytes, cut: int) -> bytes:
    return gzip.compress(content, mtime=0)[:-cut]


def row_case(name: str, row: str, reason: str) -> BrokenFile:
    """A row that is rejected, between two that are not."""
    return BrokenFile(name, lines(GOOD, row, OTHER), recorded=2, rejected=1, reason=reason)


def kept_case(name: str, row: str) -> BrokenFile:
    """A row that looks odd and is right."""
    return BrokenFile(name, lines(GOOD, row), recorded=2)


def amount_case(name: str, amount: str, reason: str = "not an amount") -> BrokenFile:
    return row_case(name, f'r-9,CARD,2026-06-01,"{amount}"', reason)


def moment_case(name: str, moment: str, reason: str = "not a date") -> BrokenFile:
    return row_case(name, f"r-9,CARD,{moment},10.00", reason)


LONG = "x" * 30_000
WIDE = "１２.５０"

MIXED = "r-8,咖啡,2026-06-01,1.00\n".encode("gbk") + b"r-9,\xff\xfe,2026-06-01,1\n" + "r-7,茶,2026-06-01,1\n".encode()

FILES = [
    # Encodings
    BrokenFile("plain", lines(GOOD, OTHER), recorded=2),
    BrokenFile("utf-8 with BOM", codecs.BOM_UTF8 + lines(GOOD, OTHER), recorded=2),
    BrokenFile("two BOMs", codecs.BOM_UTF8 * 2 + lines(GOOD), recorded=1),
    BrokenFile("utf-16 with BOM", lines(GOOD, OTHER, encoding="utf-16"), recorded=2),
    BrokenFile("utf-16 big-endian", codecs.BOM_UTF16_BE + lines(GOOD, encoding="utf-16-be"), recorded=1),
    BrokenFile("utf-16 cut in a character", lines(GOOD, OTHER, encoding="utf-16")[:-3], recorded=1, error="read"),
    BrokenFile("GBK", lines(GOOD, header="小票号,会员号,日期,金额", encoding="gbk"), recorded=1),
    BrokenFile("traditional header in UTF-8", lines(GOOD, header="訂單編號,會員編號,時間,金額"), recorded=1),
    BrokenFile("bytes of two encodings", lines(GOOD) + MIXED, recorded=1, rejected=3),
    BrokenFile("NUL in a cell", lines(GOOD, "r-9,CARD\x00,2026-06-01,10.00"), recorded=1, rejected=1, reason="NUL"),
    BrokenFile("nothing but NUL", b"\x00" * 100, error="columns"),
    BrokenFile("a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, error="columns"),
    # Structure
    BrokenFile("empty", b"", error="columns"),
    BrokenFile("one line feed", b"\n", error="columns"),
    BrokenFile("header alone", lines()),
    BrokenFile("header without line end", HEADER.encode()),
    BrokenFile("last line without end", lines(GOOD, OTHER)[:-1], recorded=2),
    BrokenFile("CRLF", lines(GOOD, OTHER, end="\r\n"), recorded=2),
    BrokenFile("CR alone", lines(GOOD, OTHER, end="\r"), recorded=2),
    BrokenFile("empty lines", lines("", GOOD, "  ", ",,,", OTHER, ""), recorded=2),
    BrokenFile("semicolons", lines(GOOD, OTHER).replace(b",", b";"), recorded=2),
    BrokenFile("tabs", lines(GOOD, OTHER).replace(b",", b"\t"), recorded=2),
    BrokenFile("rows with another separator", lines(GOOD.replace(",", ";"), OTHER), recorded=1, rejected=1),
    BrokenFile("a column is missing", lines(GOOD, header="external_id,member,occurred_at,price"), error="amount"),
    BrokenFile("no column says whose", lines(GOOD, header="external_id,whose,occurred_at,amount"), error="member"),
    BrokenFile("a column twice", lines(GOOD, header="external_id,member,amount,amount"), error="amount"),
    BrokenFile("a column more", lines(GOOD + ",x", header=f"{HEADER},till"), recorded=1),
    BrokenFile("header in other letters", lines(GOOD, header=" External_ID ,MEMBER, Occurred_At,Amount"), recorded=1),
    BrokenFile("no header", lines(OTHER, header=GOOD), error="columns"),
    BrokenFile("trailing separators", lines(GOOD + ",", OTHER + ",", header=HEADER + ","), recorded=2),
    row_case("a trailing separator on one row", "r-9,CARD,2026-06-01,10.00,", "5 cells instead of 4"),
    row_case("a cell too few", "r-9,CARD,2026-06-01", "3 cells instead of 4"),
    row_case("quotation mark never closed", '"r-9,CARD,2026-06-01,10.00', "quotation mark"),
    row_case("quotation mark in the middle", 'r-9,CA"RD,2026-06-01,10.00', "No member"),
    BrokenFile("quotation mark open at the end", lines(GOOD, 'r-9,CARD,2026-06-01,"10.00'), recorded=1, rejected=1),
    row_case("text after a closed quotation mark", 'r-9,CARD,2026-06-01,"10.00"x', "quotation mark"),
    row_case("a line feed inside a cell", '"r-\n9",CARD,2026-06-01,10.00', "not printable"),
    row_case("a huge cell", f"{LONG},CARD,2026-06-01,10.00", ""),
    # gzip
    BrokenFile("gzip", gzip.compress(lines(GOOD, OTHER)), recorded=2),
    BrokenFile("two gzip parts", gzip.compress(lines(GOOD)) + gzip.compress(filled(f"{OTHER}\n").encode()), recorded=2),
    BrokenFile("torn gzip", torn(lines(GOOD, OTHER), 10), recorded=1, error="read"),
    BrokenFile("gzip with something behind", gzip.compress(lines(GOOD, OTHER)) + b"garbage", recorded=2, error="read"),
    BrokenFile("gzip in name alone", b"\x1f\x8b but no gzip", error="read"),
    # Amounts
    amount_case("an exponent", "1e5"),
    amount_case("thousands", "1,000.00"),
    amount_case("a currency sign", "¥10.00"),
    amount_case("a plus sign", "+10.00"),
    amount_case("below zero", "-10.00", "below zero"),
    amount_case("three decimals", "10.005"),
    amount_case("full-width digits", WIDE),
    amount_case("not a number", "NaN"),
    amount_case("without end", "9" * 40),
    amount_case("missing", ""),
    kept_case("zero", "r-9,CARD,2026-06-01,0"),
    kept_case("spaces around cells", "  r-9 , CARD ,  2026-06-01 , 10.00 "),
    # Moments
    moment_case("29 February in a common year", "2026-02-29"),
    moment_case("year 1", "0001-01-01"),
    moment_case("year 9999", "9999-12-31"),
    moment_case("tomorrow", "2026-06-11", "not come yet"),
    moment_case("American date", "06/01/2026"),
    moment_case("no date", "yesterday"),
    moment_case("half past 24", "2026-06-01 24:30"),
    moment_case("missing date", ""),
    kept_case("29 February in a leap year", "r-9,CARD,2024-02-29,10.00"),
    kept_case("with a zone", "r-9,CARD,2026-06-01T10:00:00+09:00,10.00"),
    kept_case("in UTC", "r-9,CARD,2026-06-01T10:00:00Z,10.00"),
    kept_case("an hour that the clocks skipped", "r-9,CARD,1991-04-14 02:30,10.00"),
    kept_case("a Chinese date", "r-9,CARD,2026年6月1日,10.00"),
    # Whose
    row_case("unknown member", "r-9,nobody,2026-06-01,10.00", "No member"),
    row_case("wrong check digit", "r-9,WRONG,2026-06-01,10.00", "check digit"),
    row_case("closed card", "r-9,CLOSED,2026-06-01,10.00", "no longer in use"),
    row_case("nobody", "r-9,,2026-06-01,10.00", "whose it is"),
    kept_case("merged card", "r-9,MERGED,2026-06-01,10.00"),
    row_case("a formula", 'r-9,"=HYPERLINK(""http://evil.example"")",2026-06-01,10.00', "No member"),
    kept_case("an emoji", "🧾-9,CARD,2026-06-01,10.00"),
    # Which
    row_case("no receipt number", ",CARD,2026-06-01,10.00", "receipt number"),
    row_case("a long receipt number", f"{'9' * 65},CARD,2026-06-01,10.00", "64"),
    BrokenFile("a row twice", lines(GOOD, GOOD, OTHER), recorded=2, known=1),
    row_case("same receipt, other content", "r-1,CARD,2026-06-01,99.00", "other content"),
]
