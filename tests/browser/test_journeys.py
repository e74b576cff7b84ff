"""What people come for, from the first step to the last, in a real browser."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from members import clock
from members.models import Channel, Member
from members.roles import Role
from members.services.enrolments import enrol_member
from members.services.jobs import run_programme_day
from members.services.relays import relay_events
from tests.admin.staff_scenes import as_role
from tests.browser.scenes import with_address
from tests.browser.sweep import faults
from tests.browser.walks import another_browser, mailed_code, open_counter, sign_in, sign_in_again, texted_code
from tests.members.identity_scenes import give
from tests.members.job_scenes import award
from tests.members.page_scenes import member_who_signs_in, shop_with_rate


def test_from_joining_to_the_first_points(page: Page, browser: Browser, live_server: LiveServer) -> None:
    shop_with_rate("Riverside shop")
    page.goto(live_server.url)
    page.get_by_role("link", name="Join").first.click()
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_label("Password", exact=True).fill("tea and two biscuits")
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("code")
    assert faults(page) == []
    page.get_by_label("Code").fill(mailed_code())
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/")
    ada = Member.objects.get()

    till = another_browser(browser, live_server, as_role(Role.CASHIER.value))
    open_counter(till, live_server)
    till.get_by_label("Card, phone, email or receipt").fill(ada.number)
    till.keyboard.press("Enter")
    expect(till.get_by_role("heading", level=1)).to_have_text("Hello, Ada")
    till.get_by_label("Amount in CNY").fill("64")
    till.keyboard.press("Enter")
    # The receipt's number may stay empty.
    till.keyboard.press("Enter")
    expect(till.get_by_role("heading", name="Purchase recorded")).to_be_visible()
    expect(till.get_by_role("main")).to_contain_text("64 in all")
    till.context.close()

    page.goto(live_server.url)
    expect(page.locator(".card__points").first).to_contain_text("64")
    expect(page.locator(".entry").first).to_contain_text("Riverside shop")


def test_points_for_a_friend(page: Page, browser: Browser, live_server: LiveServer) -> None:
    mei, ada = member_who_signs_in("Mei"), member_who_signs_in("Ada")
    with_address(mei)
    with_address(ada)
    give(mei, 100, now=clock.now())
    sign_in(page, live_server, mei)
    page.goto(f"{live_server.url}/points/gift/")

    page.locator("[name=recipient]").fill(ada.number)
    page.locator("[name=points]").fill("40")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Give them").click()

    expect(page.get_by_text("You gave 40 points.").first).to_be_visible()
    theirs = another_browser(browser, live_server)
    sign_in(theirs, live_server, ada)
    expect(theirs.locator(".card__points").first).to_contain_text("40")
    theirs.context.close()


def test_points_about_to_expire_are_told_in_time(page: Page, live_server: LiveServer) -> None:
    mei, now = member_who_signs_in("Mei"), clock.now()
    with_address(mei)
    award(mei, 100, last_day=clock.local_date(now) + timedelta(days=7), now=now)
    run_programme_day(for_date=clock.local_date(now), now=now)
    relay_events(now=now)
    sign_in(page, live_server, mei)

    page.get_by_role("link", name="Inbox").first.click()
    page.wait_for_url("**/inbox/")

    expect(page.get_by_role("main")).to_contain_text("Use 100 points by")


def test_a_passkey_in_place_of_a_password(page: Page, live_server: LiveServer) -> None:
    mei = member_who_signs_in("Mei")
    with_address(mei)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, live_server, mei)
    sign_in_again(page, live_server)
    page.goto(f"{live_server.url}/accounts/2fa/webauthn/add/")
    page.locator("[name=name]").fill("Phone")
    page.get_by_role("button", name="Set it up").click()
    page.wait_for_url(lambda url: not url.endswith("/add/"))
    page.goto(f"{live_server.url}/accounts/2fa/webauthn/")
    expect(page.get_by_text("Phone", exact=True).first).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    page.wait_for_url(f"{live_server.url}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mei")


def test_the_card_from_the_till_becomes_part_of_the_account(page: Page, live_server: LiveServer) -> None:
    till_card = enrol_member(channel=Channel.SHOP, phone="+8613800138000", now=clock.now())
    give(till_card, 75, now=clock.now())
    mei = member_who_signs_in("Mei")
    with_address(mei)
    sign_in(page, live_server, mei)
    page.goto(f"{live_server.url}/profile/claim/")

    page.locator("[name=phone]").fill("138 0013 8000")
    page.get_by_role("button", name="Send me a code").click()
    page.locator("[name=code]").fill(texted_code())
    page.get_by_role("button", name="Confirm").click()

    page.wait_for_url(f"{live_server.url}/")
    expect(page.locator(".card__points").first).to_contain_text("75")


@pytest.mark.parametrize(("name", "language"), [("简体中文", "zh-Hans"), ("繁體中文", "zh-Hant")])
def test_the_language_stays(page: Page, browser: Browser, live_server: LiveServer, name: str, language: str) -> None:
    mei = member_who_signs_in("Mei")
    with_address(mei)
    sign_in(page, live_server, mei)
    page.get_by_role("button", name=name).click()
    page.goto(f"{live_server.url}/points/")
    expect(page.locator("html")).to_have_attribute("lang", language)

    # Another device, whose browser asks for English.
    elsewhere = another_browser(browser, live_server, locale="en-GB")
    sign_in(elsewhere, live_server, mei)

    expect(elsewhere.locator("html")).to_have_attribute("lang", language)
    elsewhere.context.close()
