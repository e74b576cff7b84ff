from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import ConsoleMessage, Page, Request, ViewportSize
from pytest_django.live_server_helper import LiveServer

from members.clock import now
from members.models import Member
from tests.factories import PASSWORD, TierFactory
from tests.members.identity_scenes import give
from tests.members.page_scenes import member_who_signs_in, purchases, shop_with_rate

PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def base_url() -> str:
    """None: tests name the live server's address. The plugin's own fixture is written in a way that pytest drops."""
    return ""


@pytest.fixture(autouse=True)
def complaints(page: Page, live_server: LiveServer) -> Iterator[list[str]]:
    """What a browser complains about: a broken policy, an error, a request to somebody else. Each fails the test."""
    found: list[str] = []
    home = urlsplit(live_server.url).netloc

    def read(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            found.append(message.text)

    def look(request: Request) -> None:
        target = urlsplit(request.url)
        if target.scheme != "data" and target.netloc != home:
            found.append(f"asked {target.netloc}")

    page.on("console", read)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("request", look)
    yield found
    assert found == []


@pytest.fixture
def mei(live_server: LiveServer) -> Member:
    """Mei, who has bought 25 times, was given points, and knows her password."""
    TierFactory.create(rank=1, code="silver", name="Silver", name_en="Silver", threshold=800_000, colour="#8d97a5")
    member = member_who_signs_in("Mei")
    assert member.user is not None
    EmailAddress.objects.create(user=member.user, email=member.user.email, verified=True, primary=True)
    purchases(member, shop_with_rate("Riverside shop"), 25, at=now())
    give(member, 200, now=now())
    return member


@pytest.fixture
def signed_in(page: Page, live_server: LiveServer, mei: Member) -> Page:
    """Mei's browser on her dashboard, by way of the sign-in page."""
    assert mei.user is not None
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("Email").fill(mei.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{live_server.url}/")
    return page
