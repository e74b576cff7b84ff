"""Lists of members to take away, read a piece at a time."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members import clock
from members.models import Channel, Member, MemberStatus, Tier
from members.spreadsheets import Cell

# Read in pieces by key rather than by a cursor: behind a transaction pooler there are none, and a list of 100,000
# would be in memory at once.
PIECE = 2_000
COLUMNS = (
    "pk",
    "number",
    "name",
    "phone",
    "email",
    "birth_year",
    "birth_month",
    "birth_day",
    "language",
    "tier_id",
    "status",
    "account__available",
    "account__pending",
    "enrolled_at",
    "enrolled_channel",
)


def header() -> list[str]:
    """The names of the columns, in the reader's language."""
    return [
        _("Card"),
        _("Name"),
        _("Phone"),
        _("Email"),
        _("Birthday"),
        _("Language"),
        _("Tier"),
        _("Status"),
        _("Points available"),
        _("Points pending"),
        _("Joined"),
        _("Channel"),
    ]


def rows(members: QuerySet[Member]) -> Iterator[list[Cell]]:
    """A row for each member, oldest card first, in the language that is active when this is called."""
    words = {str(value): str(label) for value, label in (*MemberStatus.choices, *Channel.choices)}
    tiers = {tier.pk: tier.name for tier in Tier.objects.all()}
    return _rows(members.order_by("pk").values_list(*COLUMNS), words, tiers)


def _rows(members: Any, words: dict[str, str], tiers: dict[int, str]) -> Iterator[list[Cell]]:
    # Plain values rather than models: a list of 100,000 would make 300,000 objects.
    last = 0
    while piece := list(members.filter(pk__gt=last)[:PIECE]):
        for row in piece:
            yield _row(row, words, tiers)
        last = piece[-1][0]


def _row(row: Any, words: dict[str, str], tiers: dict[int, str]) -> list[Cell]:
    _pk, number, name, phone, email, year, month, day, language, tier_id, status, available, pending, joined, way = row
    return [
        number,
        name,
        phone,
        email,
        _birthday(year, month, day),
        language,
        tiers[tier_id],
        words[status],
        available,
        pending,
        clock.local_date(joined).isoformat(),
        words[way],
    ]


def _birthday(year: int | None, month: int | None, day: int | None) -> str:
    """ISO 8601, without the year for those who gave none: --05-17."""
    if not month:
        return ""
    return f"{f'{year:04}' if year else '-'}-{month:02}-{day:02}"
