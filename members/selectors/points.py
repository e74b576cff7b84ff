"""What a member has: to spend, on the way, owed, and until when."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Case, F, Sum, When

from members import clock
from members.models import Account, Lot


@dataclass(frozen=True, slots=True)
class Expiring:
    """Points that can be used up to and including a day."""

    points: int
    last_date: date


@dataclass(frozen=True, slots=True)
class ExpiryMonth:
    """What expires in one month, day by day; ``month`` is its first day."""

    month: date
    days: list[Expiring]

    @property
    def points(self) -> int:
        """The month's points together."""
        return sum(day.points for day in self.days)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Points that can be used from a day on."""

    points: int
    available_date: date


@dataclass(frozen=True, slots=True)
class PointsSummary:
    """Balances as of a moment; both lists begin with what comes first. Points that never expire are in neither."""

    available: int
    pending: int
    owed: int
    expiring: list[Expiring] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)

    @property
    def lasting(self) -> int:
        """Points to spend that never expire."""
        return self.available - sum(lot.points for lot in self.expiring)

    def expiring_by(self, day: date) -> int:
        """How many points are gone after a day if nothing is done."""
        return sum(lot.points for lot in self.expiring if lot.last_date <= day)

    def calendar(self) -> list[ExpiryMonth]:
        """What expires when, month by month; months in which nothing does are left out."""
        months: dict[date, list[Expiring]] = {}
        for lot in self.expiring:
            months.setdefault(lot.last_date.replace(day=1), []).append(lot)
        return [ExpiryMonth(month=month, days=days) for month, days in months.items()]


def summary(account: Account, now: datetime) -> PointsSummary:
    """The balances of a member's account, in one statement.

    They are those of ``now`` even when the nightly jobs are late: what has expired since the last settlement is not
    counted, and what has become available is.
    """
    usable: Counter[datetime | None] = Counter()
    waiting: Counter[date] = Counter()
    for waits_until, expires_at, points in _open_lots(account, now):
        if waits_until is None:
            usable[expires_at] += points
        else:
            waiting[clock.local_date(waits_until)] += points
    return PointsSummary(
        available=usable.total(),
        pending=waiting.total(),
        owed=account.owed,
        expiring=_expiring(usable),
        waiting=[Waiting(points=points, available_date=day) for day, points in sorted(waiting.items())],
    )


def _open_lots(account: Account, now: datetime) -> Iterable[tuple[datetime | None, datetime | None, int]]:
    """What is left of the lots, added up by when it becomes available (None: already) and when it expires."""
    waits_until = Case(When(is_pending=True, available_at__gt=now, then=F("available_at")))
    lots = Lot.objects.filter(account=account, remaining__gt=0).exclude(expires_at__lte=now)
    grouped = (
        lots.annotate(waits_until=waits_until).values("waits_until", "expires_at").annotate(total=Sum("remaining"))
    )
    return grouped.values_list("waits_until", "expires_at", "total")


def _expiring(usable: Counter[datetime | None]) -> list[Expiring]:
    days: Counter[date] = Counter()
    for expires_at, points in usable.items():
        if expires_at is not None:
            days[clock.last_day(expires_at)] += points
    return [Expiring(points=points, last_date=day) for day, points in sorted(days.items())]
