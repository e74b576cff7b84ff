from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from members.models import Lot, MemberStatus
from tests.factories import MemberFactory, TierFactory, UserFactory
from tests.members.identity_scenes import give, staff
from tests.members.page_scenes import NOW, member_who_signs_in, purchases, shop_with_rate, signed_in, text_of
from tests.members.tier_scenes import put_in_tier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]

MEMBER_PAGES = [
    "/",
    "/points/",
    "/tiers/",
    "/card/",
    "/profile/",
    "/points/gift/",
    "/profile/claim/",
    "/profile/close/",
]


def test_a_visitor_sees_what_the_programme_offers() -> None:
    TierFactory.create(rank=1, name="Silver", name_en="Silver", threshold=80_000, benefits="A free drink")
    shop_with_rate()

    page = text_of(Client().get("/"))

    assert "Spend ¥800 within 12 months" in page
    assert "A free drink" in page
    assert "1 point for each ¥1" in page
    assert "/accounts/signup/" in page
    assert "/accounts/login/" in page


@pytest.mark.parametrize("path", [path for path in MEMBER_PAGES if path != "/"])
def test_a_visitor_is_sent_to_sign_in_and_brought_back(path: str) -> None:
    response = Client().get(path)

    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("path", MEMBER_PAGES)
def test_a_new_members_pages_have_something_to_say(path: str) -> None:
    response = signed_in(member_who_signs_in()).get(path)

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", MEMBER_PAGES)
def test_staff_without_a_card_are_shown_the_way_to_their_pages(path: str) -> None:
    client = Client()
    client.force_login(staff("service", "Sam"), backend="django.contrib.auth.backends.ModelBackend")

    page = text_of(client.get(path))

    assert "You are signed in as staff" in page
    assert 'href="/admin/"' in page


def test_a_sign_in_without_a_card_can_get_one() -> None:
    client = Client()
    client.force_login(UserFactory.create(), backend="django.contrib.auth.backends.ModelBackend")

    page = text_of(client.get("/"))

    assert "You have no card yet" in page
    assert 'action="/enrol/"' in page


def test_the_dashboard_says_at_one_glance_what_a_member_has() -> None:
    member = member_who_signs_in("Mei", number="482109375516")
    purchases(member, shop_with_rate("Riverside shop"), 2)

    page = text_of(signed_in(member).get("/"))

    assert "Good afternoon, Mei" in page
    assert "<strong>200</strong> points" in page
    assert "4821 0937 5516" in page
    assert "Until June 30, 2027" in page
    assert page.count("Riverside shop") == 2
    assert "+100" in page


@pytest.mark.parametrize(
    ("hours", "greeting"),
    [(0, "Good afternoon"), (3, "Good evening"), (10, "Good evening"), (14, "Good morning"), (19, "Good afternoon")],
)
def test_the_greeting_follows_the_members_own_clock(hours: int, greeting: str) -> None:
    client = signed_in(member_who_signs_in("Mei", time_zone="Asia/Tokyo"))

    with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
        page = text_of(client.get("/"))

    assert f"{greeting}, Mei" in page


def test_the_dashboard_shows_the_last_five_entries_each_with_its_why() -> None:
    member = member_who_signs_in()
    purchases(member, shop_with_rate(), 7)

    page = text_of(signed_in(member).get("/"))

    assert page.count('<details class="entry">') == 5
    assert page.count('<ul class="why"><li>¥100') == 5


def test_the_dashboard_costs_the_same_with_one_entry_and_with_three(
    django_assert_num_queries: DjangoAssertNumQueries, settings: Settings
) -> None:
    # With Redis the session costs no query.
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    shop = shop_with_rate()
    TierFactory.create(rank=1, threshold=800_000)
    few, many = member_who_signs_in(), member_who_signs_in()
    purchases(few, shop, 1)
    purchases(many, shop, 3)
    clients = [signed_in(few), signed_in(many)]
    clients[0].get("/")

    for client in clients:
        with django_assert_num_queries(8):
            client.get("/")


def test_the_history_costs_the_same_with_one_entry_and_with_three(
    django_assert_num_queries: DjangoAssertNumQueries, settings: Settings
) -> None:
    # With Redis the session costs no query.
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    shop = shop_with_rate()
    few, many = member_who_signs_in(), member_who_signs_in()
    purchases(few, shop, 1)
    purchases(many, shop, 3)
    clients = [signed_in(few), signed_in(many)]
    clients[0].get("/points/")

    for client in clients:
        with django_assert_num_queries(7):
            client.get("/points/")


def test_points_on_the_way_and_expired_ones_are_right_before_any_job_has_run() -> None:
    member = member_who_signs_in()
    give(member, 30, key="gone", now=NOW)
    give(member, 50, key="waiting", now=NOW)
    Lot.objects.filter(points=30).update(expires_at=NOW - timedelta(hours=1))
    Lot.objects.filter(points=50).update(is_pending=True, available_at=NOW + timedelta(days=3))

    page = text_of(signed_in(member).get("/points/"))

    assert "<strong>0</strong> points to spend" in page
    assert "Yours on June 13" in page


def test_nobody_reads_another_members_points() -> None:
    shop = shop_with_rate()
    mei, other = member_who_signs_in("Mei"), member_who_signs_in("Bartholomew")
    purchases(other, shop, 3)

    client = signed_in(mei)
    pages = [text_of(client.get(path)) for path in MEMBER_PAGES]

    assert not any("Riverside shop" in page or other.number in page or "Bartholomew" in page for page in pages)


def test_a_frozen_member_reads_that_points_are_safe() -> None:
    page = text_of(signed_in(member_who_signs_in(status=MemberStatus.FROZEN)).get("/"))

    assert "Your account is frozen." in page


def test_a_closed_card_opens_no_page() -> None:
    page = text_of(signed_in(member_who_signs_in(status=MemberStatus.CLOSED)).get("/points/"))

    assert "You have no card yet" in page


def test_a_merged_card_leads_to_the_one_that_is_kept() -> None:
    kept = MemberFactory.create(name="Mei Lin")
    absorbed = member_who_signs_in("Mei", status=MemberStatus.MERGED, merged_into=kept)

    page = text_of(signed_in(absorbed).get("/card/"))

    assert "Mei Lin" in page


def test_the_tiers_page_compares_them_and_tells_the_way_so_far() -> None:
    silver = TierFactory.create(rank=1, name="Silver", name_en="Silver", threshold=80_000, multiplier_percent=125)
    member = member_who_signs_in()
    put_in_tier(member, silver, reached=NOW.date())

    page = text_of(signed_in(member).get("/tiers/"))

    assert "You are Silver" in page
    assert "1.25 times the points" in page
    assert "Threshold reached" in page
    assert page.count("You are here") == 1


def test_the_card_holds_a_code_and_no_style_of_its_own() -> None:
    page = text_of(signed_in(member_who_signs_in(number="482109375516")).get("/card/"))

    assert "<svg viewBox=" in page
    assert "4821 0937 5516" in page
    assert "style=" not in page


@pytest.mark.parametrize("path", MEMBER_PAGES)
def test_no_page_brings_style_or_script_of_its_own(path: str) -> None:
    member = member_who_signs_in()
    purchases(member, shop_with_rate(), 1)

    page = text_of(signed_in(member).get(path))

    assert " style=" not in page
    assert "<style" not in page
    assert " onclick=" not in page
    assert "<script>" not in page
