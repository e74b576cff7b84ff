"""Every state of a member's pages: nothing yet, one, many, nearly gone, frozen, nobody's card."""

from datetime import timedelta

import pytest
from django.test import Client

from members.models import Lot, Member, MemberStatus, Transfer
from members.selectors.points import Expiring, PointsSummary
from members.services.expiries import expire_points
from tests.factories import MemberFactory
from tests.members.identity_scenes import give
from tests.members.page_scenes import NOW, member_who_signs_in, purchases, shop_with_rate, signed_in, text_of
from tests.members.test_profile_pages import gift_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]

HTMX = {"HX-Request": "true"}
TODAY = NOW.date()


@pytest.fixture
def member() -> Member:
    return member_who_signs_in("Mei")


@pytest.fixture
def mei(member: Member) -> Client:
    return signed_in(member)


def expire_on(member: Member, days: list[int]) -> None:
    """Ten points for each, gone after so many days from today."""
    for number, days_left in enumerate(days):
        give(member, 10, key=f"lot-{number}", now=NOW)
        newest = Lot.objects.latest("pk")
        Lot.objects.filter(pk=newest.pk).update(expires_at=newest.available_at + timedelta(days=days_left))


def test_the_calendar_adds_up_each_month() -> None:
    lots = [Expiring(5, TODAY), Expiring(7, TODAY + timedelta(days=3)), Expiring(9, TODAY + timedelta(days=30))]
    summary = PointsSummary(available=30, pending=0, owed=0, expiring=lots)

    assert [(month.month.month, month.points, len(month.days)) for month in summary.calendar()] == [
        (6, 12, 2),
        (7, 9, 1),
    ]
    assert summary.lasting == 9
    assert summary.expiring_by(TODAY) == 5


def test_the_points_page_shows_what_expires_month_by_month(member: Member, mei: Client) -> None:
    expire_on(member, [5, 12, 40])

    page = text_of(mei.get("/points/"))

    assert "<b>June 2026</b>" in page
    assert "20 points</span>" in page
    assert "<b>July 2026</b>" in page
    assert page.count('class="calendar__month"') == 2


def test_without_points_the_calendar_says_what_it_will_be(mei: Client) -> None:
    page = text_of(mei.get("/points/"))

    assert "how long each of them is good for" in page
    assert 'class="calendar"' not in page


def test_points_that_never_expire_are_told_apart(member: Member, mei: Client) -> None:
    expire_on(member, [5])
    give(member, 30, key="forever", now=NOW)
    Lot.objects.filter(points=30).update(expires_at=None)

    assert "30 more points never expire." in text_of(mei.get("/points/"))


def test_the_dashboard_counts_the_days_that_are_left(member: Member, mei: Client) -> None:
    expire_on(member, [5, 60])

    page = text_of(mei.get("/"))

    assert "days left" in page
    assert page.count('<span class="pill pill--warn">') == 1


def test_what_expired_on_one_day_is_one_line_that_names_its_parts(member: Member, mei: Client) -> None:
    for number, points in enumerate([30, 12, 5]):
        give(member, points, key=f"old-{number}", now=NOW - timedelta(days=500))
    expire_points(for_date=TODAY, now=NOW)

    page = text_of(mei.get("/points/?kind=expired"))

    assert Transfer.objects.filter(kind="expiry").count() == 3
    assert page.count('<details class="entry">') == 1
    assert "−47" in page
    assert "They came from several purchases:" in page


def test_a_dashboard_asks_for_the_rest_of_a_profile_until_it_is_told(member: Member, mei: Client) -> None:
    asked = text_of(mei.get("/"))
    Member.objects.filter(pk=member.pk).update(birth_day=3, birth_month=4, phone="+8613800138000")

    assert "Complete your profile" in asked
    assert "Complete your profile" not in text_of(mei.get("/"))


def test_later_means_later(mei: Client) -> None:
    response = mei.post("/profile/complete/later/")

    assert response["Location"] == "/"
    assert response.cookies["profile_later"]["httponly"]
    assert "Complete your profile" not in text_of(mei.get("/"))


def test_a_birthday_is_told_later_and_nothing_else_changes(member: Member, mei: Client) -> None:
    Member.objects.filter(pk=member.pk).update(time_zone="Asia/Tokyo", language="en")

    page = text_of(mei.post("/profile/complete/", {"name": "Mei", "birth_day": "3", "birth_month": "4"}, follow=True))

    member.refresh_from_db()
    assert (member.birth_month, member.birth_day, member.time_zone, member.name) == (4, 3, "Asia/Tokyo", "Mei")
    assert "that is all saved" in page


def test_a_birthday_that_cannot_be_is_explained(member: Member, mei: Client) -> None:
    page = text_of(mei.post("/profile/complete/", {"name": "Mei", "birth_day": "31", "birth_month": "2"}))

    assert "a day and a month that exist" in page
    member.refresh_from_db()
    assert member.birth_day is None


def test_a_gift_without_points_has_no_form(mei: Client) -> None:
    page = text_of(mei.get("/points/gift/"))

    assert "Nothing to give yet" in page
    assert 'id="gift-form"' not in page


def test_a_frozen_member_finds_no_form_to_give_with(member: Member, mei: Client) -> None:
    give(member, 100, now=NOW)
    Member.objects.filter(pk=member.pk).update(status=MemberStatus.FROZEN)

    page = text_of(mei.get("/points/gift/"))

    assert "Your account is frozen." in page
    assert 'id="gift-form"' not in page
    assert "Make someone&#x27;s day" not in text_of(mei.get("/points/"))


def test_a_script_gets_the_gift_as_a_dialog_and_nothing_moves(member: Member, mei: Client) -> None:
    give(member, 500, now=NOW)
    friend = MemberFactory.create(name="Bartholomew Ardent")

    response = mei.post("/points/gift/", gift_to(friend), headers=HTMX)

    page = text_of(response)
    assert page.startswith('<dialog class="dialog" data-opens')
    assert "Give 120 points to Bartholomew A.?" in page
    assert response["HX-Retarget"] == "#dialogs"
    assert not Transfer.objects.filter(kind="gift").exists()


def test_a_script_gets_the_form_again_where_something_is_wrong(member: Member, mei: Client) -> None:
    give(member, 500, now=NOW)

    response = mei.post("/points/gift/", gift_to(member), headers=HTMX)

    page = text_of(response)
    assert page.startswith('<form class="panel form" id="gift-form"')
    assert 'aria-invalid="true"' in page
    assert "HX-Retarget" not in response


def test_taking_the_phone_off_is_asked_first(member: Member, mei: Client) -> None:
    Member.objects.filter(pk=member.pk).update(phone="+8613800138000")

    page, dialog = mei.get("/profile/phone/forget/"), mei.get("/profile/phone/forget/", headers=HTMX)

    assert "<html" in text_of(page)
    assert text_of(dialog).startswith("<dialog")
    member.refresh_from_db()
    assert member.phone == "+8613800138000"


def test_the_phone_is_written_in_groups(member: Member, mei: Client) -> None:
    Member.objects.filter(pk=member.pk).update(phone="+8613800138000")

    assert "+86 138 0013 8000" in text_of(mei.get("/profile/"))


def test_one_entry_has_no_pages_to_turn_and_many_have(member: Member, mei: Client) -> None:
    shop, other = shop_with_rate(), member_who_signs_in("Lin")
    purchases(member, shop, 1)
    purchases(other, shop, 25)

    one, many = text_of(mei.get("/points/")), text_of(signed_in(other).get("/points/"))

    assert "1 entry" in one
    assert 'class="pager"' not in one
    assert 'class="pager"' in many
