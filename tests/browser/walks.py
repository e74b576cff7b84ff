"""What tests of whole ways through the portal share: signing in as a person does, and reading what was sent."""

import re
from typing import Any

from django.conf import settings
from django.core import mail
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from pytest_django.live_server_helper import LiveServer

from members.models import Member, TextMessage
from tests.factories import PASSWORD

# The focus is seen by an outline or a shadow, on the element or on what stands for it (the chip of a radio button).
SHOWN = """() => {
  const focused = document.activeElement;
  // Between the end of the page and its beginning the focus is the window's.
  if (focused === document.body) return true;
  const looks = (element) => {
    const style = getComputedStyle(element);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  };
  const near = [focused, focused.nextElementSibling, focused.parentElement, focused.closest("label")];
  return near.some((element) => element && looks(element));
}"""
WHERE = "() => `${document.activeElement.tagName} ${document.activeElement.textContent.trim().slice(0, 40)}`"


def sign_in(page: Page, live_server: LiveServer, member: Member) -> None:
    """By the sign-in page, as a person does."""
    assert member.user is not None
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("Email").fill(member.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{live_server.url}/")


def sign_in_again(page: Page, live_server: LiveServer) -> None:
    """Prove once more who it is, so that what is dangerous opens."""
    page.goto(f"{live_server.url}/accounts/reauthenticate/?next=/accounts/2fa/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/accounts/2fa/")


def lend(context: BrowserContext, live_server: LiveServer, client: Client) -> None:
    """Let the browser be signed in as the client is."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])


def another_browser(browser: Browser, live_server: LiveServer, client: Client | None = None, **options: Any) -> Page:
    """A browser of somebody else; the test closes its context."""
    context = browser.new_context(**options)
    if client is not None:
        lend(context, live_server, client)
    return context.new_page()


def open_counter(page: Page, live_server: LiveServer) -> None:
    """The counter of the first store; a counter stands in a store."""
    page.goto(f"{live_server.url}/counter/store/")
    page.get_by_role("radio").first.check(force=True)
    page.get_by_role("button", name="Open the counter").click()
    page.wait_for_url(f"{live_server.url}/counter/")


def mailed_code() -> str:
    """The code in the newest mail: letters and digits, as allauth makes them."""
    found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def texted_code() -> str:
    """The code in the newest text message."""
    return str(re.findall(r"\b\d{6}\b", TextMessage.objects.latest("pk").body)[0])


def tab_to(page: Page, target: Locator, *, most: int = 60) -> None:
    """Press Tab until the target has the focus; at every stop on the way the focus must be seen."""
    unseen: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        if not page.evaluate(SHOWN):
            unseen.append(page.evaluate(WHERE))
        if target.evaluate("node => node === document.activeElement"):
            assert unseen == [], unseen
            return
    raise AssertionError(f"{target} is not reached in {most} steps")
