from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, ViewportSize
from pytest_django.live_server_helper import LiveServer

from members.models import Member
from tests.browser.scenes import regular
from tests.browser.walks import sign_in

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
            found.append(f"{message.text} at {urlsplit(page.url).path}")

    def look(request: Request) -> None:
        target = urlsplit(request.url)
        if target.scheme != "data" and target.netloc != home:
            found.append(f"asked {target.netloc}")

    page.on("console", read)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("request", look)
    yield found
    assert sorted(set(found)) == []


@pytest.fixture
def mei(live_server: LiveServer) -> Member:
    """Mei, who has bought 25 times, was given points, and knows her password."""
    return regular()


@pytest.fixture
def signed_in(page: Page, live_server: LiveServer, mei: Member) -> Page:
    """Mei's browser on her dashboard, by way of the sign-in page."""
    sign_in(page, live_server, mei)
    return page
