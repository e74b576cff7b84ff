from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError

from members import clock
from members.api import purchases as purchases_api
from members.exceptions import Busy
from members.models import IdempotencyRecord, Member, Purchase, Store, Transfer
from members.services.idempotency import KEPT_FOR, purge_idempotency_records
from members.services.purchases import record_purchase
from members.services.returns import PurchaseNotFound
from tests.api.conftest import till_of
from tests.api.till import BATCH, MEMBERS, PREVIEW, PURCHASES, Till, everything, is_problem

pytestmark = pytest.mark.django_db

Receipt = dict[str, Any]


def test_the_same_request_gets_the_same_answer_to_the_letter(till: Till, receipt: Receipt) -> None:
    first = till.post(PURCHASES, receipt, idempotency_key="k1")

    again = till.post(PURCHASES, receipt, idempotency_key="k1")

    assert (again.status_code, again.content) == (201, first.content)
    assert again["Content-Type"] == first["Content-Type"]
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Transfer.objects.count() == 1
    assert IdempotencyRecord.objects.count() == 1


def test_the_first_answer_stays_though_the_balance_moved_on(till: Till, receipt: Receipt) -> None:
    till.post(PURCHASES, receipt, idempotency_key="k1")
    till.post(PURCHASES, {**receipt, "external_id": "R-2"}, idempotency_key="k2")

    assert till.post(PURCHASES, receipt, idempotency_key="k1").json()["balance"]["available"] == 64


def test_order_of_fields_and_white_space_do_not_matter(till: Till, receipt: Receipt) -> None:
    till.post(PURCHASES, receipt, idempotency_key="k1")

    again = till.post(PURCHASES, dict(reversed(receipt.items())), idempotency_key="k1")

    assert again["Idempotency-Replayed"] == "true"


def test_another_body_is_refused_and_changes_nothing(till: Till, receipt: Receipt) -> None:
    till.post(PURCHASES, receipt, idempotency_key="k1")
    before = everything()

    response = till.post(PURCHASES, {**receipt, "external_id": "R-2"}, idempotency_key="k1")

    assert is_problem(response, 422, "idempotency-key-reused")
    assert everything() == before


def test_another_address_is_refused(till: Till, receipt: Receipt) -> None:
    till.post(PURCHASES, receipt, idempotency_key="k1")
    before = everything()

    assert is_problem(till.post(MEMBERS, receipt, idempotency_key="k1"), 422, "idempotency-key-reused")
    assert everything() == before


def test_each_store_key_has_its_own_keys(till: Till, receipt: Receipt, store: Store) -> None:
    till.post(PURCHASES, receipt, idempotency_key="k1")

    response = till_of(store).post(PURCHASES, {**receipt, "external_id": "R-2"}, idempotency_key="k1")

    assert response.status_code == 201


