"""The API's explorer in a real browser: under the policy of every page, and without asking anybody else (conftest)."""

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from members.models import Scope
from members.services.api_keys import create_store_key
from tests.factories import MemberFactory, StoreFactory


def test_the_explorer_lists_the_operations_and_sends_one(page: Page, live_server: LiveServer) -> None:
    member = MemberFactory.create(name="Lin Mei")
    _key, text = create_store_key(store=StoreFactory.create(), scopes=Scope.values, name="Till")

    page.goto(f"{live_server.url}/api/docs/")
    expect(page.get_by_text("Record a purchase").first).to_be_visible()

    page.get_by_role("button", name="Authorize").click()
    page.get_by_label("auth-apikey-value").or_(page.locator(".auth-container input")).first.fill(f"Api-Key {text}")
    page.locator(".auth-btn-wrapper .authorize").click()
    page.locator(".auth-btn-wrapper .btn-done").click()
    page.locator("#operations-members-member_read").click()
    page.get_by_role("button", name="Try it out").click()
    page.locator("#operations-members-member_read tr[data-param-name=number] input").fill(member.number)
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table")).to_contain_text("Lin Mei")


def test_every_operation_opens(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/api/docs/")
    operations = page.locator(".opblock-summary-control")
    expect(operations.first).to_be_visible()

    for number in range(operations.count()):
        operations.nth(number).click()

    expect(page.locator(".opblock.is-open")).to_have_count(11)


def test_a_problem_leads_to_its_page(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/api/problems/")
    page.get_by_role("link", name="busy", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Somebody else is changing the same thing")
