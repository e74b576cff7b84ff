"""The inbox as pages: what is there, what opens, and what marking does, with and without scripts."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from members import clock
from members.models import DomainEvent, Member, Notification, NotificationKind
from members.services.relays import relay_events
from tests.admin.staff_scenes import signed_in as staff_signed_in
from tests.factories import TierFactory
from tests.members.identity_scenes import give, staff
from tests.members.page_scenes import member_who_signs_in, purchases, shop_with_rate, signed_in, text_of

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def mei() -> Member:
    return member_who_signs_in("Mei")


def tell(member: Member, count: int = 1, *, kind: str = NotificationKind.BONUS, **payload: object) -> list[int]:
    """So many notifications, a minute apart; their ids, oldest first."""
    now = clock.now()
    return [
        Notification.objects.create(
            member=member,
            kind=kind,
            payload={"points": 5, **payload},
            created_at=now - timedelta(minutes=count - number),
        ).pk
        for number in range(count)
    ]


def unread(member: Member) -> int:
    return Notification.objects.filter(member=member, read_at=None).count()


def badge(client: Client, path: str = "/") -> str:
    found = re.search(r'class="bell__count"[^>]*>([^<]*)<', client.get(path).content.decode())
    return found[1] if found else ""


def test_an_empty_inbox_says_what_will_come(mei: Member) -> None:
    page = text_of(signed_in(mei).get("/inbox/"))

    assert "<h2>Nothing to tell you yet</h2>" in page
    assert "Mark all as read" not in page


def test_the_list_is_newest_first_under_its_days(mei: Member) -> None:
    tell(mei, 2)
    Notification.objects.create(
        member=mei,
        kind=NotificationKind.BONUS,
        payload={"points": 7},
        created_at=timezone.now() - timedelta(days=1),
    )

    page = text_of(signed_in(mei).get("/inbox/"))

    assert re.findall(r"<h2>(.*?)</h2>", page)[:2] == ["Today", "Yesterday"]
    assert page.index("7 bonus points for you") > page.index("5 bonus points for you")


def test_it_is_paged(mei: Member) -> None:
    tell(mei, 21)
    client = signed_in(mei)

    assert text_of(client.get("/inbox/")).count('class="told__open"') == 20
    assert text_of(client.get("/inbox/?page=2")).count('class="told__open"') == 1
    assert "Page 2 of 2" in text_of(client.get("/inbox/?page=999"))


@pytest.mark.parametrize(("count", "shown"), [(0, ""), (3, "3"), (99, "99"), (140, "99+")])
def test_each_page_shows_how_many_are_unread(mei: Member, count: int, shown: str) -> None:
    tell(mei, count)
    client = signed_in(mei)

    assert (badge(client), badge(client, "/profile/")) == (shown, shown)


def test_opening_marks_as_read_and_leads_to_the_entry_with_its_why(mei: Member) -> None:
    purchases(mei, shop_with_rate("Riverside shop"), 1, at=clock.now())
    relay_events(now=clock.now())
    pk = Notification.objects.get().pk
    client = signed_in(mei)

    response = client.post(f"/inbox/{pk}/open/")
    page = text_of(client.get(response["Location"]))

    assert response["Location"] == f"/inbox/{pk}/"
    assert unread(mei) == 0
    assert "You earned 100 points" in page
    assert "<li>¥100 at 1 point for each ¥1: 100 points.</li>" in page


@pytest.mark.parametrize(
    ("kind", "target"),
    [("tier_up", "/tiers/"), ("tier_down", "/tiers/"), ("expiring", "/points/#upcoming")],
)
def test_tiers_and_warnings_lead_to_their_own_pages(mei: Member, kind: str, target: str) -> None:
    [pk] = tell(mei, kind=kind, last_day="2026-06-30")

    assert signed_in(mei).post(f"/inbox/{pk}/open/")["Location"] == target


def test_a_gift_leads_to_its_entry(mei: Member) -> None:
    give(mei, 30, now=clock.now())
    relay_events(now=clock.now())

    page = text_of(signed_in(mei).get(f"/inbox/{Notification.objects.get().pk}/"))

    assert "30 bonus points for you" in page
    assert "In your points" in page


def test_reading_one_changes_nothing(mei: Member) -> None:
    [pk] = tell(mei)

    signed_in(mei).get(f"/inbox/{pk}/")

    assert unread(mei) == 1


def test_marking_one_without_scripts_leads_back_to_the_same_page(mei: Member) -> None:
    pks = tell(mei, 21)

    response = signed_in(mei).post(f"/inbox/{pks[0]}/read/", {"page": "2"})

    assert (response.status_code, response["Location"]) == (302, "/inbox/?page=2")
    assert unread(mei) == 20


def test_marking_one_with_scripts_brings_the_list_and_the_badge(mei: Member) -> None:
    pks = tell(mei, 3)

    page = text_of(signed_in(mei).post(f"/inbox/{pks[0]}/read/", {"page": "1"}, headers=HX))

    assert page.startswith('<section class="inbox" id="inbox"')
    assert 'data-announce="2 unread"' in page
    assert 'id="inbox-link"' in page
    assert 'hx-swap-oob="true"' in page
    assert '<span class="bell__count" aria-hidden="true">2</span>' in page


def test_marking_all_leaves_what_came_meanwhile(mei: Member) -> None:
    tell(mei, 3)
    client = signed_in(mei)
    shown = re.search(r'name="up_to" value="(\d+)"', client.get("/inbox/").content.decode())
    assert shown
    tell(mei)

    client.post("/inbox/read/", {"up_to": shown[1]})

    assert unread(mei) == 1


@pytest.mark.parametrize("up_to", ["", "all", "-1", "9" * 40])
def test_nonsense_marks_nothing(mei: Member, up_to: str) -> None:
    tell(mei)

    assert signed_in(mei).post("/inbox/read/", {"up_to": up_to}).status_code == 302
    assert unread(mei) == 1


@pytest.mark.parametrize("action", ["open/", "read/"])
def test_nobody_marks_or_reads_what_is_anothers(mei: Member, action: str) -> None:
    [pk] = tell(mei)
    other = signed_in(member_who_signs_in("Jing"))

    assert other.post(f"/inbox/{pk}/{action}").status_code == 404
    assert other.get(f"/inbox/{pk}/").status_code == 404
    assert unread(mei) == 1


def test_the_list_costs_the_same_with_one_notification_and_with_three(
    mei: Member, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings
) -> None:
    # With Redis the session costs no query.
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    jing = member_who_signs_in("Jing")
    tell(mei, 1, kind=NotificationKind.GIFT_RECEIVED, key="gift:gift:1")
    tell(jing, 3, kind=NotificationKind.GIFT_RECEIVED, key="gift:gift:1")
    clients = [signed_in(mei), signed_in(jing)]
    clients[0].get("/inbox/")

    for client in clients:
        with django_assert_num_queries(7):
            client.get("/inbox/")


def test_the_badge_costs_no_query(
    mei: Member, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings
) -> None:
    # With Redis the session costs no query.
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    TierFactory.create(rank=1)
    tell(mei, 3)
    client = signed_in(mei)
    client.get("/profile/")

    with django_assert_num_queries(3):
        client.get("/profile/")


def test_a_merged_cards_notification_still_opens_without_its_entry(mei: Member) -> None:
    [pk] = tell(mei, kind=NotificationKind.PURCHASE, purchase=4711, amount=500, store=99)

    page = text_of(signed_in(mei).get(f"/inbox/{pk}/"))

    assert "For your purchase of ¥5." in page
    assert DomainEvent.objects.count() == 0


def test_staff_see_what_a_member_was_told(mei: Member) -> None:
    tell(mei)
    client = staff_signed_in(staff("service", "Sofia"))

    page = text_of(client.get(f"/admin/members/member/{mei.pk}/change/"))

    assert "<h2>Inbox</h2>" in page
    assert "5 bonus points for you" in page
