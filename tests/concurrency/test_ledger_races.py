"""Tills, web shops and staff who reach for the same points or the same receipt at the same moment.

Each race is lost on purpose once (the canaries): without the lock or the constraint it goes wrong, and is noticed.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial, partialmethod
from typing import Any

import pytest
from django.db import connection, transaction

from members import append_only
from members.engines import postgresql
from members.locks import lock_accounts_of, lock_cards
from members.models import Member, Purchase, Store, Transfer, TransferKind
from members.services import merges, open_books, purchases
from members.services.book import Book
from members.services.corrections import correct_purchase
from members.services.ledger import spend_points
from members.services.merges import merge_members
from members.services.purchases import record_purchase, record_purchases
from members.services.receipts import PurchaseDiffers, PurchaseResult
from members.services.returns import record_return
from members.services.reversals import reverse_transfer
from members.services.verifications import verify_ledger
from tests.concurrency.racing import Pause, meeting_after, race
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory
from tests.members.job_scenes import award
from tests.members.ledger_scenes import NOW, balance, buy, receipt_for

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def shop() -> Store:
    EarningRuleVersionFactory.create()
    return StoreFactory.create()


@pytest.fixture
def receipts_may_repeat(transactional_db: None) -> Iterator[None]:
    """The database without the rule that a store's receipt number is there once."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE members_purchase DROP CONSTRAINT purchase_recorded_once")
    yield
    append_only.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE members_purchase CASCADE")
        cursor.execute(
            "ALTER TABLE members_purchase ADD CONSTRAINT purchase_recorded_once UNIQUE (store_id, external_id)"
        )
    append_only.install(connection)


def drifts() -> list[str]:
    return [str(drift) for drift in verify_ledger(now=LATER).drifts]


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "for_update", lambda alias: "")


def outcomes(results: list[Any]) -> Counter[str]:
    """How many calls came to what: an error by its class, a result by its status, a transfer as "done"."""
    return Counter(
        type(result).__name__ if isinstance(result, Exception) else getattr(result, "status", "done")
        for result in results
    )


# The last points


def test_of_fifty_spends_of_the_last_points_one_wins_and_the_others_are_told_why() -> None:
    mei = MemberFactory.create()
    award(mei, 100, now=NOW)
    calls = [
        partial(spend_points, member_id=mei.pk, points=100, business_key=f"spend:till-{number}", now=LATER)
        for number in range(50)
    ]

    results = race(*calls)

    assert outcomes(results) == {"done": 1, "NotEnoughPoints": 49}
    assert balance(mei) == (0, 0, 0)
    assert Transfer.objects.filter(kind=TransferKind.SPEND).count() == 1
    assert drifts() == []


def spend_twice(monkeypatch: pytest.MonkeyPatch) -> tuple[Member, list[Any]]:
    """Two spends that have both read the balance, unless one had to wait for the other."""
    mei = MemberFactory.create()
    award(mei, 100, now=NOW)
    monkeypatch.setattr(open_books, "lock_cards", meeting_after(lock_cards))
    return mei, race(
        *[partial(spend_points, member_id=mei.pk, points=80, business_key=f"spend:{key}", now=LATER) for key in "ab"]
    )


def test_the_second_of_two_spends_reads_what_the_first_left(monkeypatch: pytest.MonkeyPatch) -> None:
    mei, results = spend_twice(monkeypatch)

    assert outcomes(results) == {"done": 1, "NotEnoughPoints": 1}
    assert balance(mei) == (20, 0, 0)


def test_canary_without_the_lock_the_same_points_are_spent_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)

    mei, results = spend_twice(monkeypatch)

    assert outcomes(results) == {"done": 2}
    assert balance(mei) == (20, 0, 0)
    assert drifts() != []


def test_who_waits_for_a_card_holds_up_no_other_thread() -> None:
    mei = MemberFactory.create()
    award(mei, 100, now=NOW)
    spent: list[Any] = []
    other = threading.Thread(
        target=lambda: spent.extend(
            race(partial(spend_points, member_id=mei.pk, points=80, business_key="spend:x", now=LATER))
        )
    )

    with transaction.atomic():
        lock_accounts_of([mei.pk])
        other.start()
        time.sleep(0.5)
        began = time.monotonic()
        time.sleep(0.1)
        waited = time.monotonic() - began
    other.join()

    # A driver that waits with the interpreter in its hands would wake us when the other's patience is over (3 s).
    assert waited < 1
    assert outcomes(spent) == {"done": 1}


# One receipt, told twice


def test_batches_and_single_posts_of_the_same_receipts_have_one_effect(shop: Store) -> None:
    members = MemberFactory.create_batch(5)
    receipts = [receipt_for(members[number % 5], shop, f"r-{number}") for number in range(20)]
    batches = [partial(record_purchases, receipts=order, now=NOW) for order in (receipts, receipts[::-1]) * 3]
    singles = [partial(record_purchase, receipt=receipt, now=NOW) for receipt in receipts[:10]]

    results = race(*batches, *singles)

    assert [result for result in results if isinstance(result, Exception)] == []
    statuses = outcomes([each for result in results for each in (result if isinstance(result, list) else [result])])
    assert statuses == {"recorded": 20, "known": 6 * 20 + 10 - 20}
    assert Transfer.objects.count() == 20
    assert [balance(member) for member in members] == [(400, 0, 0)] * 5
    assert drifts() == []


