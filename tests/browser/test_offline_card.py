"""The card where there is no line, in a real browser with a real service worker."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from members.clock import now
from members.models import Member
from members.views import pwa
from tests.browser.conftest import PHONE
from tests.factories import PASSWORD
from tests.members.page_scenes import member_who_signs_in

# Each cache's addresses, without their origin.
CACHES = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    found[name.split("-")[0]] = (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname);
  }
  return found;
}"""
HAS_CARD = """async () => Boolean(await (await caches.open("card")).match("/card/show/", { ignoreVary: true }))"""
FORBIDDEN = ("/accounts/", "/admin/", "/api/", "/counter/", "/points/", "/profile/", "/tiers/")


@pytest.fixture
def taken_along(signed_in: Page, live_server: LiveServer, complaints: list[str]) -> Iterator[Page]:
    """Mei's phone after she looked at her card once, on her first visit."""
    signed_in.set_viewport_size(PHONE)
    signed_in.goto(f"{live_server.url}/card/")
    wait_for_card(signed_in, True)
    yield signed_in
    # Requests that fail without a line are what is tested here.
    complaints[:] = [text for text in complaints if "ERR_INTERNET_DISCONNECTED" not in text]


def wait_for_card(page: Page, is_there: bool) -> None:
    """Until the card is kept, or is no more: the worker does both in its own time."""
    wait_for(page, HAS_CARD, is_there)


def wait_for(page: Page, question: str, answer: bool = True) -> None:
    """Until a promise in the page says so, for ten seconds."""
    for _ in range(100):
        if page.evaluate(question) is answer:
            return
        page.wait_for_timeout(100)
    pytest.fail(f"{answer} was never the answer to {question}")


