"""Over which days a tier counts, and until when a reached tier is held. Days are the programme's days.

A tier is anything with ``window``, ``window_months`` and ``downgrade``: the model or its terms.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from members import clock
from members.models import TierDowngrade, TierWindow

ONE_DAY = timedelta(days=1)
LAST_OF_FEBRUARY = 28
# Before any purchase a programme may have.
LONG_AGO = date(1900, 1, 1)


class Windowed(Protocol):
    """What a tier says about its time."""

    @property
    def rank(self) -> int:
        """Its place; 0 is the lowest tier."""

    @property
    def window(self) -> str:
        """A TierWindow."""

    @property
    def window_months(self) -> int:
        """How many months, for a rolling window."""

    @property
    def downgrade(self) -> str:
        """A TierDowngrade."""


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year < LONG_AGO.year:
        return LONG_AGO
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def anniversary(enrolled: date, year: int) -> date:
    """The day in a year on which a member joined; 28 February in common years for who joined on the 29th."""
    try:
        return enrolled.replace(year=year)
    except ValueError:
        return date(year, 2, LAST_OF_FEBRUARY)


def membership_year_start(enrolled: date, day: date) -> date:
    """The last anniversary up to a day, that day included."""
    this_year = anniversary(enrolled, day.year)
    return this_year if this_year <= day else anniversary(enrolled, day.year - 1)


def membership_year_end(enrolled: date, day: date) -> date:
    """The last day of the membership year that a day is in."""
    return anniversary(enrolled, membership_year_start(enrolled, day).year + 1) - ONE_DAY


@lru_cache(maxsize=4096)
def window_start(window: str, months: int, as_of: date, enrolled: date) -> date:
    """The first day that counts in the window ending with ``as_of``."""
    if window == TierWindow.ROLLING:
        return add_months(as_of, -months) + ONE_DAY
    if window == TierWindow.CALENDAR_YEAR:
        return date(as_of.year, 1, 1)
    if window == TierWindow.MEMBERSHIP_YEAR:
        return membership_year_start(enrolled, as_of)
    return LONG_AGO


def held_until(tier: Windowed, reached: date, enrolled_at: datetime) -> date | None:
    """The last day for which a tier reached on a day is held without another look; None: never reviewed."""
    if tier.rank == 0 or tier.downgrade == TierDowngrade.NEVER or tier.window == TierWindow.LIFETIME:
        return None
    if tier.window == TierWindow.ROLLING:
        return month_end(add_months(reached, tier.window_months))
    if tier.window == TierWindow.CALENDAR_YEAR:
        return date(reached.year + 1, 12, 31)
    enrolled = clock.local_date(enrolled_at)
    return membership_year_end(enrolled, membership_year_end(enrolled, reached) + ONE_DAY)
