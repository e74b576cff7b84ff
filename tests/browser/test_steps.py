"""Pages in the middle of something, forms that were sent with mistakes, and the main pages in each language."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from members.models import Member
from tests.browser.scenes import second_factors
from tests.browser.sweep import faults, report, wide
from tests.browser.walks import lend, sign_in
from tests.factories import PASSWORD, MemberFactory
from tests.members.page_scenes import signed_in as client_of

LANGUAGES = {"en": "en", "zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}
MAIN_PAGES = ("/", "/points/", "/tiers/", "/card/", "/profile/", "/help/", "/inbox/", "/points/gift/", "/accounts/2fa/")


def test_the_second_step_of_signing_in(page: Page, live_server: LiveServer, mei: Member) -> None:
    # A passkey that no device made cannot be asked for.
    second_factors(mei).delete()
    assert mei.user is not None
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("Email").fill(mei.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/2fa/authenticate/")

    assert faults(page) == []


def test_forms_with_mistakes(page: Page, live_server: LiveServer, mei: Member) -> None:
    found: dict[str, list[str]] = {}

    def send(path: str, fields: dict[str, str]) -> None:
        page.goto(live_server.url + path)
        for name, value in fields.items():
            page.locator(f"main [name={name}]").fill(value)
        page.locator("main form .button").first.click()
        expect(page.locator(".field__error").first).to_be_visible()
        if wrong := faults(page, thorough=False):
            found[path] = wrong

    send("/accounts/signup/", {"email": "nobody"})
    send("/accounts/login/", {"login": "nobody@example.com", "password": "wrong"})
    sign_in(page, live_server, mei)
    send("/points/gift/", {"recipient": "123", "points": "5"})
    send("/profile/claim/", {"phone": "12"})
    assert not found, report(found)


def test_a_gift_before_it_is_given(page: Page, live_server: LiveServer, mei: Member) -> None:
    friend = MemberFactory.create(name="Ada")
    sign_in(page, live_server, mei)
    page.goto(f"{live_server.url}/points/gift/")
    page.locator("[name=recipient]").fill(friend.number)
    page.locator("[name=points]").fill("40")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Give them")).to_be_visible()

    assert faults(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_main_pages_fit_in_each_language(page: Page, live_server: LiveServer, mei: Member, language: str) -> None:
    Member.objects.filter(pk=mei.pk).update(language=language)
    page.context.set_extra_http_headers({"Accept-Language": language})
    found: dict[str, Any] = {}
    page.goto(live_server.url)
    found["landing"] = wide(page)
    lend(page.context, live_server, client_of(mei))
    for path in MAIN_PAGES:
        page.goto(live_server.url + path)
        expect(page.locator("html")).to_have_attribute("lang", LANGUAGES[language])
        found[path] = wide(page)

    assert not any(found.values()), report(found)