def test_a_refusal_by_the_rules_is_kept(till: Till, receipt: Receipt, member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(status="closed")
    first = till.post(PURCHASES, receipt, idempotency_key="k1")
    Member.objects.filter(pk=member.pk).update(status="active")

    again = till.post(PURCHASES, receipt, idempotency_key="k1")

    assert is_problem(first, 409, "member-not-live")
    assert is_problem(again, 409, "member-not-live")
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"
    assert not Purchase.objects.exists()
    assert till.post(PURCHASES, receipt, idempotency_key="k2").status_code == 201


def test_a_refusal_takes_back_what_was_begun(
    till: Till, receipt: Receipt, monkeypatch: pytest.MonkeyPatch, member: Member
) -> None:
    def record_then_refuse(**arguments: Any) -> None:
        record_purchase(**arguments)
        raise PurchaseNotFound(external_id="R-1")

    monkeypatch.setattr(purchases_api, "record_purchase", record_then_refuse)

    response = till.post(PURCHASES, receipt, idempotency_key="k1")

    assert is_problem(response, 404, "purchase-not-found")
    assert not Purchase.objects.exists()
    assert not Transfer.objects.exists()
    assert IdempotencyRecord.objects.get().status == 404


def test_a_request_that_is_wrong_in_itself_leaves_the_key_free(till: Till, receipt: Receipt) -> None:
    assert till.post(PURCHASES, {**receipt, "amount": 64}, idempotency_key="k1").status_code == 400
    assert not IdempotencyRecord.objects.exists()

    assert till.post(PURCHASES, receipt, idempotency_key="k1").status_code == 201


@pytest.mark.parametrize(
    ("error", "answer"),
    [(Busy(), (409, "busy", 3)), (OperationalError("the connection is gone"), (503, "unavailable", 5))],
)
def test_not_now_is_not_kept(
    till: Till,
    receipt: Receipt,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    answer: tuple[int, str, int],
) -> None:
    status, code, seconds = answer

    def fail(**arguments: Any) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(purchases_api, "record_purchase", fail)
        broken.setattr("django.core.signals.got_request_exception.send", lambda **arguments: None)
        response = till.post(PURCHASES, receipt, idempotency_key="k1")

    assert is_problem(response, status, code)
    assert response["Retry-After"] == str(seconds)
    assert response.json()["retry_after"] == seconds
    assert not IdempotencyRecord.objects.exists()
    assert till.post(PURCHASES, receipt, idempotency_key="k1").status_code == 201


def test_a_batch_is_repeated_as_a_whole(till: Till, receipt: Receipt) -> None:
    body = {"purchases": [receipt, {**receipt, "external_id": "R-2", "member": "100000000000"}]}
    first = till.post(BATCH, body, idempotency_key="k1")

    again = till.post(BATCH, body, idempotency_key="k1")

    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"


def test_returns_corrections_and_enrolments_are_kept_too(till: Till, receipt: Receipt) -> None:
    till.post(PURCHASES, receipt)
    correction = {key: value for key, value in receipt.items() if key not in ("store", "external_id")}
    address = f"{PURCHASES}nanjing-road/R-1/"
    back = {"external_id": "B-1", "occurred_at": receipt["occurred_at"], "amount": "1.00"}
    calls = [
        lambda: till.post(MEMBERS, {"phone": "+8613800138009"}, idempotency_key="k1"),
        lambda: till.put(address, {**correction, "reason": "same"}, idempotency_key="k2"),
        lambda: till.post(f"{address}returns/", back, idempotency_key="k3"),
    ]

    for call in calls:
        first, again = call(), call()
        assert again.content == first.content
        assert again["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 256, "schlüssel"])
def test_a_key_that_is_none_is_refused(till: Till, receipt: Receipt, key: str) -> None:
    before = everything()

    response = till.post(PURCHASES, receipt, idempotency_key=key)

    assert is_problem(response, 400, "invalid-idempotency-key")
    assert everything() == before


def test_a_preview_keeps_nothing(till: Till, receipt: Receipt) -> None:
    till.post(PREVIEW, receipt, idempotency_key="k1")

    assert not IdempotencyRecord.objects.exists()


def test_answers_are_kept_for_thirty_days(till: Till, receipt: Receipt) -> None:
    with time_machine.travel(clock.now() - KEPT_FOR - timedelta(minutes=1), tick=False):
        till.post(PURCHASES, receipt, idempotency_key="old")
    till.post(MEMBERS, {"phone": "+8613800138009"}, idempotency_key="new")

    assert purge_idempotency_records(now=clock.now()) == 1
    assert purge_idempotency_records(now=clock.now()) == 0
    assert IdempotencyRecord.objects.get().key == "new"
    # The key is gone, the receipt's number is not.
    assert till.post(PURCHASES, receipt, idempotency_key="old").json()["status"] == "known"


def test_an_answer_past_its_time_is_replaced_though_it_was_not_purged_yet(till: Till, receipt: Receipt) -> None:
    with time_machine.travel(clock.now() - KEPT_FOR - timedelta(minutes=1), tick=False):
        till.post(PURCHASES, receipt, idempotency_key="k1")

    response = till.post(PURCHASES, {**receipt, "external_id": "R-2"}, idempotency_key="k1")

    assert response.status_code == 201


@pytest.mark.django_db(transaction=True)
def test_a_kept_refusal_outlives_its_transaction(till: Till, receipt: Receipt) -> None:
    first = till.post(PURCHASES, {**receipt, "member": "100000000000"}, idempotency_key="k1")

    assert is_problem(first, 404, "member-not-found")
    assert IdempotencyRecord.objects.get().status == 404
    assert not Purchase.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_without_a_key_a_failure_after_the_effect_takes_it_back(
    till: Till, receipt: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any, **more: Any) -> None:
        raise Busy

    monkeypatch.setattr(purchases_api, "answer", fail)

    assert is_problem(till.post(PURCHASES, receipt), 409, "busy")
    assert not Purchase.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["k1", None])
def test_the_victim_of_a_deadlock_is_run_again_as_a_whole(
    till: Till, receipt: Receipt, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    attempts: list[int] = []

    def deadlock_twice(**arguments: Any) -> Any:
        result = record_purchase(**arguments)
        attempts.append(Purchase.objects.count())
        if len(attempts) < 3:
            raise OperationalError from Deadlock()
        return result

    monkeypatch.setattr(purchases_api, "record_purchase", deadlock_twice)

    response = till.post(PURCHASES, receipt, idempotency_key=key)

    assert response.status_code == 201
    # Each attempt found nothing of the one before.
    assert attempts == [1, 1, 1]
    assert Transfer.objects.count() == 1


class Deadlock(Exception):
    """What the database says of it."""

    sqlstate = "40P01"
