"""The schema is the contract: schemathesis sends what it allows and what it forbids, and checks every answer by it.

Each operation is asked with real stores, members and receipts too, or nearly everything would end at "not found".
"""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client, override_settings
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
EXAMPLES = 25
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


def _real_value(name: str, value: Any, member: Member) -> Any:
    real = {"store": (r"[A-Za-z0-9_-]{1,40}", "nanjing-road"), "member": (r"[0-9]{12}", member.number)}
    if name in real and isinstance(value, str) and re.fullmatch(real[name][0], value):
        return real[name][1]
    return value


def _real_body(body: Any, member: Member) -> Any:
    """Well-formed stores and members become those that exist; what is malformed stays so."""
    if isinstance(body, dict):
        body = {name: _real_value(name, value, member) for name, value in body.items()}
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


def operations() -> list[Any]:
    return [openapi("en")["paths"][path][method] for path, method in OPERATIONS]


def test_the_schema_is_valid_and_without_warnings(tmp_path: Path) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation["operationId"])
def test_each_operation_says_everything(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert "Needs the scope `" in operation["description"]
    assert operation["security"] == [{"StoreKey": []}]
    answers = operation["responses"]
    for status, answer in answers.items():
        kind, content = next(iter(answer["content"].items()))
        assert kind == ("application/json" if status < "400" else "application/problem+json")
        assert content["schema"]["$ref"].endswith("/Problem") == (status >= "400")
        assert content["examples"]
    assert {"401", "403", "429", "500", "503"} <= set(answers)


@pytest.mark.parametrize(("path", "method"), [pair for pair in OPERATIONS if pair[1] != "get"])
def test_each_write_takes_an_idempotency_key(path: str, method: str) -> None:
    operation = openapi("en")["paths"][path][method]
    names = {parameter["name"] for parameter in operation["parameters"]}

    assert ("Idempotency-Key" in names) == (operation["operationId"] != "purchase_preview")
    assert {"400", "413", "415", "422"} <= set(operation["responses"])
    assert operation["requestBody"].get("required") or operation["operationId"] == "member_enrol"
    assert operation["requestBody"]["content"]["application/json"]["examples"]


def test_the_schema_is_served_as_json_and_yaml(client: Client) -> None:
    plain = client.get("/api/schema/")
    assert plain["Content-Type"].startswith("application/vnd.oai.openapi+json")
    assert plain.json()["openapi"].startswith("3.")

    assert client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi"}).content.startswith(
        b"openapi: 3."
    )
    assert client.get("/api/schema/", headers={"Accept": "text/csv"}).json()["code"] == "not-acceptable"
