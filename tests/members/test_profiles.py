from typing import Any

import pytest

from members.exceptions import (
    DomainError,
    InvalidBirthday,
    InvalidLanguage,
    InvalidText,
    InvalidTimeZone,
    MemberNotLive,
)
from members.models import Member, MemberStatus
from members.services.profiles import change_language, forget_phone, update_profile
from tests.factories import MemberFactory
from tests.members.identity_scenes import NOW

pytestmark = pytest.mark.django_db


def update(member: Member, **changes: Any) -> Member:
    told = {
        "name": "Lin Mei",
        "birth_month": 2,
        "birth_day": 29,
        "birth_year": None,
        "language": "zh-hans",
        "time_zone": "Europe/Berlin",
    }
    return update_profile(member_id=member.pk, now=NOW, **{**told, **changes})


def test_members_say_who_they_are() -> None:
    mei = MemberFactory.create()

    update(mei)

    mei.refresh_from_db()
    assert (mei.name, mei.language, mei.time_zone) == ("Lin Mei", "zh-hans", "Europe/Berlin")
    assert (mei.birth_month, mei.birth_day, mei.birth_year) == (2, 29, None)


def test_a_birthday_can_be_taken_back() -> None:
    mei = update(MemberFactory.create())

    update(mei, birth_month=None, birth_day=None)

    mei.refresh_from_db()
    assert (mei.birth_month, mei.birth_day, mei.birth_year) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"birth_day": 30}, InvalidBirthday),
        ({"birth_year": 1993}, InvalidBirthday),
        ({"language": "tlh"}, InvalidLanguage),
        ({"time_zone": "Mars/Olympus"}, InvalidTimeZone),
        ({"name": "x" * 151}, InvalidText),
    ],
)
def test_what_says_nothing_usable_changes_nothing(changes: dict[str, Any], error: type[DomainError]) -> None:
    mei = MemberFactory.create(name="Mei")

    with pytest.raises(error):
        update(mei, **changes)

    mei.refresh_from_db()
    assert (mei.name, mei.language, mei.birth_month) == ("Mei", "en", None)


def test_a_closed_card_says_nothing_new() -> None:
    mei = MemberFactory.create(name="Mei", status=MemberStatus.CLOSED)

    with pytest.raises(MemberNotLive):
        update(mei)

    mei.refresh_from_db()
    assert mei.name == "Mei"


def test_a_language_is_kept_for_the_next_visit() -> None:
    mei = MemberFactory.create()

    change_language(member=mei, language="zh-TW")

    mei.refresh_from_db()
    assert mei.language == "zh-hant"


def test_a_phone_can_be_taken_off_the_card() -> None:
    mei = MemberFactory.create(phone="+8613800138000")

    forget_phone(member_id=mei.pk)

    mei.refresh_from_db()
    assert mei.phone is None
