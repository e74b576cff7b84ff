"""The same request at the same time: one effect, and for everybody the same answer or word that it is on its way.

The canaries take away the lock, and then the record's unique key too.
"""

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection

from members import clock
from members.engines import postgresql
from members.models import AuditEntry, IdempotencyRecord, Member, Purchase, Scope, Store, Transfer
from members.services import idempotency
from members.services.api_keys import create_store_key
from members.services.audits import record_audit
from members.services.idempotency import Answer
from tests.api.till import BATCH, OCCURRED_AT, PURCHASES, Till
from tests.concurrency.racing import meeting_after, race
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

THREADS = 100
# Of a server that allows a hundred connections some belong to others.
AT_ONCE = 40

Receipt = dict[str, Any]


@pytest.fixture
def store() -> Store:
    EarningRuleVersionFactory.create()
    return StoreFactory.create(code="nanjing-road")


@pytest.fixture
def till(store: Store) -> Till:
    key, text = create_store_key(store=store, scopes=Scope.values, name="Till")
    return Till(key=key, text=text)


@pytest.fixture
def receipt(store: Store) -> Receipt:
    return {
        "store": store.code,
        "external_id": "R-1",
        "member": MemberFactory.create().number,
        "occurred_at": OCCURRED_AT,
        "currency": "CNY",
        "amount": "64.00",
    }


def crowd(call: Callable[[], Any]) -> list[Any]:
    """The call from a hundred threads, as many at once as the server has connections for."""
    room = threading.BoundedSemaphore(AT_ONCE)

    def one() -> Any:
        with room:
            response = call()
            connection.close()
            return response

    return race(*[one] * THREADS)


def test_a_hundred_threads_with_one_key_have_one_effect(till: Till, receipt: Receipt) -> None:
    responses = crowd(partial(till.post, PURCHASES, receipt, idempotency_key="k1"))

    statuses = Counter(response.status_code for response in responses)
    assert set(statuses) <= {201, 409}
    assert statuses[201] >= 1
    assert len({response.content for response in responses if response.status_code == 201}) == 1
    assert {r.json()["code"] for r in responses if r.status_code == 409} <= {"idempotency-in-flight"}
    assert all(r["Retry-After"] == "1" for r in responses if r.status_code == 409)
    assert (Purchase.objects.count(), Transfer.objects.count(), IdempotencyRecord.objects.count()) == (1, 1, 1)
    # Whoever was told to come back gets the answer then.
    again = till.post(PURCHASES, receipt, idempotency_key="k1")
    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")


def test_a_hundred_threads_with_a_key_each_record_one_purchase(till: Till, receipt: Receipt) -> None:
    keys = iter(range(THREADS))

    responses = crowd(lambda: till.post(PURCHASES, receipt, idempotency_key=f"k{next(keys)}"))

    statuses = Counter(response.status_code for response in responses)
    assert set(statuses) <= {201, 200, 409}
    assert statuses[201] == 1
    assert {r.json()["code"] for r in responses if r.status_code == 409} <= {"busy"}
    assert Transfer.objects.count() == 1


# An effect that nothing but the idempotency key keeps from happening twice.


def note_at_two_tills(till: Till, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Two equal requests, both of which have looked for a stored answer before either writes one."""
    monkeypatch.setattr(idempotency, "_attempt", meeting_after(idempotency._attempt))

    def note() -> Answer:
        record_audit(actor=None, action="noted", now=clock.now())
        return Answer(status=201, text="{}")

    call = partial(
        idempotency.answer_once,
        api_key_id=till.key.pk,
        key="k1",
        fingerprint="f",
        now=clock.now(),
        act=note,
        refuse=lambda error: Answer(status=error.status, text="{}"),
    )
    return race(call, call)


def test_two_at_once_have_one_effect_and_the_other_is_told_at_once(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    results = note_at_two_tills(till, monkeypatch)

    assert sorted(type(result).__name__ for result in results) == ["Answer", "IdempotencyInFlight"]
    assert AuditEntry.objects.filter(action="noted").count() == 1


def test_without_the_lock_the_record_keeps_them_apart_after_a_wait(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "try_lock", lambda name: True)

    results = note_at_two_tills(till, monkeypatch)

    # Both did the work; the later one lost it to the unique key, was run again and found the answer.
    assert sorted(result.is_replayed for result in results) == [False, True]
    assert AuditEntry.objects.filter(action="noted").count() == 1


def test_without_lock_and_record_it_happens_twice(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "try_lock", lambda name: True)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE members_idempotencyrecord DROP CONSTRAINT idempotency_key_once")
    try:
        note_at_two_tills(till, monkeypatch)

        assert AuditEntry.objects.filter(action="noted").count() == 2
    finally:
        IdempotencyRecord.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE members_idempotencyrecord ADD CONSTRAINT idempotency_key_once UNIQUE (api_key_id, key)"
            )


def test_batch_and_single_posts_of_the_same_purchase_earn_once(till: Till, receipt: Receipt) -> None:
    batch = {"purchases": [{**receipt, "external_id": f"R-{number}"} for number in range(1, 21)]}
    singles = [partial(till.post, PURCHASES, item) for item in batch["purchases"][:10]]
    calls = [partial(till.post, BATCH, batch), *singles, partial(till.post, BATCH, batch), *reversed(singles)]

    responses = race(*calls)

    assert {response.status_code for response in responses} <= {200, 201, 409}
    assert till.post(BATCH, batch).json()["refused"] == 0
    assert Purchase.objects.count() == 20
    assert Transfer.objects.count() == 20
    assert Member.objects.get().account.available == 20 * 64
