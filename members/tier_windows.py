"""Over which days a tier counts, and until when a reached tier is held. Days are the programme's days.

A tier is the model or its terms: whatever has the attributes of Windowed.
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
    def threshold(self) -> int:
        """What it asks for; a tier that asks for nothing is not reviewed."""

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


def last_day_in_window(day: date, months: int) -> date:
    """The last day whose rolling window still reaches back to a day."""
    last = add_months(day, months)
    while add_months(last, -months) >= day:
        last -= ONE_DAY
    return last


def is_reviewed(tier: Windowed) -> bool:
    """Whether a review can take a tier away: not the lowest, one that never goes, or one that asks for nothing."""
    return tier.rank > 0 and tier.threshold > 0 and tier.downgrade != TierDowngrade.NEVER


def window_ends(tier: Windowed, first: date, last: date, enrolled_at: datetime) -> list[date]:
    """The days between two on which the windows to look at end, so that no other day can show more.

    What counts only grows within a year, so that its last day is enough; a rolling window also loses its oldest day,
    so that each day is its own.
    """
    if tier.window == TierWindow.ROLLING:
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]
    ends = []
    while first <= last:
        ends.append(min(year_end(tier, first, enrolled_at), last))
        first = ends[-1] + ONE_DAY
    return ends


def year_end(tier: Windowed, day: date, enrolled_at: datetime) -> date:
    """The last day of the year, as the tier counts years, that a day is in; a lifetime has no end."""
    if tier.window == TierWindow.CALENDAR_YEAR:
        return date(day.year, 12, 31)
    if tier.window == TierWindow.MEMBERSHIP_YEAR:
        return membership_year_end(clock.local_date(enrolled_at), day)
    return date.max


def held_until(tier: Windowed, reached: date, enrolled_at: datetime) -> date | None:
    """The last day for which a tier reached on a day is held without another look; None: never reviewed."""
    if tier.window == TierWindow.LIFETIME or not is_reviewed(tier):
        return None
    if tier.window == TierWindow.ROLLING:
        return month_end(add_months(reached, tier.window_months))
    if tier.window == TierWindow.CALENDAR_YEAR:
        return date(reached.year + 1, 12, 31)
    enrolled = clock.local_date(enrolled_at)
    return membership_year_end(enrolled, membership_year_end(enrolled, reached) + ONE_DAY)


def held_since(tier: Windowed, today: date, enrolled_at: datetime) -> date:
    """The earliest day on which a member can have reached a tier that they still hold today."""
    if tier.window == TierWindow.LIFETIME or not is_reviewed(tier):
        return LONG_AGO
    if tier.window == TierWindow.ROLLING:
        return add_months(today.replace(day=1), -tier.window_months)
    if tier.window == TierWindow.CALENDAR_YEAR:
        return date(today.year - 1, 1, 1)
    enrolled = clock.local_date(enrolled_at)
    return membership_year_start(enrolled, membership_year_start(enrolled, today) - ONE_DAY)
