from collections.abc import Callable
from typing import Any

import pytest

from members.models import Member, Purchase, PurchaseRevision, Scope
from tests.api.till import PURCHASES, Till, everything, is_problem, pointers
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

Receipt = dict[str, Any]
PURCHASE = "/api/v1/purchases/nanjing-road/R-1/"


@pytest.fixture
def correction(receipt: Receipt) -> dict[str, Any]:
    """The receipt without the coffee."""
    kept = {name: value for name, value in receipt.items() if name not in ("store", "external_id")}
    return {**kept, "amount": "45.00", "lines": receipt["lines"][:1], "reason": "No coffee"}


def test_it_reads_a_purchase(till: Till, receipt: Receipt) -> None:
    till.post(PURCHASES, receipt)

    answer = till.get(PURCHASE).json()

    assert answer["amount"] == "64.00"
    assert answer["occurred_at"] == "2026-03-14T10:05:00Z"
    assert (answer["points_earned"], answer["points_taken_back"], answer["revision"]) == (64, 0, 1)
    assert [(line["position"], line["amount"]) for line in answer["lines"]] == [(1, "45.00"), (2, "19.00")]
    assert answer["returns"] == []
    assert answer["trace"]["total"] == 64
    assert answer["sentences"]


def test_reading_takes_a_constant_number_of_queries(
    till: Till, receipt: Receipt, django_assert_num_queries: Callable[[int], Any]
) -> None:
    till.post(PURCHASES, receipt)
    till.get(PURCHASE)

    # Key with its store; purchase with its member; lines; returns; trace; revision of the rulebook.
    with django_assert_num_queries(6):
        till.get(PURCHASE)


def test_reading_requires_the_scope(till_without: Callable[[Scope], Till], till: Till, receipt: Receipt) -> None:
    till.post(PURCHASES, receipt)

    assert is_problem(till_without(Scope.PURCHASES_WRITE).get(PURCHASE), 403, "scope-missing")


def test_purchases_of_other_stores_do_not_exist(till: Till, other_till: Till, receipt: Receipt) -> None:
    till.post(PURCHASES, receipt)

    assert is_problem(other_till.get(PURCHASE), 404, "purchase-not-found")
    assert is_problem(till.get("/api/v1/purchases/nanjing-road/R-2/"), 404, "purchase-not-found")
    assert is_problem(till.get("/api/v1/purchases/west-lake/R-1/"), 404, "purchase-not-found")


def test_it_corrects_a_purchase(till: Till, receipt: Receipt, correction: Receipt) -> None:
    till.post(PURCHASES, receipt)

    response = till.put(PURCHASE, correction)

    assert response.status_code == 200, response.content
    assert response.json()["status"] == "corrected"
    assert response.json()["points"] == 45
    assert response.json()["balance"]["available"] == 45
    assert response.json()["trace"]["total"] == 45
    assert (response.json()["trace"]["reckoned_anew"], response.json()["trace"]["before"]) == ("correction", 64)
    assert Purchase.objects.get().amount == 4_500
    assert PurchaseRevision.objects.get().reason == "No coffee"
    assert till.get(PURCHASE).json()["revision"] == 2


def test_the_same_correction_again_changes_nothing(till: Till, receipt: Receipt, correction: Receipt) -> None:
    till.post(PURCHASES, receipt)
    till.put(PURCHASE, correction)
    before = everything()

    response = till.put(PURCHASE, correction)

    assert (response.status_code, response.json()["status"]) == (200, "known")
    assert everything() == before


def test_a_correction_can_move_a_purchase_to_another_member(
    till: Till, receipt: Receipt, correction: Receipt, member: Member
) -> None:
    another = MemberFactory.create()
    till.post(PURCHASES, receipt)

    response = till.put(PURCHASE, {**correction, "member": another.number})

    assert response.json()["balance"]["available"] == 45
    member.account.refresh_from_db()
    assert member.account.available == 0


def test_correcting_requires_the_scope(
    till_without: Callable[[Scope], Till], till: Till, receipt: Receipt, correction: Receipt
) -> None:
    till.post(PURCHASES, receipt)
    before = everything()

    response = till_without(Scope.PURCHASES_WRITE).put(PURCHASE, correction)

    assert is_problem(response, 403, "scope-missing")
    assert everything() == before


def test_a_key_of_another_store_corrects_nothing(
    till: Till, other_till: Till, receipt: Receipt, correction: Receipt
) -> None:
    till.post(PURCHASES, receipt)
    before = everything()

    assert is_problem(other_till.put(PURCHASE, correction), 404, "purchase-not-found")
    assert everything() == before


def test_what_was_never_recorded_cannot_be_corrected(till: Till, correction: Receipt) -> None:
    before = everything()

    assert is_problem(till.put(PURCHASE, correction), 404, "purchase-not-found")
    assert everything() == before


def test_a_purchase_with_returns_cannot_be_replaced(till: Till, receipt: Receipt, correction: Receipt) -> None:
    till.post(PURCHASES, receipt)
    till.post(f"{PURCHASE}returns/", {"external_id": "B-1", "occurred_at": receipt["occurred_at"], "amount": "1.00"})
    before = everything()

    assert is_problem(till.put(PURCHASE, correction), 409, "purchase-has-returns")
    assert everything() == before


def test_a_correction_cannot_change_the_number(till: Till, receipt: Receipt, correction: Receipt) -> None:
    till.post(PURCHASES, receipt)
    before = everything()

    response = till.put(PURCHASE, {**correction, "external_id": "R-2", "amount": 45})

    assert is_problem(response, 400, "invalid-request")
    assert sorted(pointers(response)) == ["#/amount", "#/external_id"]
    assert everything() == before
