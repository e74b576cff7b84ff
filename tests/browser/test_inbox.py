import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from members import clock
from members.models import Member, Notification, NotificationKind
from members.services.relays import relay_events

OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def inbox(signed_in: Page, live_server: LiveServer, mei: Member) -> Page:
    """Mei's inbox: 25 purchases and a bonus that the relay told her of, and a tier from yesterday."""
    relay_events(now=clock.now())
    Notification.objects.create(
        member=mei,
        kind=NotificationKind.TIER_UP,
        payload={"from": "member", "to": "silver", "held_until": None},
        created_at=clock.now() - timedelta(days=1),
    )
    signed_in.goto(f"{live_server.url}/inbox/")
    return signed_in


def test_the_bell_leads_to_the_inbox(inbox: Page, live_server: LiveServer) -> None:
    inbox.goto(f"{live_server.url}/")

    inbox.get_by_role("link", name="Inbox, 27 unread").click()

    expect(inbox.get_by_role("heading", level=1)).to_have_text("Inbox")
    expect(inbox.locator(".told__item")).to_have_count(20)


def test_marking_one_keeps_the_place_and_lowers_the_number(inbox: Page) -> None:
    inbox.evaluate("window.isTheSamePage = true")
    first = inbox.locator(".told__item").first
    number = first.get_attribute("id")

    first.get_by_role("button", name=re.compile("^Mark as read")).press("Enter")

    expect(inbox.get_by_text("26 unread", exact=True).first).to_be_visible()
    expect(inbox.locator(f"#{number} .told__open button")).to_be_focused()
    expect(inbox.locator(f"#{number}")).not_to_have_class(re.compile("unread"))
    expect(inbox.locator("#announcer")).to_have_text("26 unread")
    expect(inbox.locator(".bell__count")).to_have_text("26")
    assert inbox.evaluate("window.isTheSamePage")


def test_marking_all_empties_the_bell_and_the_focus_is_on_the_heading(inbox: Page) -> None:
    inbox.get_by_role("button", name="Mark all as read").press("Enter")

    expect(inbox.locator("#announcer")).to_have_text("All read")
    expect(inbox.locator("#inbox-title")).to_be_focused()
    expect(inbox.locator(".bell__count")).to_have_count(0)
    expect(inbox.get_by_role("button", name="Mark all as read")).to_have_count(0)


def test_a_purchase_opens_with_its_why_and_is_read(inbox: Page) -> None:
    inbox.get_by_role("button", name=re.compile("You earned 100 points")).first.press("Enter")

    expect(inbox.get_by_role("heading", level=1)).to_have_text("You earned 100 points")
    expect(inbox.locator(".why")).to_contain_text("¥100")
    expect(inbox.locator(".bell__count")).to_have_text("26")


def test_paging_works_and_marking_stays_on_the_page(inbox: Page) -> None:
    inbox.get_by_role("link", name="Older").click()
    inbox.get_by_role("button", name=re.compile("^Mark as read: Welcome to Silver")).press("Enter")

    expect(inbox.locator("#announcer")).to_have_text("26 unread")
    expect(inbox.get_by_text("Page 2 of 2")).to_be_visible()


def test_it_works_without_scripts(browser: Browser, inbox: Page, live_server: LiveServer) -> None:
    state = inbox.context.storage_state()
    plain = browser.new_context(java_script_enabled=False, storage_state=state).new_page()
    plain.goto(f"{live_server.url}/inbox/")

    plain.get_by_role("button", name=re.compile("^Mark as read")).first.click()
    expect(plain.get_by_text("26 unread", exact=True).first).to_be_visible()
    plain.get_by_role("button", name="Mark all as read").click()

    expect(plain.get_by_text("All read")).to_be_visible()
    plain.context.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_scrolls_sideways(inbox: Page, width: int) -> None:
    inbox.set_viewport_size({"width": width, "height": 800})

    assert inbox.evaluate(OVERFLOW) <= 0


def test_what_is_pressed_is_large_enough(inbox: Page) -> None:
    inbox.set_viewport_size({"width": 320, "height": 800})

    for name in ("Mark all as read", "^Mark as read:", "You earned"):
        box = inbox.get_by_role("button", name=re.compile(name)).first.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 36
