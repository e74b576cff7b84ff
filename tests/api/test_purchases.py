from collections.abc import Callable
from typing import Any

import pytest

from members.models import Member, Purchase, Scope, Store, Transfer
from tests.api.till import PURCHASES, Till, everything, is_problem, pointers
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

Receipt = dict[str, Any]


def test_it_records_a_purchase_and_says_what_it_earned(till: Till, receipt: Receipt, member: Member) -> None:
    response = till.post(PURCHASES, receipt)

    assert response.status_code == 201, response.content
    answer = response.json()
    assert answer["status"] == "recorded"
    assert answer["points"] == 64
    assert answer["balance"] == {"available": 64, "pending": 0, "owed": 0}
    assert answer["tier"] == {"code": "regular", "name": "Regular", "rank": 0}
    assert answer["trace"]["total"] == 64
    assert [rule["points"] for rule in answer["trace"]["rules"]] == [64]
    assert answer["sentences"]
    purchase = Purchase.objects.get()
    assert (purchase.member, purchase.amount, purchase.external_id) == (member, 6_400, "R-1")
    assert list(purchase.lines.order_by("position").values_list("sku", "quantity", "amount")) == [
        ("9787020002207", 1, 4_500),
        ("flat-white", 2, 1_900),
    ]


def test_the_same_receipt_again_earns_nothing_twice(till: Till, receipt: Receipt) -> None:
    till.post(PURCHASES, receipt)

    response = till.post(PURCHASES, receipt)

    assert response.status_code == 200
    assert response.json()["status"] == "known"
    assert response.json()["points"] == 64
    assert response.json()["balance"]["available"] == 64
    assert Transfer.objects.count() == 1


def test_the_same_number_with_other_content_is_refused(till: Till, receipt: Receipt) -> None:
    till.post(PURCHASES, receipt)
    before = everything()

    response = till.post(PURCHASES, {**receipt, "amount": "45.00", "lines": receipt["lines"][:1]})

    assert is_problem(response, 409, "purchase-differs")
    assert everything() == before


def test_lines_may_be_left_out(till: Till, receipt: Receipt) -> None:
    del receipt["lines"]

    assert till.post(PURCHASES, receipt).json()["points"] == 64


def test_a_member_number_may_have_spaces(till: Till, receipt: Receipt) -> None:
    number = receipt["member"]
    receipt["member"] = f"{number[:4]} {number[4:8]} {number[8:]}"

    assert till.post(PURCHASES, receipt).status_code == 201


def test_the_sentences_are_in_the_language_of_the_caller(till: Till, receipt: Receipt) -> None:
    response = till.post(PURCHASES, receipt, language="zh-CN")

    assert response["Content-Language"] == "zh-hans"


def test_it_requires_the_scope(till_without: Callable[[Scope], Till], receipt: Receipt) -> None:
    before = everything()

    response = till_without(Scope.PURCHASES_WRITE).post(PURCHASES, receipt)

    assert is_problem(response, 403, "scope-missing")
    assert "purchases:write" in response.json()["detail"]
    assert everything() == before


def test_a_key_records_purchases_of_its_own_store_alone(other_till: Till, receipt: Receipt) -> None:
    before = everything()

    response = other_till.post(PURCHASES, receipt)

    assert is_problem(response, 403, "other-store")
    assert everything() == before


def test_a_closed_store_is_refused(till: Till, receipt: Receipt, store: Store) -> None:
    Store.objects.filter(pk=store.pk).update(is_active=False)
    before = everything()

    response = till.post(PURCHASES, receipt)

    assert is_problem(response, 403, "store-inactive")
    assert everything() == before


def test_an_unknown_member_is_refused(till: Till, receipt: Receipt) -> None:
    before = everything()

    response = till.post(PURCHASES, {**receipt, "member": "100000000000"})

    assert is_problem(response, 404, "member-not-found")
    assert everything() == before


