"""Every address of the project, with every method, for everybody who may come to the door.

The addresses come from the resolver, the expectations from table.py. Reading and being refused change nothing.
"""

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.authorization import table
from tests.authorization.actors import KEYS, PEOPLE, people, tills
from tests.authorization.cells import cells_of, expected_of, group_of
from tests.authorization.routes import all_routes
from tests.authorization.values import something_of_each
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

# What may change when somebody only looks: their session, and the note that they looked at a member's file.
HARMLESS = ("django_session", "axes_", "account_", "members_auditentry")
REFUSED = {"login", "401", "403", "404", "405"}
UNTOUCHED = ("transfer", "purchase", "return", "member", "adjustment", "storekey", "idempotencyrecord")
COUNTS = "SELECT " + ", ".join(f"(SELECT count(*) FROM members_{name})" for name in UNTOUCHED)


@pytest.fixture
def values(db: None) -> dict[str, Any]:
    """Something that exists for each place in an address."""
    return something_of_each()


@pytest.fixture
def browsers(values: dict[str, Any]) -> dict[str, Client]:
    """Everybody who signs in or not, and the tills."""
    return {**people(values["member"], MemberFactory.create()), **tills(values["the store"])}


@contextmanager
def writes() -> Iterator[list[str]]:
    """What was written meanwhile: statements, and rows that came or went without one that Django saw."""
    found: list[str] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.split(None, 1)[0] in {"INSERT", "UPDATE", "DELETE", "WITH"} and not any(
            word in sql for word in HARMLESS
        ):
            found.append(sql[:120])
        return execute(sql, params, many, context)

    before = counts()
    with connection.execute_wrapper(look):
        yield found
    if connection.needs_rollback:
        # A service that refused took back what it had begun.
        found.clear()
    elif counts() != before:
        found.append("rows")


def counts() -> tuple[int, ...]:
    """How many rows there are, for writers that go round Django's cursors."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        return tuple(cursor.fetchone())


def ask(client: Client, method: str, path: str, body: str = "") -> tuple[str, list[str]]:
    """The status ("login" for the way there) and what was written. Nothing of it lasts, cookies included."""
    jar, client.raise_request_exception = copy.deepcopy(client.cookies), False
    json_type = path.startswith("/api/v1/")
    content_type = "application/json" if json_type else "application/x-www-form-urlencoded"
    with transaction.atomic(), writes() as written:
        response: Any = client.generic(method, path, body, content_type=content_type)
        status = str(response.status_code)
        if status == "302" and "/login/" in response["Location"]:
            status = "login"
        found = list(written)
        transaction.set_rollback(True)
    client.cookies = jar
    return status, found


ROUTES = all_routes()
GROUPS = sorted({group_of(route) for route in ROUTES} - {"keys"})


def test_every_address_is_in_the_table() -> None:
    undeclared = [route.name for route in ROUTES if group_of(route) != "keys" and cells_of(route) is None]
    undeclared += [route.name for route in ROUTES if group_of(route) == "keys" and route.name not in API]

    assert undeclared == []


def test_the_table_names_nothing_that_is_gone() -> None:
    names = {route.name for route in ROUTES}
    declared = {*table.PAGES, *table.ACCOUNTS, *table.API_PAGES, *table.ADMIN, *API}

    assert declared - names == set()
    assert set(table.MODELS) - {route.model for route in ROUTES} == set()


@pytest.mark.parametrize("group", GROUPS)
def test_pages_are_open_to_whom_the_table_says(group: str, values: dict[str, Any], browsers: dict[str, Client]) -> None:
    wrong = []
    for route in ROUTES:
        cells = cells_of(route)
        if group_of(route) != group or cells is None:
            continue
        path = route.path(values)
        for method, cell in zip(("GET", "POST"), cells, strict=True):
            for actor, expected in expected_of(cell).items():
                status, written = ask(browsers[actor], method, path)
                if status != expected or (written and (method == "GET" or expected in REFUSED)):
                    wrong.append((actor, method, path, f"{status} instead of {expected}", written))
        for method in ("PUT", "DELETE"):
            for actor in ("anonymous", "manager"):
                status, written = ask(browsers[actor], method, path)
                if status.startswith("5") or written:
                    wrong.append((actor, method, path, status, written))

    assert wrong == []


# The API by key: (its own store's, another store's, one without scopes); people have no key, so 401 for all of them.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
GONE = "405 405 405"
API: dict[str, dict[str, str]] = {
    "api:members": {"GET": "200 200 403", "POST": "201 201 403"},
    "api:member": {"GET": "200 200 403"},
    "api:points": {"GET": "200 200 403"},
    "api:transfers": {"GET": "200 200 403"},
    "api:purchases": {"POST": "201 403 403"},
    "api:purchase-batch": {"POST": "200 200 403"},
    "api:purchase-preview": {"POST": "200 403 403"},
    "api:purchase": {"GET": "200 404 403", "PUT": "409 404 403"},
    "api:returns": {"POST": "201 404 403"},
}


def api_bodies(values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A good request for each operation, by route and method."""
    receipt = {
        "member": values["number"],
        "occurred_at": "2026-03-14T18:05:00+08:00",
        "currency": "CNY",
        "amount": "64.00",
    }
    purchase = {**receipt, "store": values["store"], "external_id": "new"}
    back = {"external_id": "new", "occurred_at": receipt["occurred_at"], "amount": "1.00"}
    return {
        "api:members": {"POST": {"phone": "+8613800138555"}},
        "api:purchases": {"POST": purchase},
        "api:purchase-batch": {"POST": {"purchases": [purchase]}},
        "api:purchase-preview": {"POST": purchase},
        # What one_of_each bought was brought back in part, so that even its own till cannot replace it.
        "api:purchase": {"PUT": receipt},
        "api:returns": {"POST": back},
    }


def test_the_api_is_open_to_whom_the_table_says(values: dict[str, Any], browsers: dict[str, Client]) -> None:
    bodies, wrong = api_bodies(values), []
    for route in [route for route in ROUTES if group_of(route) == "keys"]:
        path = route.path(values) + ("?email=x@example.com" if route.name == "api:members" else "")
        for method in METHODS:
            cell = API[route.name].get(method, GONE).split()
            expected = {**dict.fromkeys(PEOPLE, "401"), **dict(zip(KEYS, cell, strict=True))}
            body = json.dumps(bodies.get(route.name, {}).get(method, {}))
            for actor, status_expected in expected.items():
                status, written = ask(browsers[actor], method, path, "" if method == "GET" else body)
                refused = status_expected in REFUSED
                if status != status_expected or (written and (method == "GET" or refused)):
                    wrong.append((actor, method, path, f"{status} instead of {status_expected}", written))

    assert wrong == []


def test_a_batch_with_the_key_of_another_store_records_nothing(values: dict[str, Any]) -> None:
    body = json.dumps(api_bodies(values)["api:purchase-batch"]["POST"])

    _status, written = ask(
        tills(values["the store"])["till_of_another_store"], "POST", "/api/v1/purchases/batch/", body
    )

    assert written == []
