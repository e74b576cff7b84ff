import re
import uuid

import pytest
from django.test import Client

from members.models import Gift, Member, MemberStatus, TextMessage, Transfer
from tests.factories import MemberFactory
from tests.members.identity_scenes import balance, give
from tests.members.page_scenes import NOW, member_who_signs_in, signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]

PROFILE = {
    "name": "Mei Lin",
    "birth_day": "29",
    "birth_month": "2",
    "birth_year": "",
    "language": "en",
    "time_zone": "",
}


@pytest.fixture
def member() -> Member:
    """Mei, who has 500 points."""
    mei = member_who_signs_in("Mei")
    give(mei, 500, now=NOW)
    return mei


@pytest.fixture
def friend() -> Member:
    return MemberFactory.create(name="Bartholomew Ardent")


@pytest.fixture
def mei(member: Member) -> Client:
    return signed_in(member)


def gift_to(friend: Member, **fields: object) -> dict[str, object]:
    return {"recipient": friend.number, "points": "120", "message": "Thanks!", "key": str(uuid.uuid4()), **fields}


def test_a_member_changes_how_they_are_greeted(member: Member, mei: Client) -> None:
    response = mei.post("/profile/", {**PROFILE, "time_zone": "Asia/Tokyo"}, follow=True)

    member.refresh_from_db()
    assert (member.name, member.birth_month, member.birth_day, member.birth_year) == ("Mei Lin", 2, 29, None)
    assert member.time_zone == "Asia/Tokyo"
    assert "Saved." in text_of(response)


def test_the_chosen_language_is_there_from_the_next_page_on(member: Member, mei: Client) -> None:
    response = mei.post("/profile/", {**PROFILE, "language": "zh-hant"}, follow=True)

    assert '<html lang="zh-Hant">' in text_of(response)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"birth_day": "31"}, "a day and a month that exist"),
        ({"birth_month": ""}, "a day and a month that exist"),
        ({"birth_year": "2090"}, "a day and a month that exist"),
        ({"language": "tlh"}, "Select a valid choice"),
    ],
)
def test_a_profile_that_cannot_be_is_explained_and_changes_nothing(
    member: Member, mei: Client, change: dict[str, str], complaint: str
) -> None:
    page = text_of(mei.post("/profile/", {**PROFILE, **change}))

    assert complaint in page
    assert "Nothing was saved yet." in page
    member.refresh_from_db()
    assert member.name == "Mei"


def test_the_language_in_the_footer_is_kept_with_the_member(member: Member, mei: Client) -> None:
    mei.post("/language/", {"language": "zh-hans", "next": "/points/"})

    member.refresh_from_db()
    assert member.language == "zh-hans"
    assert '<html lang="zh-Hans">' in text_of(mei.get("/points/", headers={"Accept-Language": "en"}))


def test_a_visitors_language_is_kept_in_a_cookie_and_goes_nowhere_else() -> None:
    client = Client()

    response = client.post("/language/", {"language": "zh-hant", "next": "https://elsewhere.example/"})

    assert response["Location"] == "/"
    assert '<html lang="zh-Hant">' in text_of(client.get("/"))


def test_a_members_language_wins_over_the_browsers(member: Member, mei: Client) -> None:
    Member.objects.update(language="zh-hans")

    assert '<html lang="zh-Hans">' in text_of(mei.get("/", headers={"Accept-Language": "zh-TW"}))


def test_a_gift_is_shown_before_anything_moves(member: Member, mei: Client, friend: Member) -> None:
    page = text_of(mei.post("/points/gift/", gift_to(friend)))

    assert "Give 120 points to Bartholomew A.?" in page
    assert "Ardent" not in page
    assert "<dd>380</dd>" in page
    assert Gift.objects.count() == 0
    assert balance(member) == (500, 0, 0)


def test_a_confirmed_gift_is_given_once_however_often_it_is_sent(member: Member, mei: Client, friend: Member) -> None:
    confirmed = gift_to(friend, confirmed="yes")

    for _ in range(2):
        response = mei.post("/points/gift/", confirmed, follow=True)

    assert "You gave 120 points." in text_of(response)
    assert balance(member) == (380, 0, 0)
    assert balance(friend) == (120, 0, 0)


