import os
import shutil
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import structlog
from django.db import connection
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from tests import isolation

# The same examples each time, and a busy machine is no failure.
hypothesis.settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",  # in containers the tests run as root, where Chromium has no sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Return the path of a Chromium: the one that CHROMIUM names, or the system's."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    needs_postgres = pytest.mark.skip(reason="needs PostgreSQL in DATABASE_URL: SQLite has no row locks")
    needs_browser = pytest.mark.skip(reason="needs Chromium: install it, or name it in CHROMIUM")
    for item in items:
        if {"page", "browser", "context"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
        if item.get_closest_marker("postgres") and connection.vendor != "postgresql":
            item.add_marker(needs_postgres)
        if item.get_closest_marker("browser") and not chromium() and not os.environ.get("REQUIRE_BROWSER"):
            item.add_marker(needs_browser)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let tests that commit empty the append-only tables, and find what the migrations put there."""
    with django_db_blocker.unblock():
        rows = isolation.initial_rows()
    restore = isolation.lift_append_only_for_flush(rows)
    yield
    restore()


@pytest.fixture(autouse=True)
def isolated(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give each test its own cache, in English, without what another one bound to the logs."""
    isolation.start_test(request.node.nodeid)
    structlog.contextvars.clear_contextvars()
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Drive the system's Chromium, without a request to anywhere but the page under test."""
    path = chromium()
    if path is None:
        pytest.fail("REQUIRE_BROWSER is set, but there is no Chromium: install it, or name it in CHROMIUM")
    return {**browser_type_launch_args, "executable_path": path, "args": CHROMIUM_ARGUMENTS}
