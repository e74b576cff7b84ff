import io
import json
import logging
from collections.abc import Iterator
from logging.config import dictConfig

import pytest
import structlog
from django.conf import settings
from django.test import Client

from config.logs import configure, without_personal_data


@pytest.fixture
def collected() -> Iterator[io.StringIO]:
    """Log as for a collector, into what is given, and go back to the settings afterwards."""
    root = logging.getLogger()
    handlers = root.handlers[:]
    stream = io.StringIO()
    logging_config = configure(log_format="json", level="INFO")
    logging_config["handlers"]["stderr"]["stream"] = stream
    dictConfig(logging_config)
    yield stream
    dictConfig(settings.LOGGING)
    root.handlers = handlers


def test_a_query_string_is_not_logged() -> None:
    event = without_personal_data(None, "info", {"request": "GET /api/v1/members/?phone=%2B8613800138000"})

    assert event == {"request": "GET /api/v1/members/"}


def test_what_identifies_a_person_is_not_logged() -> None:
    event = without_personal_data(
        None, "info", {"event": "x", "ip": "192.0.2.7", "user_agent": "Firefox", "email": "a@b.example", "phone": "1"}
    )

    assert event == {"event": "x"}


def test_a_traceback_shows_no_local_variables(collected: io.StringIO) -> None:
    def fail() -> None:
        birthday = "1 April"
        raise ValueError(len(birthday))

    try:
        fail()
    except ValueError:
        logging.getLogger("members").exception("failed")

    line = collected.getvalue()
    assert json.loads(line)["event"] == "failed"
    assert "ValueError" in line
    assert "1 April" not in line


@pytest.mark.django_db
def test_a_request_is_logged_without_its_query(client: Client, collected: io.StringIO) -> None:
    client.get("/api/nowhere/?email=li.na@example.com")

    lines = [json.loads(line) for line in collected.getvalue().splitlines()]
    assert [line["request"] for line in lines if line["event"] == "request_finished"] == ["GET /api/nowhere/"]
    assert "li.na" not in str(lines)


def test_probes_are_not_logged(client: Client) -> None:
    with structlog.testing.capture_logs() as lines:
        client.get("/healthz")

    assert lines == []
