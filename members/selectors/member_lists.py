"""Lists of members to take away, read a piece at a time."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members import clock
from members.models import Channel, Member, MemberStatus
from members.spreadsheets import Cell

# Read in pieces by key rather than by a cursor: behind a transaction pooler there are none, and a list of 100,000
# would be in memory at once.
PIECE = 2_000


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
    return _rows(members.select_related("tier", "account").order_by("pk"), words)


def _rows(members: QuerySet[Member], words: dict[str, str]) -> Iterator[list[Cell]]:
    last = 0
    while piece := list(members.filter(pk__gt=last)[:PIECE]):
        for member in piece:
            yield _row(member, words)
        last = piece[-1].pk


def _row(member: Member, words: dict[str, str]) -> list[Cell]:
    return [
        member.number,
        member.name,
        member.phone,
        member.email,
        _birthday(member),
        member.language,
        member.tier.name,
        words[member.status],
        member.account.available,
        member.account.pending,
        clock.local_date(member.enrolled_at).isoformat(),
        words[member.enrolled_channel],
    ]


def _birthday(member: Member) -> str:
    """ISO 8601, without the year for those who gave none: --05-17."""
    if not member.birth_month:
        return ""
    year = f"{member.birth_year:04}" if member.birth_year else "-"
    return f"{year}-{member.birth_month:02}-{member.birth_day:02}"
