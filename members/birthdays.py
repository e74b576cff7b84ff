"""Birthdays: a day and a month, the year only for those who tell it."""

import calendar
from datetime import date
from typing import NamedTuple

from members.exceptions import InvalidBirthday

# Any leap year: 29 February is a day on which people are born.
LEAP_YEAR = 2000
EARLIEST_YEAR = 1900


class Birthday(NamedTuple):
    """A validated birthday."""

    month: int
    day: int
    year: int | None


def validate_birthday(*, month: int | None, day: int | None, year: int | None, today: date) -> Birthday | None:
    """The birthday, or None when nothing was given.

    Raises InvalidBirthday when half of it is missing, the day does not exist, or it lies in the future.
    """
    if month is None and day is None and year is None:
        return None
    if month is None or day is None:
        raise InvalidBirthday
    try:
        born = date(LEAP_YEAR if year is None else year, month, day)
    except ValueError as error:
        raise InvalidBirthday from error
    if year is not None and (year < EARLIEST_YEAR or born > today):
        raise InvalidBirthday
    return Birthday(month, day, year)


def birthday_in_year(*, month: int, day: int, year: int) -> date:
    """The day on which a member is greeted in a year: 28 February for 29 February in common years."""
    if (month, day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28)
    return date(year, month, day)
