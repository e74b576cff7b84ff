"""What the columns of an import mean, and turning a row's cells into a receipt or a balance, or saying why not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from typing import ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members import clock
from members.exceptions import DomainError
from members.money import format_amount, parse_amount

MAX_ID_LENGTH = 64
MAX_DIGITS = 12
# Dates beyond these are typing errors; a little room is left for expiry in years to come.
FIRST_YEAR, LAST_YEAR = 1970, 9990
LONGEST_DAY = len("2026年11月21日")
# The names under which tills and spreadsheets know our fields.
ALIASES = {
    "external_id": ("external_id", "receipt", "receipt_number", "order", "order_id", "小票号", "訂單編號", "订单号"),
    "member": ("member", "member_number", "card", "会员号", "會員編號"),
    "customer": ("customer", "customer_id", "customer_number", "客户号", "客戶編號"),
    "phone": ("phone", "mobile", "手机", "手機"),
    "email": ("email", "e-mail", "邮箱", "電子郵件"),
    "name": ("name", "姓名"),
    "occurred_at": ("occurred_at", "date", "purchased_at", "time", "日期", "时间", "時間"),
    "amount": ("amount", "total", "金额", "金額"),
    "currency": ("currency", "币种", "幣別"),
    "sku": ("sku",),
    "category": ("category", "类别", "類別"),
    "quantity": ("quantity", "qty", "数量", "數量"),
    "points": ("points", "balance", "积分", "點數"),
    "expires_on": ("expires_on", "expiry", "valid_until", "有效期至", "有效期限"),
    "reference": ("reference", "ref"),
}
PURCHASE_FIELDS = (
    "external_id", "member", "customer", "phone", "email", "name",
    "occurred_at", "amount", "currency", "sku", "category", "quantity",
)  # fmt: skip
BALANCE_FIELDS = ("member", "customer", "phone", "email", "name", "points", "expires_on", "reference")
IDENTITY = ("member", "phone", "email", "customer")
_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?", re.ASCII)
# What makes a spreadsheet run a cell as a formula, and what keeps it from doing so.
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")
TEXT_MARK = "'"


class MissingColumns(DomainError):
    """The header lacks a column, or names one twice."""

    code: ClassVar[str] = "missing-columns"
    status: ClassVar[int] = 422
    message = _("The file needs the columns %(missing)s; it has %(found)s. Rename them, or say which is which.")


class RejectedRow(ValueError):
    """A row that cannot be imported, with the reason for a person."""

    def __init__(self, reason: str | Promise, **params: object) -> None:
        super().__init__(str(reason) % params if params else str(reason))


@dataclass(slots=True)
class Columns:
    """Which cell holds which field. ``ignored`` are columns that mean nothing to us."""

    width: int
    places: dict[str, int] = field(default_factory=dict)

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """A row's cells by field; missing ones are empty. Raises RejectedRow for a row of the wrong width."""
        if len(row) != self.width:
            raise RejectedRow(_("%(found)s cells instead of %(width)s: is a separator missing or one too many?"),
                              found=len(row), width=self.width)  # fmt: skip
        return {name: _unmarked(row[place]).strip() for name, place in self.places.items()}


def _unmarked(cell: str) -> str:
    """A cell as it was before a rejects file (or a spreadsheet) marked it as text that is no formula."""
    return cell[1:] if cell[:1] == TEXT_MARK and cell[1:].startswith(FORMULA_MARKS) else cell


def find_columns(
    header: Sequence[str], *, fields: Sequence[str], required: Sequence[str], column_map: Mapping[str, str]
) -> Columns:
    """Match a header with fields: by ``column_map`` (field -> column), else by usual names. Raises MissingColumns."""
    lower = [name.casefold() for name in header]
    places: dict[str, int] = {}
    for name in fields:
        wanted = [column_map[name].casefold()] if name in column_map else list(ALIASES[name])
        found = [place for place, column in enumerate(lower) if column in wanted]
        if len(found) > 1 and len({lower[place] for place in found}) < len(found):
            raise MissingColumns(missing=name, found=", ".join(header))
        if found:
            places[name] = found[0]
        elif name in column_map:
            raise MissingColumns(missing=column_map[name], found=", ".join(header))
    missing = [name for name in required if name not in places]
    if not any(name in places for name in IDENTITY):
        missing.append("member")
    if missing:
        raise MissingColumns(missing=", ".join(missing), found=", ".join(header) or "-")
    return Columns(len(header), places)


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    day = date(int(match[1]), int(match[2]), int(match[3]))
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(text)
    return day


