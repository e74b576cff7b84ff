import re
from datetime import date
from itertools import pairwise

import pytest

from members import birthdays, member_numbers, phones
from members.exceptions import InvalidBirthday, InvalidPhone


def test_a_number_has_twelve_digits_and_the_right_check_digit() -> None:
    numbers = member_numbers.generate(1_000)

    assert all(re.fullmatch(r"[1-9]\d{11}", number) for number in numbers)
    assert all(member_numbers.is_valid(number) for number in numbers)
    assert len(set(numbers)) == 1_000


def test_numbers_tell_nothing_about_their_neighbours() -> None:
    numbers = [int(number) for number in member_numbers.generate(200)]

    gaps = [abs(after - before) for before, after in pairwise(numbers)]

    assert min(gaps) > 1_000
    assert numbers != sorted(numbers)


def test_a_wrong_digit_is_noticed_at_any_place() -> None:
    number = "482109375519"
    assert member_numbers.is_valid(number)

    for place in range(12):
        for digit in "0123456789":
            changed = number[:place] + digit + number[place + 1 :]
            assert member_numbers.is_valid(changed) == (digit == number[place])


def test_swapped_neighbours_are_noticed_except_0_and_9_which_luhn_cannot_tell_apart() -> None:
    number = "482109375519"

    for place in range(11):
        left, right = number[place], number[place + 1]
        swapped = number[:place] + right + left + number[place + 2 :]
        assert member_numbers.is_valid(swapped) == (left == right or {left, right} == {"0", "9"})


@pytest.mark.parametrize(
    "text",
    [
        "482109375519",
        " 4821 0937 5519 ",
        "4821-0937-5519",
        "4821–0937–5519",
        "４８２１　０９３７　５５１９",
        "4821\u00a00937\u00a05519",
    ],
)
def test_a_number_is_read_the_way_people_write_it(text: str) -> None:
    assert member_numbers.parse(text) == "482109375519"


@pytest.mark.parametrize("text", ["", "482109375510", "48210937551", "4821093755190", "4821 0937 551x", "٤٨٢١٠٩٣٧٥٥١٦"])
def test_anything_else_is_no_number(text: str) -> None:
    assert member_numbers.parse(text) is None


def test_a_number_is_shown_in_groups_of_four() -> None:
    assert member_numbers.grouped("482109375519") == "4821 0937 5519"


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("138 0013 8000", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("0086 13800138000", "+8613800138000"),
        ("＋８６ １３８００１３８０００", "+8613800138000"),
        ("+886 912 345 678", "+886912345678"),
        ("+44 7400 123456", "+447400123456"),
    ],
)
def test_a_phone_is_stored_in_one_form(text: str, phone: str) -> None:
    assert phones.normalise_phone(text) == phone


@pytest.mark.parametrize("text", ["", "12345", "+86 999", "hello", "+8613800138000 ext. 5", "1" * 300])
def test_a_phone_that_cannot_be_dialled_is_refused_with_its_own_words(text: str) -> None:
    with pytest.raises(InvalidPhone) as refused:
        phones.normalise_phone(text)

    assert "is not a phone number that works" in str(refused.value)


def test_a_masked_phone_is_known_to_its_holder_alone() -> None:
    assert phones.masked("+8613800138000") == "•••• 8000"


def _birthday(month: int | None, day: int | None, year: int | None = None) -> birthdays.Birthday | None:
    return birthdays.validate_birthday(month=month, day=day, year=year, today=date(2026, 6, 1))


def test_no_birthday_is_fine() -> None:
    assert _birthday(None, None) is None


def test_29_february_is_a_birthday_without_a_year_and_in_leap_years() -> None:
    assert _birthday(2, 29) == (2, 29, None)
    assert _birthday(2, 29, 1992) == (2, 29, 1992)


@pytest.mark.parametrize(
    ("month", "day", "year"),
    [(2, 30, None), (13, 1, None), (0, 1, None), (4, 31, None), (2, 29, 1993), (None, 5, None), (5, None, None),
     (None, None, 1990), (6, 2, 2026), (1, 1, 1899), (1, 1, 20_000)],
)  # fmt: skip
def test_a_day_that_does_not_exist_or_is_yet_to_come_is_refused(
    month: int | None, day: int | None, year: int | None
) -> None:
    with pytest.raises(InvalidBirthday):
        _birthday(month, day, year)


def test_29_february_is_greeted_on_28_february_in_common_years() -> None:
    assert birthdays.birthday_in_year(month=2, day=29, year=2027) == date(2027, 2, 28)
    assert birthdays.birthday_in_year(month=2, day=29, year=2028) == date(2028, 2, 29)
    assert birthdays.birthday_in_year(month=2, day=29, year=2100) == date(2100, 2, 28)
    assert birthdays.birthday_in_year(month=3, day=1, year=2027) == date(2027, 3, 1)