def tell_twice(shop: Store, monkeypatch: pytest.MonkeyPatch, *members: Member) -> list[Any]:
    """A batch and a single post that have both looked for the receipt, unless one had to wait for the other."""
    monkeypatch.setattr(purchases, "_recognise", meeting_after(purchases._recognise))
    receipts = [receipt_for(member, shop) for member in members]
    return race(
        partial(record_purchases, receipts=[receipts[0], receipt_for(members[0], shop, "r-2")], now=NOW),
        partial(record_purchase, receipt=receipts[-1], now=NOW),
    )


def test_without_locks_the_constraint_still_keeps_a_receipt_single(
    shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_locks(monkeypatch)
    mei = MemberFactory.create()

    batch, single = tell_twice(shop, monkeypatch, mei)

    assert outcomes([batch[0], single]) == {"recorded": 1, "known": 1}
    assert Purchase.objects.filter(external_id="r-1").count() == 1


def test_canary_without_lock_and_constraint_a_receipt_earns_twice(
    receipts_may_repeat: None, shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_locks(monkeypatch)

    tell_twice(shop, monkeypatch, MemberFactory.create())

    assert Purchase.objects.filter(external_id="r-1").count() == 2


def test_of_one_receipt_number_on_two_members_cards_one_is_recorded(
    shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei, kai = MemberFactory.create_batch(2)

    batch, single = tell_twice(shop, monkeypatch, mei, kai)

    first = batch[0].error or batch[0]
    assert outcomes([first, single]) == {"recorded": 1, "PurchaseDiffers": 1}
    assert Purchase.objects.filter(external_id="r-1").count() == 1
    assert drifts() == []


def test_canary_without_the_constraint_one_receipt_earns_on_two_cards(
    receipts_may_repeat: None, shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_twice(shop, monkeypatch, *MemberFactory.create_batch(2))

    assert Purchase.objects.filter(external_id="r-1").count() == 2


def test_batches_of_two_members_with_the_same_numbers_in_opposite_order_do_not_wait_for_ever(shop: Store) -> None:
    members = MemberFactory.create_batch(2)
    numbers = [f"r-{number}" for number in range(30)]

    def batch(member: Member, order: list[str]) -> list[PurchaseResult]:
        return record_purchases(receipts=[receipt_for(member, shop, number) for number in order], now=NOW)

    calls: list[Callable[[], Any]] = [partial(batch, members[0], numbers), partial(batch, members[1], numbers[::-1])]
    results = race(*calls * 3)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert {type(each.error) for result in results for each in result} <= {type(None), PurchaseDiffers}
    assert Purchase.objects.count() == 30
    assert sum(balance(member)[0] for member in members) == 30 * 100
    assert drifts() == []


# Cards that are merged, and receipts that are corrected, while somebody waits for them


def merged_meanwhile(
    monkeypatch: pytest.MonkeyPatch, keep: Member, absorb: Member, then: Callable[[], Any]
) -> list[Any]:
    """A merge that has everything written but not committed when the other call begins."""
    pause = Pause(merges._join_tiers)
    monkeypatch.setattr(merges, "_join_tiers", pause)
    merge = partial(merge_members, keep_id=keep.pk, absorb_id=absorb.pk, actor=None, reason="twin", now=LATER)
    return race(merge, pause.then(then))


def test_a_return_that_waited_for_a_merge_takes_from_the_kept_card(
    shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, absorb = MemberFactory.create_batch(2)
    buy(absorb, shop)
    come_back = partial(
        record_return,
        store_id=shop.pk, purchase_external_id="r-1", external_id="b-1", occurred_at=LATER, now=LATER, amount=10_000,
    )  # fmt: skip

    _, result = merged_meanwhile(monkeypatch, keep, absorb, come_back)

    assert result.points_clawed_back == 100
    assert (balance(keep), balance(absorb)) == ((0, 0, 0), (0, 0, 0))
    assert drifts() == []


def test_a_reversal_that_waited_for_a_merge_gives_to_the_kept_card(
    shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, absorb = MemberFactory.create_batch(2)
    buy(absorb, shop)
    spent = spend_points(member_id=absorb.pk, points=60, business_key="spend:tea", now=NOW)

    merged_meanwhile(monkeypatch, keep, absorb, partial(reverse_transfer, transfer_id=spent.pk, now=LATER))

    assert (balance(keep), balance(absorb)) == ((100, 0, 0), (0, 0, 0))
    assert drifts() == []


def test_a_correction_that_waited_for_a_merge_compensates_the_kept_card(
    shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, absorb = MemberFactory.create_batch(2)
    buy(absorb, shop)
    corrected = receipt_for(absorb, shop, amount=4_000)

    merged_meanwhile(monkeypatch, keep, absorb, partial(correct_purchase, receipt=corrected, reason="typo", now=LATER))

    assert (balance(keep), balance(absorb)) == ((40, 0, 0), (0, 0, 0))
    assert drifts() == []


def test_a_return_that_waited_for_a_correction_takes_from_whose_purchase_it_is_now(
    shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    mistaken, rightful = MemberFactory.create_batch(2)
    buy(mistaken, shop)
    pause = Pause(Book.write)
    monkeypatch.setattr(Book, "write", partialmethod(pause))
    correct = partial(correct_purchase, receipt=receipt_for(rightful, shop), reason="other card", now=LATER)
    come_back = partial(
        record_return,
        store_id=shop.pk, purchase_external_id="r-1", external_id="b-1", occurred_at=LATER, now=LATER, amount=10_000,
    )  # fmt: skip

    race(correct, pause.then(come_back))

    assert (balance(mistaken), balance(rightful)) == ((0, 0, 0), (0, 0, 0))
    assert drifts() == []
