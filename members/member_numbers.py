"""Member numbers: twelve digits with a check digit, drawn at random so that nobody can guess the next card."""

import re
import secrets
import unicodedata
from collections.abc import Callable

LENGTH = 12
# The first digit is never 0, which spreadsheets would swallow; ten more are free, the last one is the check digit.
_FIRST, _BEYOND = 10 ** (LENGTH - 2), 10 ** (LENGTH - 1)
_SEPARATORS = re.compile(r"[\s\-‐-―−.·_]+")
_DIGITS = re.compile(r"[0-9]{12}")
# Luhn: what a doubled digit adds, its own digits summed.
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def check_digit(digits: str) -> str:
    """The Luhn digit that makes ``digits`` plus itself valid; it catches a wrong digit and most swapped pairs."""
    doubled = sum([_DOUBLED[int(digit)] for digit in digits[::-2]])
    return str(-(doubled + sum(map(int, digits[-2::-2]))) % 10)


def generate(count: int, *, draw: Callable[[int], int] = secrets.randbelow) -> list[str]:
    """Different unguessable numbers; the unique constraint of the table has the last word on whether they are free.

    ``draw`` gives a number below another one, at random; made-up programmes pass a repeatable one.
    """
    numbers: dict[str, None] = {}
    while len(numbers) < count:
        digits = str(_FIRST + draw(_BEYOND - _FIRST))
        numbers[digits + check_digit(digits)] = None
    return list(numbers)


def is_valid(number: str) -> bool:
    """Whether a number in its plain form has twelve digits and the right check digit."""
    return _DIGITS.fullmatch(number) is not None and check_digit(number[:-1]) == number[-1]


def parse(text: str) -> str | None:
    """The plain number that a person typed or a scanner read: spaces, dashes and full-width digits do not matter.

    None for anything that is not a valid number.
    """
    number = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    return number if is_valid(number) else None


def grouped(number: str) -> str:
    """The number as people read it out: 482109375519 is "4821 0937 5519"."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
