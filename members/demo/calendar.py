"""When people shop: weekdays, feasts and sales."""

from datetime import date, timedelta
from functools import lru_cache

SINGLES_DAY = (11, 11)
MIDYEAR_SALE = (6, 18)
DECEMBER = 12
# The day of the Chinese New Year, which no simple rule gives.
NEW_YEARS = {
    2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13),
    2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}  # fmt: skip
# Monday to Sunday.
SHOP_WEEK = (0.9, 1.0, 0.9, 0.95, 1.1, 1.45, 1.3)
WEB_WEEK = (1.1, 1.0, 1.0, 0.95, 0.9, 0.9, 1.15)
# How much of a pull each kind of day has, over an ordinary one.
BEFORE_NEW_YEAR, AT_NEW_YEAR, AFTER_NEW_YEAR = 1.7, 0.25, 0.6
WEB_SALE, SHOP_SALE, BOOK_DECEMBER = 4.0, 1.2, 1.6
# No day pulls more than this.
HIGHEST = 4.6


@lru_cache(maxsize=4096)
def pull(day: date, *, is_web: bool) -> float:
    """How many visits a day brings, where an ordinary day brings 1."""
    week = (WEB_WEEK if is_web else SHOP_WEEK)[day.weekday()]
    return min(week * _feast(day, is_web=is_web), HIGHEST)


def _feast(day: date, *, is_web: bool) -> float:
    if new_year := NEW_YEARS.get(day.year):
        ahead = (date(day.year, *new_year) - day).days
        if 1 < ahead <= 12:
            return BEFORE_NEW_YEAR
        if -3 <= ahead <= 1:
            return AT_NEW_YEAR
        if -9 <= ahead < -3:
            return AFTER_NEW_YEAR
    if _near(day, SINGLES_DAY) or _near(day, MIDYEAR_SALE):
        return WEB_SALE if is_web else SHOP_SALE
    return BOOK_DECEMBER if day.month == DECEMBER else 1.0


def _near(day: date, feast: tuple[int, int]) -> bool:
    """Whether it is the day or the eve."""
    return timedelta(0) <= date(day.year, *feast) - day <= timedelta(days=1)


def anniversaries(month: int, day: int, *, first: date, last: date) -> list[date]:
    """A day of the year in each year of a stretch."""
    days = [date(year, month, day) for year in range(first.year, last.year + 1)]
    return [each for each in days if first <= each <= last]
