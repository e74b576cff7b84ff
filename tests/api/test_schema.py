"""The schema is the contract: schemathesis sends what it allows and what it forbids, and checks every answer by it.

Each operation is asked with real stores, members and receipts too, or nearly everything would end at "not found".
"""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from config.wsgi import application
from members.api.docs import openapi
from members.models import Member
from tests.api.till import PURCHASES, Till

CONFIG = SchemathesisConfig.from_dict(
    {
        # 422 is for what a schema cannot say: lines that add up, a purchase of tomorrow, one of two parameters.
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ["2xx", "403", "404", "409", "422"]},
        },
    }
)
EXAMPLES = 40
_turns = itertools.count(1)

pytestmark = pytest.mark.django_db


@contextmanager
def one_connection() -> Iterator[None]:
    """Requests through WSGI close the connection when they are done; here it holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@pytest.fixture
def api_schema(till: Till, member: Member, receipt: dict[str, Any]) -> Any:
    """The schema, with a member who bought something."""
    assert till.post(PURCHASES, receipt).status_code == 201
    with one_connection():
        schema = schemathesis.openapi.from_wsgi("/api/schema/", application, config=CONFIG)
    schema.hook("map_path_parameters")(lambda context, found: _real_path(found, member))
    schema.hook("map_body")(lambda context, body: _real_body(body, member))
    return schema


def _real_path(found: dict[str, Any] | None, member: Member) -> dict[str, Any] | None:
    """Every other time something that exists; what is malformed stays so."""
    if not found or next(_turns) % 2:
        return found
    real = {
        "number": (r"[0-9]{12}", member.number),
        "store": (r"[A-Za-z0-9_-]{1,40}", "nanjing-road"),
        "external_id": (r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", "R-1"),
    }
    return {name: real[name][1] if re.fullmatch(real[name][0], str(value)) else value for name, value in found.items()}


def _real_body(body: Any, member: Member) -> Any:
    """Well-formed stores and members become those that exist; what is malformed stays so."""
    if isinstance(body, dict):
        real = {"store": "nanjing-road", "member": member.number}
        body = {name: real[name] if name in real and isinstance(value, str) else value for name, value in body.items()}
        if isinstance(body.get("purchases"), list):
            body["purchases"] = [_real_body(item, member) for item in body["purchases"]]
    return body


OPERATIONS = [
    (path, method)
    for path, methods in openapi("en")["paths"].items()
    for method in methods
    if method in {"get", "post", "put"}
]


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_each_answer_matches_the_schema(
    api_schema: Any, till: Till, path: str, method: str, mode: GenerationMode
) -> None:
    operation = api_schema[path][method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @seed(20261121)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def answers(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Api-Key {till.text}"})

    with one_connection(), override_settings(API_THROTTLE_RATE="1000000/min"):
        answers()
