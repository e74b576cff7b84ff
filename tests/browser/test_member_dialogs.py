"""Dialogs of members' pages: they open over the page that asked, give the focus back, and need no script."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from members.models import Gift, Member
from tests.factories import MemberFactory


@pytest.fixture
def friend(live_server: LiveServer) -> Member:
    return MemberFactory.create(name="Bartholomew Ardent")


def ask(page: Page, live_server: LiveServer, number: str, points: str) -> None:
    page.goto(f"{live_server.url}/points/gift/")
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Points", exact=True).fill(points)
    page.get_by_role("button", name="Continue").click()


def test_a_gift_is_confirmed_in_a_dialog_over_the_form(
    signed_in: Page, live_server: LiveServer, friend: Member
) -> None:
    ask(signed_in, live_server, friend.number, "120")

    dialog = signed_in.get_by_role("dialog", name="Give 120 points to Bartholomew A.?")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("heading")).to_be_focused()
    dialog.get_by_role("button", name="Give them").click()

    expect(signed_in.get_by_text("You gave 120 points.")).to_be_visible()
    assert Gift.objects.get().points == 120


@pytest.mark.parametrize("way_out", ["Escape", "Change something"])
def test_leaving_the_dialog_keeps_the_form_and_gives_the_focus_back(
    signed_in: Page, live_server: LiveServer, friend: Member, way_out: str
) -> None:
    ask(signed_in, live_server, friend.number, "120")
    expect(signed_in.get_by_role("dialog")).to_be_visible()

    if way_out == "Escape":
        signed_in.keyboard.press("Escape")
    else:
        signed_in.get_by_role("button", name=way_out).click()

    expect(signed_in.locator("dialog")).to_have_count(0)
    expect(signed_in.get_by_label("Card number")).to_have_value(friend.number)
    expect(signed_in.get_by_role("button", name="Continue")).to_be_focused()
    assert not Gift.objects.exists()


def test_what_is_wrong_takes_the_focus_and_can_be_mended(
    signed_in: Page, live_server: LiveServer, friend: Member
) -> None:
    ask(signed_in, live_server, "123", "120")

    expect(signed_in.get_by_text("We know no card with this number.")).to_be_visible()
    expect(signed_in.get_by_label("Card number")).to_be_focused()
    signed_in.get_by_label("Card number").fill(friend.number)
    signed_in.get_by_role("button", name="Continue").click()

    expect(signed_in.get_by_role("dialog")).to_be_visible()


def test_the_phone_is_kept_or_taken_off_in_a_dialog(signed_in: Page, live_server: LiveServer, mei: Member) -> None:
    Member.objects.filter(pk=mei.pk).update(phone="+8613800138000")
    signed_in.goto(f"{live_server.url}/profile/")

    signed_in.get_by_role("link", name="Take it off the card").click()
    dialog = signed_in.get_by_role("dialog", name=re.compile("off your card"))
    dialog.get_by_role("link", name="Keep it").click()
    expect(signed_in.get_by_role("link", name="Take it off the card")).to_be_focused()
    signed_in.get_by_role("link", name="Take it off the card").click()
    dialog.get_by_role("button", name="Take it off").click()

    expect(signed_in.get_by_text("Your phone number is off the card.")).to_be_visible()


def test_without_scripts_each_question_is_a_page(
    browser: Browser, signed_in: Page, live_server: LiveServer, mei: Member, friend: Member
) -> None:
    Member.objects.filter(pk=mei.pk).update(phone="+8613800138000")
    plain = browser.new_context(java_script_enabled=False, storage_state=signed_in.context.storage_state()).new_page()

    ask(plain, live_server, friend.number, "120")
    expect(plain.get_by_role("heading", level=1)).to_have_text("Give 120 points to Bartholomew A.?")
    plain.get_by_role("button", name="Give them").click()
    expect(plain.get_by_text("You gave 120 points.")).to_be_visible()
    plain.goto(f"{live_server.url}/profile/")
    plain.get_by_role("link", name="Take it off the card").click()
    plain.get_by_role("button", name="Take it off").click()
    expect(plain.get_by_text("Your phone number is off the card.")).to_be_visible()
    plain.context.close()


def test_a_password_can_be_read_before_it_is_sent(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    field = page.get_by_label("Password", exact=True)
    field.fill("lantern")

    page.get_by_role("button", name="Show").click()
    expect(field).to_have_attribute("type", "text")
    expect(page.get_by_role("button", name="Show")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Show").click()

    expect(field).to_have_attribute("type", "password")


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("path", ["/help/", "/tiers/", "/profile/complete/", "/accounts/2fa/"])
def test_the_new_pages_scroll_one_way(signed_in: Page, live_server: LiveServer, path: str, width: int) -> None:
    signed_in.set_viewport_size({"width": width, "height": 900})
    signed_in.goto(f"{live_server.url}{path}")

    assert signed_in.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_the_rest_of_a_profile_is_told_or_left_for_later(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.goto(live_server.url)
    signed_in.get_by_role("link", name="Continue").click()
    signed_in.get_by_label("Day").select_option("3")
    signed_in.get_by_label("Month").select_option("4")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_text("Thank you, that is all saved.")).to_be_visible()

    signed_in.get_by_role("button", name="Later").click()

    expect(signed_in.get_by_role("heading", name="Complete your profile")).to_have_count(0)
