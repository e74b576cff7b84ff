"""Recording purchases: once each, scored by their own time, balances and tiers in step."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from members.engines import postgresql
from members.exceptions import MemberNotFound
from members.models import Account, AwardCounter, Lot, Member, Purchase, Store, Tier, Transfer
from members.services.purchases import preview_purchase, record_purchase, record_purchases
from members.services.receipts import (
    CurrencyNotAccepted,
    LinesDoNotAddUp,
    PurchaseDiffers,
    Receipt,
    ReceiptFromTheFuture,
    ReceiptLine,
)
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory, TierFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 10, 4, 0, tzinfo=UTC)


@pytest.fixture
def shop() -> Store:
    return StoreFactory.create()


@pytest.fixture
def one_point_per_yuan() -> None:
    EarningRuleVersionFactory.create(kind="base", points=1, per_amount=100)


def receipt_for(
    member: Member,
    shop: Store,
    number: str = "r-1",
    *,
    amount: int = 6_400,
    at: datetime = NOW,
    lines: Sequence[ReceiptLine] = (),
) -> Receipt:
    return Receipt(shop.pk, number, member.number, at, amount, "CNY", tuple(lines))


def test_a_purchase_earns_points_in_a_lot_that_expires_at_the_end_of_the_month_a_year_later(
    shop: Store, one_point_per_yuan: None
) -> None:
    mei = MemberFactory.create()

    result = record_purchase(receipt=receipt_for(mei, shop), now=NOW)

    lot = Lot.objects.get()
    assert (result.status, result.points, result.available) == ("recorded", 64, 64)
    assert (lot.points, lot.remaining, lot.is_pending) == (64, 64, False)
    assert lot.expires_at == datetime(2027, 6, 30, 16, 0, tzinfo=UTC)
    assert Account.objects.get(member=mei).available == 64


def test_the_same_receipt_again_is_known_and_adds_nothing(shop: Store, one_point_per_yuan: None) -> None:
    mei = MemberFactory.create()
    first = record_purchase(receipt=receipt_for(mei, shop), now=NOW)

    again = record_purchase(receipt=receipt_for(mei, shop), now=NOW + timedelta(minutes=5))

    assert again.status == "known"
    assert (again.points, again.purchase_id, again.available) == (64, first.purchase_id, 64)
    assert again.explanation == first.explanation
    assert Transfer.objects.count() == 1


def test_the_same_receipt_number_with_other_content_is_refused(shop: Store, one_point_per_yuan: None) -> None:
    mei = MemberFactory.create()
    record_purchase(receipt=receipt_for(mei, shop), now=NOW)

    with pytest.raises(PurchaseDiffers):
        record_purchase(receipt=receipt_for(mei, shop, amount=9_900), now=NOW)

    assert Purchase.objects.get().amount == 6_400
    assert Transfer.objects.count() == 1


def test_a_batch_answers_each_receipt_and_one_bad_one_stops_no_other(shop: Store, one_point_per_yuan: None) -> None:
    mei, kai = MemberFactory.create(), MemberFactory.create()
    receipts = [
        receipt_for(mei, shop, "a"),
        Receipt(shop.pk, "b", "000000000000", NOW, 100, "CNY"),
        receipt_for(kai, shop, "c", amount=1_000),
        receipt_for(mei, shop, "a"),
        Receipt(shop.pk, "d", kai.number, NOW, 100, "USD"),
        receipt_for(kai, shop, "e", lines=[ReceiptLine(100)]),
        receipt_for(kai, shop, "f", at=NOW + timedelta(hours=1)),
        receipt_for(kai, shop, "a", amount=1),
    ]

    results = record_purchases(receipts=receipts, now=NOW)

    assert [result.status for result in results] == [
        "recorded", "refused", "recorded", "known", "refused", "refused", "refused", "refused",
    ]  # fmt: skip
    assert [type(result.error) for result in results if result.error] == [
        MemberNotFound, CurrencyNotAccepted, LinesDoNotAddUp, ReceiptFromTheFuture, PurchaseDiffers,
    ]  # fmt: skip
    assert Purchase.objects.count() == 2


def test_a_batch_takes_the_same_number_of_statements_for_two_receipts_as_for_forty(
    shop: Store,
    one_point_per_yuan: None,
    django_assert_num_queries: Callable[[int], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Now and then a batch also fetches a block of ids; here the first one fetches enough for all.
    monkeypatch.setattr(postgresql, "BLOCK", 500)
    monkeypatch.setattr(postgresql, "_blocks", {})
    members = MemberFactory.create_batch(40)
    record_purchase(receipt=receipt_for(members[0], shop, "warm"), now=NOW)

    for size in (2, 40):
        receipts = [
            receipt_for(m, shop, f"{size}-{i}", lines=[ReceiptLine(6_400)]) for i, m in enumerate(members[:size])
        ]
        with django_assert_num_queries(statements()):
            record_purchases(receipts=receipts, now=NOW)


def statements() -> int:
    """Transaction, locks, rulebook, known receipts, ids, writes: one a table where the database has no arrays."""
    return 5 if connection.vendor == "postgresql" else 13


def test_a_preview_answers_like_a_purchase_and_stores_nothing(shop: Store, one_point_per_yuan: None) -> None:
    mei = MemberFactory.create()

    result = preview_purchase(receipt=receipt_for(mei, shop), now=NOW)

    assert (result.points, result.available) == (64, 64)
    assert not Purchase.objects.exists()
    assert not Transfer.objects.exists()
    assert Account.objects.get(member=mei).available == 0


def test_a_purchase_that_reaches_a_tier_lifts_the_member_at_once_and_the_next_earns_by_it(
    shop: Store, one_point_per_yuan: None
) -> None:
    gold = TierFactory.create(threshold=100_000, multiplier_percent=150)
    mei = MemberFactory.create()

    first, second = record_purchases(
        receipts=[
            receipt_for(mei, shop, "a", amount=100_000, at=NOW - timedelta(hours=2)),
            receipt_for(mei, shop, "b", amount=10_000, at=NOW - timedelta(hours=1)),
        ],
        now=NOW,
    )

    mei.refresh_from_db()
    assert (first.points, second.points) == (1_000, 150)
    assert mei.tier == gold
    assert [p.tier.code for p in mei.tier_periods.order_by("started_at")] == ["regular", gold.code]


def test_a_late_receipt_that_would_have_reached_a_tier_earlier_is_made_good_for_the_purchases_since(
    shop: Store, one_point_per_yuan: None
) -> None:
    gold = TierFactory.create(threshold=100_000, multiplier_percent=200)
    mei = MemberFactory.create()
    record_purchase(receipt=receipt_for(mei, shop, "later", amount=10_000, at=NOW), now=NOW)

    record_purchase(
        receipt=receipt_for(mei, shop, "late", amount=100_000, at=NOW - timedelta(days=3)), now=NOW + timedelta(hours=1)
    )

    later = Purchase.objects.get(external_id="later")
    mei.refresh_from_db()
    assert later.points_earned == 200
    assert list(later.transfers.order_by("pk").values_list("points", "kind")) == [(100, "earn"), (100, "earn")]
    assert mei.tier == gold
    assert Account.objects.get(member=mei).available == 1_200


def test_a_late_first_purchase_moves_the_first_purchase_bonus(shop: Store, one_point_per_yuan: None) -> None:
    EarningRuleVersionFactory.create(kind="bonus_fixed", points=50, per_amount=0, first_purchase_only=True)
    mei = MemberFactory.create()
    record_purchase(receipt=receipt_for(mei, shop, "second", amount=1_000), now=NOW)

    record_purchase(receipt=receipt_for(mei, shop, "first", amount=2_000, at=NOW - timedelta(days=2)), now=NOW)

    assert Purchase.objects.get(external_id="second").points_earned == 10
    assert Purchase.objects.get(external_id="first").points_earned == 70
    assert Account.objects.get(member=mei).available == 80


def test_a_daily_cap_counts_over_batches_and_says_so(shop: Store) -> None:
    EarningRuleVersionFactory.create(kind="base", points=1, per_amount=100, cap_member_day=100)
    mei = MemberFactory.create()

    points = [record_purchase(receipt=receipt_for(mei, shop, f"r{n}", amount=6_400), now=NOW).points for n in range(3)]

    assert points == [64, 36, 0]
    assert Purchase.objects.get(external_id="r2").explanation["rules"]


def test_base_tier_exists_without_any_setting_up() -> None:
    assert Tier.objects.get(rank=0).code == "regular"


def test_a_preview_by_a_capped_rule_leaves_no_counter(shop: Store) -> None:
    EarningRuleVersionFactory.create(kind="base", points=1, per_amount=100, cap_member_day=100)
    mei = MemberFactory.create()

    result = preview_purchase(receipt=receipt_for(mei, shop), now=NOW)

    assert result.points == 64
    assert not AwardCounter.objects.exists()


def test_a_receipt_with_a_merged_cards_number_answers_with_the_kept_cards_balance(
    shop: Store, one_point_per_yuan: None
) -> None:
    mei, old_card = MemberFactory.create(), MemberFactory.create()
    record_purchase(receipt=receipt_for(mei, shop, "a"), now=NOW)
    Member.objects.filter(pk=old_card.pk).update(status="merged", merged_into=mei)

    result = record_purchase(receipt=receipt_for(old_card, shop, "b"), now=NOW)

    assert (result.points, result.available) == (64, 128)
    assert Purchase.objects.get(external_id="b").member == mei
