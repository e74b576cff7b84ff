"""A cashier's day in a browser: by keyboard alone, by finger, and without scripts."""

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from members.models import Member, Purchase, Return, Store
from tests.browser.sweep import OVERFLOW
from tests.factories import PASSWORD, MemberFactory, StoreFactory
from tests.members.identity_scenes import give, staff
from tests.members.page_scenes import shop_with_rate

TABLET: ViewportSize = {"width": 1280, "height": 800}
# What a finger hits: all of them, but for a radio button inside its label, and links in the footer that others own.
SMALL = """
[...document.querySelectorAll('.counter :is(a, button, summary, input:not([type=hidden], [type=radio]), label.chip)')]
    .filter(element => element.checkVisibility())
    .map(element => [element.textContent.trim() || element.name, element.getBoundingClientRect()])
    .filter(([, box]) => box.height && (box.height < 47.5 || box.width < 47.5))
    .map(([name, box]) => `${name} ${box.width} x ${box.height}`)
"""


@pytest.fixture
def shop(live_server: LiveServer) -> Store:
    return shop_with_rate()


@pytest.fixture
def mei(shop: Store) -> Member:
    member: Member = MemberFactory.create(name="Mei Tan", phone="+8613800138000")
    give(member, 1_176)
    return member


@pytest.fixture
def counter(page: Page, shop: Store, live_server: LiveServer) -> Page:
    """The counter on a tablet, by way of the sign-in page."""
    cashier = staff("cashier", "Kai")
    EmailAddress.objects.create(user=cashier, email=cashier.email, verified=True, primary=True)
    page.set_viewport_size(TABLET)
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("Email").fill(cashier.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/counter/")
    return page


def scan(page: Page, text: str) -> None:
    """What a scanner does: type, then Enter, wherever the focus is."""
    expect(page.locator("#id_text")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_a_receipt_by_keyboard_alone_and_back_to_the_scan_field(counter: Page, mei: Member) -> None:
    scan(counter, mei.number)
    expect(counter.get_by_role("heading", level=1)).to_have_text("Hello, Mei")
    expect(counter.locator("#id_amount")).to_be_focused()

    counter.keyboard.type("64,00")
    expect(counter.locator("#preview")).to_contain_text("+64 points for ¥64")
    counter.keyboard.press("Enter")
    expect(counter.locator("#id_receipt")).to_be_focused()
    counter.keyboard.type("R-1")
    counter.keyboard.press("Enter")

    expect(counter.locator(".pos-outcome")).to_contain_text("1,240 in all")
    expect(counter.locator("#id_text")).to_be_focused()
    assert Purchase.objects.get().external_id == "R-1"


def test_escape_clears_the_field_and_then_leaves(counter: Page, mei: Member) -> None:
    scan(counter, mei.number)
    counter.keyboard.type("64")

    counter.keyboard.press("Escape")
    expect(counter.locator("#id_amount")).to_have_value("")
    counter.keyboard.press("Escape")

    expect(counter.locator("#id_text")).to_be_focused()
    assert not Purchase.objects.exists()


def test_enter_twice_and_a_step_back_record_once(counter: Page, mei: Member) -> None:
    scan(counter, mei.number)
    expect(counter.locator("#id_amount")).to_be_focused()
    counter.keyboard.type("64")
    counter.keyboard.press("Enter")
    counter.evaluate("document.getElementById('sale').requestSubmit(); document.getElementById('sale').requestSubmit()")
    expect(counter.locator(".pos-outcome")).to_be_visible()

    counter.go_back()

    expect(counter.get_by_text("Nothing was recorded twice")).to_be_visible()
    assert Purchase.objects.count() == 1


def test_a_return_by_keyboard_alone(counter: Page, mei: Member) -> None:
    scan(counter, mei.number)
    expect(counter.locator("#id_amount")).to_be_focused()
    counter.keyboard.type("64")
    counter.keyboard.press("Enter")
    counter.keyboard.type("R-1")
    counter.keyboard.press("Enter")
    expect(counter.locator(".pos-outcome")).to_be_visible()

    counter.keyboard.press("F4")
    scan(counter, "R-1")
    expect(counter.locator("#id_amount")).to_be_focused()
    counter.keyboard.type("10")
    counter.keyboard.press("Enter")
    expect(counter.get_by_role("heading", level=1)).to_have_text("This takes back 10 points")
    counter.keyboard.press("Enter")

    expect(counter.locator(".pos-outcome")).to_contain_text("−10 points")
    expect(counter.locator("#id_text")).to_be_focused()
    assert Return.objects.get().amount == 1_000


def test_a_card_scanned_over_a_button_presses_nothing(counter: Page, mei: Member) -> None:
    scan(counter, mei.number)
    counter.get_by_role("button", name="Record").focus()

    counter.keyboard.type(mei.number)
    counter.keyboard.press("Enter")

    expect(counter.locator("#id_amount_error")).to_have_count(0)
    assert not Purchase.objects.exists()


def test_somebody_new_is_enrolled_and_buys(counter: Page, mei: Member) -> None:
    scan(counter, "139 0013 9000")
    expect(counter.locator("#id_reach")).to_be_focused()
    counter.get_by_role("radio", name="简体中文").check(force=True)
    counter.get_by_role("button", name="Enrol").click()

    expect(counter.locator("#id_amount")).to_be_focused()

    assert Member.objects.get(phone="+8613900139000").language == "zh-hans"


def test_a_tablet_asks_for_its_store_once(counter: Page, live_server: LiveServer) -> None:
    StoreFactory.create(name="Harbour", name_en="Harbour")
    counter.goto(f"{live_server.url}/counter/")

    counter.get_by_text("Harbour").click()
    counter.get_by_role("button", name="Open the counter").click()
    counter.goto(f"{live_server.url}/counter/")

    expect(counter.locator(".counter__where")).to_have_text("Harbour")


def test_it_works_without_scripts(browser: Browser, counter: Page, mei: Member, live_server: LiveServer) -> None:
    plain = browser.new_context(java_script_enabled=False, storage_state=counter.context.storage_state()).new_page()
    plain.goto(f"{live_server.url}/counter/")
    plain.locator("#id_text").fill("13800138000")
    plain.locator("#id_text").press("Enter")
    plain.locator("#id_amount").fill("64")

    plain.get_by_role("button", name="What would it earn?").click()
    expect(plain.locator("#preview")).to_contain_text("+64 points")
    plain.locator("#id_amount").press("Enter")

    expect(plain.locator(".pos-outcome")).to_contain_text("+64 points")
    plain.context.close()


@pytest.mark.parametrize("width", [320, 390, 800, 1280, 1920])
def test_every_page_fits_and_every_target_is_large(
    counter: Page, mei: Member, live_server: LiveServer, width: int
) -> None:
    counter.set_viewport_size({"width": width, "height": 900})
    found: list[object] = []

    def look() -> None:
        counter.wait_for_load_state()
        found.append((counter.url, counter.evaluate(OVERFLOW), counter.evaluate(SMALL)))

    look()
    scan(counter, mei.number)
    expect(counter.locator("#id_amount")).to_be_focused()
    counter.locator("details.more summary").click()
    look()
    counter.locator("#id_amount").fill("64")
    counter.locator("#id_receipt").fill("R-1")
    counter.locator("#id_receipt").press("Enter")
    expect(counter.locator(".pos-outcome")).to_be_visible()
    look()
    counter.goto(f"{live_server.url}/counter/return/?receipt=R-1")
    look()
    counter.get_by_role("button", name="Everything").click()
    expect(counter.get_by_role("button", name="Record the return")).to_be_visible()
    look()
    counter.goto(f"{live_server.url}/counter/store/")
    look()

    assert [each for each in found if each[1] > 0 or each[2]] == []  # type: ignore[index]
