"""Every page in a real browser: nothing that axe finds, no scrolling sideways, no broken policy (see conftest)."""

import pytest
from playwright.sync_api import Page
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from members.clock import now
from members.models import Notification
from members.services.relays import relay_events
from tests.admin.staff_scenes import signed_in as browser_of
from tests.admin.staff_scenes import superuser
from tests.authorization.cells import cells_of, expected_of
from tests.authorization.routes import all_routes
from tests.browser.addresses import MIDWAY, NOT_PAGES, audiences, is_refused, visits
from tests.browser.error_pages import WRONG
from tests.browser.scenes import everything, regular, second_factors, with_address
from tests.browser.sweep import faults, report
from tests.browser.walks import lend, open_counter, sign_in, sign_in_again
from tests.members.page_scenes import member_who_signs_in


def look(
    page: Page, live_server: LiveServer, addresses: dict[str, str], *, status: int = 200, thorough: bool = True
) -> None:
    """Open each address and fail with everything that is wrong with any of them."""
    found: dict[str, list[str]] = {}
    for name, path in addresses.items():
        answer = page.goto(live_server.url + path)
        assert answer is not None
        if answer.status != status or page.url != live_server.url + path:
            found[f"{name} {path}"] = [f"{answer.status} at {page.url}"]
        elif wrong := faults(page, thorough=thorough):
            found[f"{name} {path}"] = wrong
    assert not found, report(found)


def test_every_route_is_visited_or_known_to_be_no_page() -> None:
    routes = {route.name: route for route in all_routes()}
    nowhere = {name for name, route in routes.items() if not audiences(route)}
    pages = {name for name in nowhere if (cells := cells_of(routes[name])) and "200" in expected_of(cells[0]).values()}

    assert pages - set(NOT_PAGES) - set(MIDWAY) == set()
    assert (set(NOT_PAGES) | set(MIDWAY)) - set(routes) == set()


def test_visitors_pages(page: Page, live_server: LiveServer) -> None:
    look(page, live_server, visits("visitor", everything()))


def test_members_pages(page: Page, live_server: LiveServer) -> None:
    values, mei = everything(), regular()
    relay_events(now=now())
    told = Notification.objects.filter(member=mei).latest("pk")
    sign_in(page, live_server, mei)

    look(page, live_server, visits("member", values | {"notification_id": told.pk}))


def test_the_pages_of_somebody_new(page: Page, live_server: LiveServer) -> None:
    member = member_who_signs_in("")
    with_address(member)
    sign_in(page, live_server, member)

    pages = visits("member", everything())
    # Nobody has told them anything yet.
    pages.pop("members:inbox_notification")
    look(page, live_server, pages)


def test_pages_about_signing_in(page: Page, live_server: LiveServer) -> None:
    values = everything()
    member = member_who_signs_in("Mei")
    with_address(member)
    sign_in(page, live_server, member)
    sign_in_again(page, live_server)

    # Only who has no app yet is shown how to add one.
    without = {"mfa_activate_totp"}
    pages = visits("account", values)
    look(page, live_server, {name: path for name, path in pages.items() if name in without})

    pages = visits("account", values | {"pk": second_factors(member).pk})
    look(page, live_server, {name: path for name, path in pages.items() if name not in without})


@pytest.mark.parametrize("part", ["lists", "forms", "rows", "staff"])
def test_the_pages_of_the_staff(page: Page, live_server: LiveServer, part: str) -> None:
    values, client = everything(), browser_of(superuser())
    lend(page.context, live_server, client)
    if part == "staff":
        open_counter(page, live_server)
    routes = {route.name: route for route in all_routes()}
    wanted = visits(part, values)
    refused = [name for name in wanted if is_refused(routes[name]) and client.get(wanted[name]).status_code == 403]

    look(page, live_server, {name: path for name, path in wanted.items() if name not in refused}, thorough=False)


def test_pages_for_what_goes_wrong(
    page: Page, live_server: LiveServer, complaints: list[str], settings: Settings
) -> None:
    settings.ROOT_URLCONF = "tests.browser.error_pages"

    look(page, live_server, {"nowhere": "/nowhere/"}, status=404)
    for name in WRONG:
        look(page, live_server, {name: f"/wrong/{name}/"}, status=int(name[:3]))
    # The browser reports what is meant to go wrong.
    complaints[:] = [text for text in complaints if "Failed to load resource" not in text]
