from collections.abc import Callable
from typing import Any

import pytest

from members.models import Return, Scope
from tests.api.till import PURCHASES, Till, everything, is_problem, pointers

pytestmark = pytest.mark.django_db

RETURNS = "/api/v1/purchases/nanjing-road/R-1/returns/"
BOOK = {"external_id": "B-1", "occurred_at": "2026-03-15T10:00:00+08:00", "lines": [{"position": 1}]}


@pytest.fixture(autouse=True)
def recorded(till: Till, receipt: dict[str, Any]) -> None:
    """The purchase that things come back from."""
    assert till.post(PURCHASES, receipt).status_code == 201


def test_a_line_comes_back(till: Till) -> None:
    response = till.post(RETURNS, BOOK)

    assert response.status_code == 201, response.content
    answer = response.json()
    assert (answer["status"], answer["purchase"], answer["amount"]) == ("recorded", "R-1", "45.00")
    assert answer["points_taken_back"] == 45
    assert answer["balance"] == {"available": 19, "pending": 0, "owed": 0}
    assert answer["tier"]["code"] == "regular"


def test_some_pieces_of_a_line_come_back(till: Till) -> None:
    response = till.post(RETURNS, {**BOOK, "lines": [{"position": 2, "quantity": 1}]})

    assert response.json()["amount"] == "9.50"


def test_an_amount_comes_back(till: Till) -> None:
    del (body := dict(BOOK))["lines"]

    assert till.post(RETURNS, {**body, "amount": "64.00"}).json()["points_taken_back"] == 64


def test_the_same_return_again_takes_nothing_twice(till: Till) -> None:
    till.post(RETURNS, BOOK)

    response = till.post(RETURNS, BOOK)

    assert (response.status_code, response.json()["status"]) == (200, "known")
    assert response.json()["balance"]["available"] == 19
    assert Return.objects.count() == 1


def test_it_requires_the_scope(till_without: Callable[[Scope], Till]) -> None:
    before = everything()

    assert is_problem(till_without(Scope.PURCHASES_WRITE).post(RETURNS, BOOK), 403, "scope-missing")
    assert everything() == before


def test_a_key_of_another_store_returns_nothing(other_till: Till) -> None:
    before = everything()

    assert is_problem(other_till.post(RETURNS, BOOK), 404, "purchase-not-found")
    assert everything() == before


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"lines": [{"position": 3}]}, 422, "line-not-found"),
        ({"lines": [{"position": 1}, {"position": 1}]}, 422, "line-not-found"),
        ({"lines": [{"position": 2, "quantity": 3}]}, 422, "more-than-was-bought"),
        ({"lines": [], "amount": "64.01"}, 422, "more-than-was-bought"),
        ({"lines": []}, 422, "nothing-to-return"),
        ({"lines": [], "amount": "0.00"}, 422, "nothing-to-return"),
        ({"occurred_at": "2026-03-14T10:00:00+08:00"}, 422, "return-before-purchase"),
        ({"occurred_at": "2126-03-14T10:00:00+08:00"}, 422, "receipt-from-the-future"),
    ],
)
def test_an_impossible_return_is_refused(till: Till, change: dict[str, Any], status: int, code: str) -> None:
    before = everything()

    assert is_problem(till.post(RETURNS, {**BOOK, **change}), status, code)
    assert everything() == before


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"amount": 45.0}, "#/amount"),
        ({"occurred_at": "2026-03-15T10:00:00"}, "#/occurred_at"),
        ({"external_id": ""}, "#/external_id"),
        ({"lines": [{"position": 0}]}, "#/lines/0/position"),
        ({"lines": [{"position": 1, "points": 5}]}, "#/lines/0/points"),
        ({"reason": "broken"}, "#/reason"),
    ],
)
def test_a_bad_field_is_pointed_at(till: Till, change: dict[str, Any], pointer: str) -> None:
    before = everything()

    response = till.post(RETURNS, {**BOOK, **change})

    assert is_problem(response, 400, "invalid-request")
    assert pointers(response) == [pointer]
    assert everything() == before


def test_the_same_number_with_other_content_is_refused(till: Till) -> None:
    till.post(RETURNS, BOOK)
    before = everything()

    assert is_problem(till.post(RETURNS, {**BOOK, "lines": [{"position": 2}]}), 409, "return-differs")
    assert everything() == before