def read_moment(text: str) -> datetime:
    """A date, or a date and time, in the programme's zone unless it says another. Raises RejectedRow."""
    try:
        if len(text) <= LONGEST_DAY and ":" not in text:
            return clock.day_start(_day(text))
        head, separator, tail = text.replace("T", " ", 1).partition(" ")
        match = _TIME.fullmatch(tail)
        if match and separator:
            clock_time = time(int(match[1]), int(match[2]), int(match[3] or 0))
            return datetime.combine(_day(head), clock_time, tzinfo=clock.programme_zone())
        moment = datetime.fromisoformat(text)
        _day(moment.date().isoformat())
        return moment if moment.tzinfo else moment.replace(tzinfo=clock.programme_zone())
    except (ValueError, OverflowError) as error:
        raise RejectedRow(
            _("“%(text)s” is not a date: write it as 2026-11-21 or 2026-11-21 18:30."), text=text[:40]
        ) from error


def read_day(text: str) -> date:
    """A day. Raises RejectedRow."""
    try:
        return _day(text)
    except ValueError as error:
        raise RejectedRow(_("“%(text)s” is not a date: write it as 2026-11-21."), text=text[:40]) from error


@lru_cache(maxsize=4096)
def _amount(text: str) -> int:
    return parse_amount(text)


def read_amount(text: str) -> int:
    """Minor units. Raises RejectedRow, with the way out for returns and thousands separators."""
    try:
        return _amount(text)
    except ValueError as error:
        if text.startswith(("-", "−")):
            raise RejectedRow(
                _("The amount %(text)s is below zero: returns are recorded as returns."), text=text[:40]
            ) from error
        raise RejectedRow(
            _("“%(text)s” is not an amount: write it as %(example)s, without thousands separators or a currency sign."),
            text=text[:40], example=format_amount(123_450),
        ) from error  # fmt: skip


def _whole(text: str, *, least: int, most: int, complaint: str | Promise) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS and least <= int(text) <= most):
        raise RejectedRow(complaint, text=text[:40])
    return int(text)


def read_quantity(text: str) -> int:
    """Pieces, one if it is not said. Raises RejectedRow."""
    return _whole(text, least=1, most=1_000_000, complaint=_("“%(text)s” is not a quantity.")) if text else 1


def read_points(text: str) -> int:
    """Points above zero. Raises RejectedRow."""
    return _whole(text, least=1, most=10**12, complaint=_("“%(text)s” is not a number of points above zero."))


def read_id(text: str) -> str:
    """A receipt's number. Raises RejectedRow."""
    if not text:
        raise RejectedRow(_("The receipt number is missing: without it the row could be counted twice."))
    return read_text(text)


def read_text(text: str) -> str:
    """A short text. Raises RejectedRow."""
    if len(text) > MAX_ID_LENGTH or not text.isprintable():
        raise RejectedRow(_("“%(text)s…” is longer than 64 characters or not printable."), text=text[:20])
    return text


def read_currency(text: str) -> str:
    """The programme's currency if it is not said."""
    return text.upper() or settings.PROGRAMME_CURRENCY


def identity(cells: Mapping[str, str]) -> tuple[str, str, str]:
    """Member, phone and email as given. Raises RejectedRow when there is none of them."""
    member, phone, email, customer = (cells.get(name, "") for name in IDENTITY)
    if not (member or phone or email or customer):
        raise RejectedRow(_("The row does not say whose it is: member, customer, phone or email is missing."))
    return read_text(member), phone, email
