from collections.abc import Callable
from typing import Any

import pytest

from members.models import Scope
from tests.api.till import PREVIEW, PURCHASES, Till, everything, is_problem, pointers

pytestmark = pytest.mark.django_db

Receipt = dict[str, Any]


def test_it_says_what_a_basket_would_earn_and_stores_nothing(till: Till, receipt: Receipt) -> None:
    del receipt["external_id"]
    before = everything()

    response = till.post(PREVIEW, receipt)

    assert response.status_code == 200, response.content
    answer = response.json()
    assert (answer["status"], answer["external_id"], answer["points"]) == ("preview", "", 64)
    assert answer["balance"]["available"] == 64
    assert answer["trace"]["total"] == 64
    assert everything() == before


def test_a_recorded_purchase_says_what_it_earned(till: Till, receipt: Receipt) -> None:
    till.post(PURCHASES, receipt)

    answer = till.post(PREVIEW, receipt).json()

    assert (answer["status"], answer["points"]) == ("known", 64)


def test_it_requires_the_scope(till_without: Callable[[Scope], Till], receipt: Receipt) -> None:
    assert is_problem(till_without(Scope.PURCHASES_WRITE).post(PREVIEW, receipt), 403, "scope-missing")


def test_a_key_previews_for_its_own_store_alone(other_till: Till, receipt: Receipt) -> None:
    assert is_problem(other_till.post(PREVIEW, receipt), 403, "other-store")


def test_a_bad_field_is_pointed_at(till: Till, receipt: Receipt) -> None:
    response = till.post(PREVIEW, {**receipt, "amount": 64.0})

    assert is_problem(response, 400, "invalid-request")
    assert pointers(response) == ["#/amount"]


def test_lines_must_add_up(till: Till, receipt: Receipt) -> None:
    assert is_problem(till.post(PREVIEW, {**receipt, "amount": "1.00"}), 422, "lines-do-not-add-up")
