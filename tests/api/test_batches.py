from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Member, Purchase, Scope
from tests.api.till import BATCH, PURCHASES, Till, everything, is_problem, pointers

pytestmark = pytest.mark.django_db

Receipt = dict[str, Any]


def test_each_purchase_gets_its_own_result(till: Till, receipt: Receipt, member: Member) -> None:
    till.post(PURCHASES, receipt)
    items = [
        receipt,
        {**receipt, "external_id": "R-2"},
        {**receipt, "external_id": "R-3", "member": "100000000000"},
        {**receipt, "external_id": "R-4", "amount": 64.0},
        {**receipt, "external_id": "R-5", "store": "west-lake"},
        {**receipt, "external_id": "R-6", "amount": "65.00"},
        None,
        {**receipt, "external_id": "R-2"},
        {**receipt, "external_id": "R-2", "amount": "45.00", "lines": receipt["lines"][:1]},
    ]

    response = till.post(BATCH, {"purchases": items})

    assert response.status_code == 200, response.content
    answer = response.json()
    assert [each["status"] for each in answer["results"]] == [200, 201, 404, 400, 403, 422, 400, 200, 409]
    assert [each["index"] for each in answer["results"]] == list(range(9))
    assert (answer["recorded"], answer["known"], answer["refused"]) == (1, 2, 6)
    codes = [each["problem"]["code"] for each in answer["results"] if "problem" in each]
    assert codes == [
        "member-not-found",
        "invalid-request",
        "other-store",
        "lines-do-not-add-up",
        "invalid-request",
        "purchase-differs",
    ]
    assert answer["results"][3]["problem"]["errors"][0]["pointer"] == "#/amount"
    assert answer["results"][1]["balance"]["available"] == 128
    assert Purchase.objects.count() == 2
    member.account.refresh_from_db()
    assert member.account.available == 128


def test_a_thousand_take_as_many_statements_as_ten(till: Till, receipt: Receipt) -> None:
    counts = []
    for size, letter in ((10, "A"), (1_000, "B")):
        items = [{**receipt, "external_id": f"{letter}-{number}"} for number in range(size)]
        with CaptureQueriesContext(connection) as queries:
            assert till.post(BATCH, {"purchases": items}, idempotency_key=letter).json()["recorded"] == size
        counts.append(len(queries))

    assert counts[1] - counts[0] <= 2
    assert Purchase.objects.count() == 1_010


def test_it_requires_the_scope(till_without: Callable[[Scope], Till], receipt: Receipt) -> None:
    before = everything()

    response = till_without(Scope.PURCHASES_WRITE).post(BATCH, {"purchases": [receipt]})

    assert is_problem(response, 403, "scope-missing")
    assert everything() == before


def test_a_key_of_another_store_records_nothing(other_till: Till, receipt: Receipt) -> None:
    before = everything()

    response = other_till.post(BATCH, {"purchases": [receipt]})

    assert response.json()["results"][0]["problem"]["code"] == "other-store"
    assert everything() == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/purchases"),
        ({"purchases": []}, "#/purchases"),
        ({"purchases": "R-1"}, "#/purchases"),
        ({"purchases": [1] * 1_001}, "#/purchases"),
        ({"purchases": [1], "dry": True}, "#/dry"),
        ([], "#"),
    ],
)
def test_a_bad_batch_is_refused_as_a_whole(till: Till, body: object, pointer: str) -> None:
    before = everything()

    response = till.post(BATCH, body)

    assert is_problem(response, 400, "invalid-request")
    assert pointers(response) == [pointer]
    assert everything() == before
