"""Tabs and dialogs under a keyboard, as WAI-ARIA's authoring practices describe them; and the same without scripts."""

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Browser, Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.factories import PASSWORD, UserFactory

PATH = "/staff/components/"


@pytest.fixture
def components(page: Page, live_server: LiveServer, settings: Settings) -> Page:
    """The page of all components, open in the browser of somebody who works here."""
    settings.STAFF_MFA_REQUIRED = False
    user = UserFactory.create(name="Sofia", is_staff=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    page.goto(f"{live_server.url}/accounts/login/?next={PATH}")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"**{PATH}")
    return page


def test_arrows_move_between_tabs_and_tab_leads_into_the_part(components: Page) -> None:
    earned, spent, expired = (components.get_by_role("tab", name=name) for name in ("Earned", "Spent", "Expired"))
    expect(components.get_by_role("tabpanel", name="Earned")).to_be_visible()

    earned.focus()
    components.keyboard.press("ArrowRight")
    expect(spent).to_be_focused()
    expect(spent).to_have_attribute("aria-selected", "true")
    expect(components.get_by_role("tabpanel", name="Spent")).to_be_visible()
    expect(components.locator("#earned")).to_be_hidden()

    components.keyboard.press("End")
    expect(expired).to_be_focused()
    components.keyboard.press("ArrowRight")
    expect(earned).to_be_focused()
    components.keyboard.press("ArrowLeft")
    expect(expired).to_be_focused()

    components.keyboard.press("Tab")
    expect(components.get_by_role("tabpanel", name="Expired")).to_be_focused()
    components.keyboard.press("Shift+Tab")
    expect(expired).to_be_focused()


def test_an_address_opens_its_tab(components: Page, live_server: LiveServer) -> None:
    components.goto("about:blank")
    components.goto(f"{live_server.url}{PATH}#spent")

    expect(components.get_by_role("tab", name="Spent")).to_have_attribute("aria-selected", "true")
    expect(components.locator("#earned")).to_be_hidden()


def test_a_dialog_keeps_the_focus_and_gives_it_back(components: Page) -> None:
    opener = components.get_by_role("link", name="Open the dialog")
    opener.focus()
    components.keyboard.press("Enter")

    dialog = components.get_by_role("dialog", name="Take the phone number off your card?")
    expect(dialog).to_be_visible()
    for _ in range(6):
        components.keyboard.press("Tab")
        # The browser's own bar may have its turn; nothing of the page behind has.
        assert components.evaluate("document.activeElement.matches('body, dialog *')")

    components.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


@pytest.mark.parametrize("name", ["Close", "Keep it"])
def test_every_way_out_of_a_dialog_closes_it(components: Page, name: str) -> None:
    components.get_by_role("link", name="Open the dialog").click()
    dialog = components.get_by_role("dialog")

    dialog.get_by_text(name).click()

    expect(components.locator("#sample-dialog")).to_be_hidden()
    assert components.url.endswith(PATH)


def test_a_press_beside_a_dialog_closes_it_and_one_inside_does_not(components: Page) -> None:
    components.get_by_role("link", name="Open the dialog").click()
    dialog = components.locator("#sample-dialog")

    dialog.get_by_role("heading").click()
    expect(dialog).to_be_visible()
    components.mouse.click(5, 5)

    expect(dialog).to_be_hidden()


def test_without_scripts_every_part_is_there_and_the_dialog_stands_in_the_page(
    browser: Browser, components: Page, live_server: LiveServer
) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=components.context.storage_state())
    plain = context.new_page()
    plain.goto(f"{live_server.url}{PATH}")

    for part in ("#earned", "#spent", "#expired"):
        expect(plain.locator(part)).to_be_visible()
    expect(plain.locator("#sample-dialog")).to_be_hidden()
    plain.get_by_role("link", name="Open the dialog").click()
    expect(plain.locator("#sample-dialog")).to_be_visible()
    plain.get_by_role("link", name="Keep it").click()
    expect(plain.locator("#sample-dialog")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_no_component_is_wider_than_the_window(components: Page, width: int, scheme: str) -> None:
    components.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    components.set_viewport_size({"width": width, "height": 900})

    assert components.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


@pytest.mark.parametrize("width", [320, 1280])
def test_everything_to_press_is_large_enough(components: Page, width: int) -> None:
    """24 pixels both ways (WCAG 2.2, 2.5.8), but for links inside of sentences."""
    components.set_viewport_size({"width": width, "height": 900})

    small = components.evaluate(
        """() => [...document.querySelectorAll("main :is(a, button, summary, select, input)")]
          .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest("p, th, .chip"))
          .filter((node) => [node, ...(node.labels ?? [])].map((part) => part.getBoundingClientRect())
            .every((box) => box.width < 24 || box.height < 24))
          .map((node) => node.outerHTML)"""
    )

    assert small == []
