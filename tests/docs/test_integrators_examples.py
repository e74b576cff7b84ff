"""Runs the examples of docs/integrators.md in their order and compares every answer to the letter."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from standardwebhooks import Webhook, WebhookVerificationError

from members.api.catalogue import BY_CODE
from members.models import Store
from members.services import enrolments
from tests.factories import EarningRuleVersionFactory, StoreFactory, TierFactory

PAGE = Path(__file__).parents[2] / "docs" / "integrators.md"
NOW = datetime(2026, 11, 21, 10, 31, tzinfo=UTC)
CARD = "482109375519"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LOCAL = "http://localhost:8000"


@dataclass
class Request:
    """A request as the page shows it."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


def read_request(text: str) -> Request:
    head, _blank, body = text.partition("\n\n")
    first, *lines = head.splitlines()
    method, path = first.split()
    return Request(method, path, dict(line.split(": ", 1) for line in lines), body.strip())


def read_curl(text: str) -> Request:
    words = iter(shlex.split(text.replace("\\\n", " "))[1:])
    request = Request("GET", "", {}, "")
    for word in words:
        if word == "-H":
            name, value = next(words).split(": ", 1)
            request.headers[name] = value
        elif word == "-d":
            request.method, request.body = "POST", next(words)
        else:
            parts = urlsplit(word)
            assert word.startswith(LOCAL), word
            request.path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return request


def sent(request: Request, key: str) -> Any:
    headers = {name: value.replace("YOUR-KEY", key) for name, value in request.headers.items()}
    content_type = headers.pop("Content-Type", "")
    return Client().generic(request.method, request.path, request.body, content_type=content_type, headers=headers)


def created_key(command: str) -> str:
    """The key that the command on the page prints."""
    out = StringIO()
    _python, _manage, name, *arguments = shlex.split(command)
    call_command(name, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def read_answer(text: str) -> tuple[int, dict[str, str], Any]:
    head, _blank, body = text.partition("\n\n")
    first, *lines = head.splitlines()
    return int(first.split()[1]), dict(line.split(": ", 1) for line in lines), json.loads(body)


@pytest.fixture
def programme(db: None, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The programme that the page names; the first card is always the same."""
    EarningRuleVersionFactory.create(rule__name="A point for each yuan")
    TierFactory.create(code="silver", name="Silver", rank=1, threshold=50_000, multiplier_percent=120)
    TierFactory.create(code="gold", name="Gold", rank=2, threshold=500_000, multiplier_percent=150)
    monkeypatch.setattr(enrolments, "generate", lambda count, **how: [CARD][:count])
    return StoreFactory.create(code="nanjing-road", name="Nanjing Road")


def exchanges(page: str) -> Iterator[tuple[Request | str, str | None]]:
    """Each example of the page: a request and its answer (or None), or a command."""
    blocks = [(match[1], match[2].removeprefix("$ ").strip()) for match in BLOCK.finditer(page)]
    blocks = [block for block in blocks if block[0] in {"http", "console"}]
    for place, (kind, text) in enumerate(blocks):
        if kind == "console" and not text.startswith("curl"):
            yield text, None
        elif not text.startswith("HTTP/"):
            following = blocks[place + 1][1] if place + 1 < len(blocks) else ""
            request = read_curl(text) if kind == "console" else read_request(text)
            yield request, following if following.startswith("HTTP/") else None


def test_each_example_is_answered_as_the_page_says(programme: Store) -> None:
    key, answered = "", 0

    with time_machine.travel(NOW, tick=False):
        for request, answer in exchanges(PAGE.read_text()):
            if isinstance(request, str):
                key = created_key(request)
                continue
            response = sent(request, key)
            where = f"{request.method} {request.path}"
            if answer is None:
                assert response.status_code < 300, where
                continue
            status, headers, body = read_answer(answer)
            assert (response.status_code, without_ids(response.json())) == (status, without_ids(body)), where
            assert {name: response[name] for name in headers} == headers, where
            answered += 1

    assert answered == 14


def without_ids(value: Any) -> Any:
    """The same without the ids of rows, which depend on what ran before."""
    if isinstance(value, dict):
        ids = {"id", "rule", "version"}
        return {name: 1 if name in ids else without_ids(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_ids(inner) for inner in value]
    # A cursor holds an id too.
    return re.sub(r"cursor=([ab])\d+\.\d+", r"cursor=\1", value) if isinstance(value, str) else value


def test_the_page_lists_every_problem_of_the_api() -> None:
    rows = re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE)

    assert rows == [
        (str(kind.status), kind.code, str(kind.title))
        for kind in sorted(BY_CODE.values(), key=lambda kind: (kind.status, kind.code))
    ]


def test_the_way_to_verify_a_webhook_works() -> None:
    [example] = [text for kind, text in BLOCK.findall(PAGE.read_text()) if kind == "python"]
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 -- the page's own example
    secret, now, body = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", datetime.now(tz=UTC), '{"type": "tier.changed"}'
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("evt_1", now, body),
    }

    assert names["receive"](body.encode(), headers, secret) == {"type": "tier.changed"}
    with pytest.raises(WebhookVerificationError):
        names["receive"](b'{"type": "points.spent"}', headers, secret)
