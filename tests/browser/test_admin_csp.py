"""What staff do in a real browser, under the policy of every page (see conftest); test_every_page.py opens the rest."""

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from members.models import Member
from tests.admin.staff_scenes import one_of_each, signed_in, superuser

OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def rows(live_server: LiveServer) -> dict[str, int]:
    """Rows behind every list."""
    return one_of_each()


@pytest.fixture
def staff_page(page: Page, live_server: LiveServer, rows: dict[str, int]) -> Page:
    """A superuser's browser, signed in."""
    cookie = signed_in(superuser()).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}])
    return page


def test_a_member_is_found_from_anywhere_and_a_step_is_previewed(staff_page: Page, live_server: LiveServer) -> None:
    member = Member.objects.get()
    staff_page.goto(f"{live_server.url}/admin/members/tier/")

    staff_page.get_by_role("searchbox", name="Find a member").fill(member.number)
    staff_page.keyboard.press("Enter")
    expect(staff_page.get_by_role("heading", level=1)).to_have_text("Lin Xiaoyu")

    staff_page.get_by_role("link", name="Adjust points").click()
    staff_page.get_by_label("Points").fill("15")
    staff_page.get_by_label("Note").fill("Cold coffee")
    staff_page.get_by_role("button", name="Show what it will do").click()
    expect(staff_page.get_by_text("15 points are given")).to_be_visible()
    staff_page.get_by_role("button", name="Adjust points").click()
    expect(staff_page.get_by_text("The adjustment is posted.")).to_be_visible()


def test_the_page_of_an_import_follows_it(staff_page: Page, live_server: LiveServer, rows: dict[str, int]) -> None:
    staff_page.goto(f"{live_server.url}/admin/members/importrun/{rows['importrun']}/change/")

    with staff_page.expect_response(lambda response: response.request.headers.get("hx-request") == "true"):
        expect(staff_page.get_by_role("progressbar")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone_in_both_themes(
    staff_page: Page, live_server: LiveServer, rows: dict[str, int], scheme: str
) -> None:
    staff_page.set_viewport_size({"width": 360, "height": 800})
    staff_page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")

    for path in ["", "members/member/", f"members/member/{rows['member']}/change/", "members/tier/add/"]:
        staff_page.goto(f"{live_server.url}/admin/{path}")
        assert staff_page.evaluate(OVERFLOW) <= 0, path

    staff_page.get_by_role("button", name="Open the menu").click()
    expect(staff_page.get_by_role("link", name="Earning rules")).to_be_visible()
