import gzip
import re

import pytest
from playwright.sync_api import Browser, Page, Response, expect
from pytest_django.live_server_helper import LiveServer

from members.models import Member
from tests.browser.conftest import PHONE


def test_a_member_signs_in_and_sees_the_points(signed_in: Page) -> None:
    expect(signed_in.get_by_role("heading", level=1)).to_contain_text("Mei")
    expect(signed_in.locator(".card__points")).to_have_text(re.compile(r"2,700\s+points"))
    expect(signed_in.locator(".entries > li")).to_have_count(5)


def test_an_entry_opens_into_its_why(signed_in: Page) -> None:
    entry = signed_in.locator(".entry", has_text="Riverside shop").first

    entry.locator("summary").press("Enter")

    expect(entry.locator(".why")).to_be_visible()
    expect(entry.locator(".why")).to_contain_text("¥100")


def test_filters_change_the_list_alone_and_leave_the_focus(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.goto(f"{live_server.url}/points/")
    signed_in.evaluate("window.isTheSamePage = true")

    signed_in.get_by_role("radio", name="Spent").check(force=True)

    expect(signed_in.locator("#results-title")).to_have_text("Spent")
    expect(signed_in.locator("#announcer")).to_have_text("Spent: 0 entries")
    expect(signed_in.get_by_role("radio", name="Spent")).to_be_focused()
    assert signed_in.evaluate("window.isTheSamePage")
    assert "kind=spent" in signed_in.url


def test_paging_moves_the_focus_to_the_new_list_and_back_works(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.goto(f"{live_server.url}/points/")

    signed_in.get_by_role("link", name="Older").click()
    expect(signed_in.get_by_text("Page 2 of 2")).to_be_visible()
    expect(signed_in.locator("#results-title")).to_be_focused()
    signed_in.go_back()

    expect(signed_in.get_by_text("Page 1 of 2")).to_be_visible()
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Points")


def test_the_history_works_without_scripts(browser: Browser, signed_in: Page, live_server: LiveServer) -> None:
    plain = browser.new_context(java_script_enabled=False, storage_state=signed_in.context.storage_state()).new_page()
    plain.goto(f"{live_server.url}/points/")

    plain.get_by_role("radio", name="Spent").check(force=True)
    plain.get_by_role("button", name="Show", exact=True).click()

    expect(plain.locator("#results-title")).to_have_text("Spent")
    plain.context.close()


def test_a_phone_has_its_navigation_at_the_thumb(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.set_viewport_size(PHONE)
    signed_in.goto(live_server.url)

    signed_in.get_by_role("navigation", name="Main, at the bottom").get_by_role("link", name="Card").click()

    signed_in.wait_for_url("**/card/")
    expect(signed_in.locator(".pass__code svg")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390])
def test_the_member_number_never_wraps(signed_in: Page, live_server: LiveServer, width: int) -> None:
    signed_in.set_viewport_size({"width": width, "height": 800})
    signed_in.goto(live_server.url)

    number = signed_in.locator(".card__number")

    assert number.evaluate("node => node.getClientRects().length") == 1
    assert number.evaluate("node => node.scrollWidth <= node.closest('.card').clientWidth")


def test_pages_follow_the_system_into_the_dark(signed_in: Page, live_server: LiveServer) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    signed_in.emulate_media(color_scheme="light")
    light = signed_in.evaluate(background)

    signed_in.emulate_media(color_scheme="dark")

    assert (light, signed_in.evaluate(background)) == ("rgb(250, 246, 239)", "rgb(22, 19, 15)")


def test_the_card_is_dark_on_white_even_in_the_dark(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.emulate_media(color_scheme="dark")
    signed_in.goto(f"{live_server.url}/card/")

    code = signed_in.locator(".pass__code .code")

    assert code.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(255, 255, 255)"


def test_the_language_chooser_speaks_at_once(signed_in: Page, mei: Member) -> None:
    signed_in.get_by_role("button", name="简体中文").click()

    expect(signed_in.locator("html")).to_have_attribute("lang", "zh-Hans")
    mei.refresh_from_db()
    assert mei.language == "zh-hans"


def test_a_keyboard_reaches_the_content_first(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("path", ["/", "/points/"])
def test_a_page_is_light(signed_in: Page, live_server: LiveServer, path: str) -> None:
    """What a browser really asks for, without pictures; test_page_weight.py weighs every page by what it names."""
    sizes: list[int] = []

    def weigh(response: Response) -> None:
        if response.request.resource_type != "image" and not response.url.endswith(".svg"):
            body = response.body()
            # Packed as in production, where these are files; the live server sends them plain.
            sizes.append(len(gzip.compress(body)) if "/static/" in response.url else len(body))

    signed_in.on("response", weigh)

    signed_in.goto(f"{live_server.url}{path}", wait_until="networkidle")

    assert len(sizes) > 5
    assert sum(sizes) < 150_000