def test_a_closed_card_is_refused(till: Till, receipt: Receipt) -> None:
    closed = MemberFactory.create(status="closed")
    before = everything()

    response = till.post(PURCHASES, {**receipt, "member": closed.number})

    assert is_problem(response, 409, "member-not-live")
    assert everything() == before


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("amount", 64.0, "text"),
        ("amount", 64, "text"),
        ("amount", "64,00", "decimal string"),
        ("amount", "-1.00", "decimal string"),
        ("amount", "64.001", "decimal string"),
        ("amount", "99999999999.00", "decimal string"),
        ("amount", "", "at least"),
        ("amount", "６４.００", "decimal string"),
        ("amount", None, "null"),
        ("occurred_at", "2026-03-14T18:05:00", "offset"),
        ("occurred_at", "2026-03-14", "moment"),
        ("occurred_at", "2026-02-30T00:00:00Z", "calendar"),
        ("occurred_at", "0001-01-01T00:00:00+08:00", "calendar"),
        ("occurred_at", 1_773_000_000, "text"),
        ("currency", "USD", "CNY"),
        ("currency", 156, "CNY"),
        ("member", "12345", "characters"),
        ("member", "12345678901x", "12 digits"),
        ("member", 482_109_375_519, "text"),
        ("external_id", "", "at least"),
        ("external_id", "R 1", "letters"),
        ("external_id", "../R1", "letters"),
        ("external_id", "x" * 65, "at most"),
        ("external_id", "R-1\n", "letters"),
        ("store", True, "true/false"),
        ("lines", "none", "list"),
        ("lines", [{"amount": "64.00"}] * 501, "500"),
    ],
)
def test_a_bad_field_is_pointed_at(till: Till, receipt: Receipt, field: str, value: object, words: str) -> None:
    before = everything()

    response = till.post(PURCHASES, {**receipt, field: value})

    assert is_problem(response, 400, "invalid-request")
    [error] = response.json()["errors"]
    assert error["pointer"] == f"#/{field}"
    assert words in error["detail"]
    assert everything() == before


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        ({"amount": "64.00", "quantity": 0}, "#/lines/0/quantity"),
        ({"amount": "64.00", "quantity": 1.5}, "#/lines/0/quantity"),
        ({"amount": "64.00", "quantity": "1"}, "#/lines/0/quantity"),
        ({"amount": "64.00", "quantity": True}, "#/lines/0/quantity"),
        ({"amount": "64.00", "sku": "a\u0000b"}, "#/lines/0/sku"),
        ({"amount": "64.00", "sku": "x" * 65}, "#/lines/0/sku"),
        ({"amount": 64.0}, "#/lines/0/amount"),
        ({"sku": "x"}, "#/lines/0/amount"),
        ({"amount": "64.00", "price/each": "1"}, "#/lines/0/price~1each"),
        ("not a line", "#/lines/0"),
    ],
)
def test_a_bad_line_is_pointed_at(till: Till, receipt: Receipt, line: object, pointer: str) -> None:
    before = everything()

    response = till.post(PURCHASES, {**receipt, "lines": [line]})

    assert is_problem(response, 400, "invalid-request")
    assert pointers(response) == [pointer]
    assert everything() == before


def test_all_mistakes_are_told_at_once(till: Till, receipt: Receipt) -> None:
    del receipt["member"]

    response = till.post(PURCHASES, {**receipt, "amount": 1, "colour": "red"})

    assert sorted(pointers(response)) == ["#/amount", "#/colour", "#/member"]
    assert "Known are" in next(e["detail"] for e in response.json()["errors"] if e["pointer"] == "#/colour")


@pytest.mark.parametrize("body", [[], "text", 1, None, [1, 2]])
def test_the_body_must_be_an_object(till: Till, store: Store, body: object) -> None:
    response = till.post(PURCHASES, body)

    assert is_problem(response, 400, "invalid-request")
    assert pointers(response) == ["#"]


def test_lines_must_add_up(till: Till, receipt: Receipt) -> None:
    before = everything()

    response = till.post(PURCHASES, {**receipt, "amount": "65.00"})

    assert is_problem(response, 422, "lines-do-not-add-up")
    assert everything() == before


def test_a_purchase_of_tomorrow_is_refused(till: Till, receipt: Receipt) -> None:
    before = everything()

    response = till.post(PURCHASES, {**receipt, "occurred_at": "2126-03-14T18:05:00+08:00"})

    assert is_problem(response, 422, "receipt-from-the-future")
    assert everything() == before


def test_a_purchase_of_the_last_century_is_refused(till: Till, receipt: Receipt) -> None:
    before = everything()

    response = till.post(PURCHASES, {**receipt, "occurred_at": "1926-03-14T18:05:00+08:00"})

    assert is_problem(response, 422, "inconsistent-request")
    assert pointers(response) == ["#/occurred_at"]
    assert everything() == before


def test_an_expired_or_revoked_key_is_refused_at_once(till: Till, receipt: Receipt) -> None:
    till.key.revoked = True
    till.key.save()

    assert is_problem(till.post(PURCHASES, receipt), 401, "unauthenticated")
    assert not Purchase.objects.exists()