def test_a_gift_can_be_changed_instead_of_confirmed(member: Member, mei: Client, friend: Member) -> None:
    page = text_of(mei.post("/points/gift/", gift_to(friend, confirmed="yes", change="yes")))

    assert f'value="{friend.number}"' in page
    assert balance(member) == (500, 0, 0)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"recipient": "123"}, "We know no card with this number."),
        ({"points": "0"}, "whole number above zero"),
        ({"points": "-5"}, "whole number above zero"),
        ({"points": "501"}, "501 points are needed, 500 are available."),
        ({"points": "many"}, "Enter a whole number."),
    ],
)
def test_an_impossible_gift_is_explained_and_moves_nothing(
    member: Member, mei: Client, friend: Member, change: dict[str, str], complaint: str
) -> None:
    before = Transfer.objects.count()

    asked = text_of(mei.post("/points/gift/", gift_to(friend, **change)))
    confirmed = text_of(mei.post("/points/gift/", gift_to(friend, **change, confirmed="yes")))

    assert complaint in asked
    assert complaint in confirmed
    assert Transfer.objects.count() == before


def test_nobody_gives_to_themselves_or_past_the_limit(member: Member, mei: Client, friend: Member) -> None:
    give(member, 5_000, key="more", now=NOW)

    assert "This is your own card." in text_of(mei.post("/points/gift/", gift_to(member)))
    assert "You can give 1,000 more points today." in text_of(mei.post("/points/gift/", gift_to(friend, points="1001")))


def test_a_frozen_member_gives_nothing(member: Member, mei: Client, friend: Member) -> None:
    Member.objects.filter(pk=member.pk).update(status=MemberStatus.FROZEN)

    page = text_of(mei.post("/points/gift/", gift_to(friend, confirmed="yes")))

    assert "This account is frozen" in page
    assert balance(friend) == (0, 0, 0)


def test_a_card_from_the_till_comes_along_once_its_phone_is_proven(member: Member, mei: Client) -> None:
    card = MemberFactory.create(name="", phone="+8613800138000")
    give(card, 70, now=NOW)

    asked = text_of(mei.post("/profile/claim/", {"step": "phone", "phone": "138 0013 8000"}, follow=True))
    sent = re.search(r"\d{6}", TextMessage.objects.get().body)
    assert sent is not None
    wrong = text_of(mei.post("/profile/claim/", {"step": "code", "code": "no"}))
    done = text_of(mei.post("/profile/claim/", {"step": "code", "code": sent[0]}, follow=True))

    assert "+86 138 0013 8000" in asked
    assert "This code is not right" in wrong
    assert "Cashiers find you by this number now" in done
    assert balance(member) == (570, 0, 0)


def test_a_code_without_a_phone_starts_over(mei: Client) -> None:
    response = mei.post("/profile/claim/", {"step": "code", "code": "123456"})

    assert response["Location"] == "/profile/claim/"


def test_a_phone_that_cannot_be_dialled_is_sent_nothing(mei: Client) -> None:
    page = text_of(mei.post("/profile/claim/", {"step": "phone", "phone": "12"}))

    assert "is not a phone number that works" in page
    assert TextMessage.objects.count() == 0


def test_a_phone_is_taken_off_the_card(member: Member, mei: Client) -> None:
    Member.objects.filter(pk=member.pk).update(phone="+8613800138000")

    mei.post("/profile/phone/forget/")

    member.refresh_from_db()
    assert member.phone is None


def test_closing_says_what_is_lost_and_wants_agreement(member: Member, mei: Client) -> None:
    page = text_of(mei.get("/profile/close/"))
    mei.post("/profile/close/", {})

    assert "Your 500 points are gone" in page
    member.refresh_from_db()
    assert member.status == MemberStatus.ACTIVE


def test_a_closed_account_is_signed_out_with_a_goodbye(member: Member, mei: Client) -> None:
    page = text_of(mei.post("/profile/close/", {"agreed": "on"}, follow=True))

    assert "Your account is closed." in page
    assert "Join for free" in page
    member.refresh_from_db()
    assert member.status == MemberStatus.CLOSED