def sign_in(page: Page, url: str, member: Member) -> None:
    assert member.user is not None
    page.goto(f"{url}/accounts/login/")
    page.get_by_label("Email").fill(member.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{url}/")


@pytest.mark.parametrize("path", ["/card/", "/card/show/"])
def test_the_card_opens_without_a_line(taken_along: Page, live_server: LiveServer, mei: Member, path: str) -> None:
    taken_along.context.set_offline(True)

    taken_along.goto(f"{live_server.url}{path}")

    number = taken_along.locator(".pass__number")
    expect(number).to_contain_text(" ".join((mei.number[:4], mei.number[4:8], mei.number[8:])))
    expect(taken_along.locator(".code svg")).to_be_visible()
    expect(taken_along.get_by_text("2,700 points")).to_be_visible()
    expect(taken_along.get_by_text("As of", exact=False).locator("visible=true").first).to_be_visible()
    expect(taken_along.get_by_text("No connection right now")).to_be_visible()


def test_the_card_without_a_line_is_drawn_as_with_one(taken_along: Page, live_server: LiveServer) -> None:
    size = "node => [node.getBoundingClientRect().width, getComputedStyle(node).fontSize]"
    taken_along.goto(f"{live_server.url}/card/show/")
    before = taken_along.locator(".pass__number").evaluate(size)
    taken_along.context.set_offline(True)

    taken_along.goto(f"{live_server.url}/card/show/")

    assert taken_along.locator(".pass__number").evaluate(size) == before


def test_nothing_personal_but_the_card_is_kept(taken_along: Page, live_server: LiveServer) -> None:
    for path in ("/", "/points/", "/tiers/", "/profile/", "/accounts/email/", "/card/"):
        taken_along.goto(f"{live_server.url}{path}")
    wait_for_card(taken_along, True)

    found = taken_along.evaluate(CACHES)

    assert set(found) == {"shell", "card"}
    pages = {path for paths in found.values() for path in paths if not path.startswith("/static/")}
    assert pages == {"/card/show/", "/theme.css", "/offline/", "/offline/en/", "/offline/zh-hans/", "/offline/zh-hant/"}
    assert not [path for path in pages if path.startswith(FORBIDDEN)]


def test_other_pages_say_that_there_is_no_line_and_lead_to_the_card(taken_along: Page, live_server: LiveServer) -> None:
    taken_along.context.set_offline(True)

    taken_along.goto(f"{live_server.url}/points/")
    expect(taken_along.get_by_role("heading", level=1)).to_have_text("You are offline")
    taken_along.get_by_role("link", name="Show my card").click()

    expect(taken_along.locator(".code svg")).to_be_visible()


def test_a_page_comes_back_with_the_line(taken_along: Page, live_server: LiveServer) -> None:
    taken_along.context.set_offline(True)
    taken_along.goto(f"{live_server.url}/points/")
    expect(taken_along.get_by_role("heading", level=1)).to_have_text("You are offline")

    taken_along.context.set_offline(False)

    expect(taken_along.get_by_role("heading", level=1)).to_have_text("Points")


def test_the_offline_page_speaks_the_members_language(taken_along: Page, live_server: LiveServer) -> None:
    taken_along.get_by_role("button", name="简体中文").click()
    expect(taken_along.locator("html")).to_have_attribute("lang", "zh-Hans")
    taken_along.goto(f"{live_server.url}/")
    taken_along.context.set_offline(True)

    taken_along.goto(f"{live_server.url}/tiers/")

    expect(taken_along.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(taken_along.locator("body[data-back-online]")).to_be_visible()


def test_signing_out_removes_the_card(taken_along: Page, live_server: LiveServer) -> None:
    taken_along.goto(f"{live_server.url}/accounts/logout/")
    taken_along.locator("main").get_by_role("button", name="Sign out").click()
    taken_along.wait_for_url("**/accounts/login/**")

    assert taken_along.evaluate("caches.keys()") == []
    assert taken_along.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_where_the_browser_empties_nothing_the_next_page_does(
    taken_along: Page, live_server: LiveServer, complaints: list[str]
) -> None:
    # As when a session runs out, or an account is closed by staff: no answer says "sign out".
    taken_along.context.clear_cookies()

    taken_along.goto(f"{live_server.url}/accounts/login/")

    wait_for_card(taken_along, False)


def test_another_member_never_meets_the_card_of_the_first(
    taken_along: Page, live_server: LiveServer, mei: Member
) -> None:
    tom = member_who_signs_in("Tom")
    assert tom.user is not None
    EmailAddress.objects.create(user=tom.user, email=tom.user.email, verified=True, primary=True)
    taken_along.context.clear_cookies()
    sign_in(taken_along, live_server.url, tom)
    wait_for_card(taken_along, False)
    taken_along.context.set_offline(True)

    taken_along.goto(f"{live_server.url}/card/")

    expect(taken_along.get_by_role("heading", level=1)).to_have_text("You are offline")
    expect(taken_along.get_by_text("Once you have looked at your card")).to_be_visible()
    assert mei.number[:4] not in taken_along.content()


def test_a_copy_past_its_time_is_not_shown(taken_along: Page, live_server: LiveServer) -> None:
    taken_along.evaluate(
        """async () => {
          const cache = await caches.open("card");
          const kept = await cache.match("/card/show/", { ignoreVary: true });
          const headers = new Headers(kept.headers);
          headers.set("Offline-Until", new Date(Date.now() - 1000).toUTCString());
          await cache.put("/card/show/", new Response(await kept.text(), { headers }));
        }"""
    )
    taken_along.context.set_offline(True)

    taken_along.goto(f"{live_server.url}/card/")

    expect(taken_along.get_by_role("heading", level=1)).to_have_text("You are offline")


def test_an_upgrade_replaces_what_pages_are_drawn_with(
    signed_in: Page, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else the browser looks for the new worker only after as long.
    monkeypatch.setattr(pwa, "FIVE_MINUTES", 0)
    monkeypatch.setattr(pwa, "version", lambda: "old")
    signed_in.goto(f"{live_server.url}/card/")
    wait_for_card(signed_in, True)
    before = signed_in.evaluate("caches.keys()")

    monkeypatch.setattr(pwa, "version", lambda: "new")
    signed_in.evaluate("navigator.serviceWorker.ready.then((registration) => registration.update())")

    # The card stays meanwhile, and afterwards.
    wait_for(signed_in, "caches.keys().then((names) => names.length === 2 && names.includes('shell-new'))")
    assert sorted(before) == ["card", "shell-old"]
    assert signed_in.evaluate(HAS_CARD)


def test_visitors_get_no_service_worker(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url, wait_until="networkidle")

    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    assert page.evaluate("caches.keys()") == []


def test_a_portal_that_does_not_answer_shows_the_card_that_was_kept(taken_along: Page, live_server: LiveServer) -> None:
    context: BrowserContext = taken_along.context
    context.route("**/card/", lambda route: route.fulfill(status=503, body="nobody in"))

    taken_along.goto(f"{live_server.url}/card/")

    expect(taken_along.locator("html")).to_have_attribute("data-kept", "")


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("path", ["/card/", "/card/show/"])
def test_the_number_stays_on_one_line(signed_in: Page, live_server: LiveServer, width: int, path: str) -> None:
    signed_in.set_viewport_size({"width": width, "height": 640})
    signed_in.goto(f"{live_server.url}{path}")

    number = signed_in.locator(".pass__number")

    box, line = number.bounding_box(), number.evaluate("node => parseFloat(getComputedStyle(node).lineHeight)")
    assert box is not None
    assert box["height"] < 1.5 * line
    assert number.evaluate("node => node.scrollWidth <= node.clientWidth && node.clientWidth <= innerWidth")
    assert signed_in.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_at_the_till_the_screen_is_white_whatever_the_theme_and_without_scripts(
    browser: Browser, signed_in: Page, live_server: LiveServer
) -> None:
    state = signed_in.context.storage_state()
    plain = browser.new_context(java_script_enabled=False, color_scheme="dark", storage_state=state).new_page()
    plain.set_viewport_size(PHONE)
    plain.goto(f"{live_server.url}/card/")

    plain.get_by_role("link", name="Show it at the till").click()

    expect(plain.locator(".code svg")).to_be_visible()
    expect(plain.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(plain.locator(".till__card")).to_have_css("min-height", f"{PHONE['height']}px")
    plain.context.close()


def test_at_the_till_the_screen_stays_awake(signed_in: Page, live_server: LiveServer) -> None:
    lock = "{ request: (kind) => { window.lock = kind; return Promise.resolve(); } }"
    signed_in.add_init_script(f"Object.defineProperty(navigator, 'wakeLock', {{ value: {lock} }})")

    signed_in.goto(f"{live_server.url}/card/")
    assert signed_in.evaluate("window.lock") is None
    signed_in.goto(f"{live_server.url}/card/show/")

    assert signed_in.evaluate("window.lock") == "screen"


def test_a_card_of_yesterday_names_its_day(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.goto(f"{live_server.url}/card/show/")
    expect(signed_in.locator("[data-hour]")).to_be_visible()
    expect(signed_in.locator("[data-day]")).to_be_hidden()

    signed_in.clock.set_fixed_time(now() + timedelta(days=1))
    signed_in.goto(f"{live_server.url}/card/show/")

    expect(signed_in.locator("[data-day]")).to_be_visible()
    expect(signed_in.locator("[data-hour]")).to_be_hidden()


def test_on_paper_the_card_fits_a_wallet(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.goto(f"{live_server.url}/card/")

    signed_in.emulate_media(media="print", color_scheme="dark")

    box = signed_in.locator(".pass").bounding_box()
    assert box is not None
    # ISO/IEC 7810 ID-1 at 96 pixels an inch: 85.6 by 53.98 mm.
    assert (round(box["width"]), round(box["height"])) == (324, 204)
    expect(signed_in.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(signed_in.locator(".card-page__ways")).to_be_hidden()
    # The tier's material is ink that nobody asked for.
    material = "node => [getComputedStyle(node, '::before').display, getComputedStyle(node, '::after').display]"
    assert signed_in.locator(".pass__strip").evaluate(material) == ["none", "none"]
