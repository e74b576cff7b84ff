"""The main ways through the portal with a keyboard alone; the focus is seen at every stop (walks.tab_to)."""

import re

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from members.models import Member
from tests.browser.walks import sign_in, tab_to
from tests.factories import PASSWORD, MemberFactory


def test_signing_in(page: Page, live_server: LiveServer, mei: Member) -> None:
    assert mei.user is not None
    page.goto(f"{live_server.url}/accounts/login/")

    tab_to(page, page.get_by_label("Email"))
    page.keyboard.type(mei.user.email)
    tab_to(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(PASSWORD)
    tab_to(page, page.get_by_role("button", name="Sign in", exact=True))
    page.keyboard.press("Enter")

    page.wait_for_url(f"{live_server.url}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mei")


def test_filtering_points_and_reading_why(page: Page, live_server: LiveServer, mei: Member) -> None:
    sign_in(page, live_server, mei)
    tab_to(page, page.get_by_role("link", name="Points").first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/points/")

    tab_to(page, page.get_by_role("radio", name="Everything"))
    page.keyboard.press("ArrowRight")
    expect(page.locator("#results-title")).not_to_have_text("Everything")
    expect(page.locator("#announcer")).not_to_be_empty()
    page.keyboard.press("ArrowLeft")

    entry = page.locator(".entry", has_text="Riverside shop").first
    expect(entry).to_be_visible()
    tab_to(page, entry.locator("summary"))
    page.keyboard.press("Enter")
    expect(entry.locator(".why")).to_contain_text("¥100")


def test_giving_points(page: Page, live_server: LiveServer, mei: Member) -> None:
    friend = MemberFactory.create(name="Ada")
    sign_in(page, live_server, mei)
    page.goto(f"{live_server.url}/points/gift/")

    tab_to(page, page.get_by_label(re.compile("card|number", re.IGNORECASE)).first)
    page.keyboard.type(friend.number)
    tab_to(page, page.get_by_label("Points", exact=True))
    page.keyboard.type("40")
    page.keyboard.press("Enter")
    give = page.get_by_role("button", name="Give them")
    expect(give).to_be_visible()
    if not give.evaluate("node => node === document.activeElement"):
        tab_to(page, give)
    page.keyboard.press("Enter")

    expect(page.get_by_text("You gave 40 points.").first).to_be_visible()


def test_the_menu_of_the_account(page: Page, live_server: LiveServer, mei: Member) -> None:
    sign_in(page, live_server, mei)
    menu = page.locator("details[data-menu]").first

    tab_to(page, menu.locator("summary"))
    page.keyboard.press("Enter")
    expect(menu.get_by_role("button", name="Sign out").or_(menu.get_by_role("link", name="Sign out"))).to_be_visible()
    page.keyboard.press("Escape")

    expect(menu.locator("summary")).to_be_focused()
