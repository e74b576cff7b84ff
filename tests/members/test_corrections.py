"""A correction replaces a purchase and leaves compensating entries; what was posted stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from members.models import Purchase, PurchaseRevision, Store, Transfer
from members.services.corrections import PurchaseHasReturns, correct_purchase
from members.services.ledger import spend_points
from members.services.purchases import record_purchase
from members.services.receipts import ReceiptLine
from members.services.returns import PurchaseNotFound, record_return
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory, TierFactory
from tests.members.ledger_scenes import NOW, balance, buy, receipt_for

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def shop() -> Store:
    EarningRuleVersionFactory.create(kind="base", points=1, per_amount=100)
    return StoreFactory.create()


def test_a_correction_upwards_credits_the_difference(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop)

    result = correct_purchase(receipt=receipt_for(mei, shop, amount=15_000), reason="typing error", now=LATER)

    assert (result.status, result.points, result.available) == ("recorded", 150, 150)
    assert balance(mei) == (150, 0, 0)
    assert list(Transfer.objects.order_by("pk").values_list("points", "kind")) == [(100, "earn"), (50, "earn")]
    assert PurchaseRevision.objects.get().content["amount"] == 10_000


def test_a_correction_downwards_takes_the_difference_even_when_it_was_spent(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop)
    spend_points(member_id=mei.pk, points=90, business_key="spend:cake", now=NOW)

    correct_purchase(receipt=receipt_for(mei, shop, amount=1_000), reason="typing error", now=LATER)

    assert balance(mei) == (0, 0, 80)


def test_the_same_content_again_changes_nothing(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop)

    result = correct_purchase(receipt=receipt_for(mei, shop), reason="again", now=LATER)

    assert result.status == "known"
    assert not PurchaseRevision.objects.exists()
    assert Transfer.objects.count() == 1


def test_a_till_that_repeats_the_receipt_from_before_the_correction_is_told_it_is_known(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop)
    correct_purchase(receipt=receipt_for(mei, shop, amount=15_000), reason="typing error", now=LATER)

    result = record_purchase(receipt=receipt_for(mei, shop), now=LATER)

    assert result.status == "known"
    assert balance(mei) == (150, 0, 0)


def test_a_purchase_rung_up_on_the_wrong_card_moves_with_its_points(shop: Store) -> None:
    mei, kai = MemberFactory.create(), MemberFactory.create()
    buy(mei, shop)

    correct_purchase(receipt=receipt_for(kai, shop), reason="wrong card", now=LATER)

    assert balance(mei) == (0, 0, 0)
    assert balance(kai) == (100, 0, 0)
    assert Purchase.objects.get().member == kai


def test_lines_are_replaced_and_scored_by_the_rules_of_the_purchases_date(shop: Store) -> None:
    EarningRuleVersionFactory.create(kind="bonus_rate", points=1, per_amount=100, categories=["Books"])
    EarningRuleVersionFactory.create(kind="bonus_fixed", points=999, per_amount=0, valid_from=NOW + timedelta(hours=1))
    mei = MemberFactory.create()
    buy(mei, shop, lines=[ReceiptLine(10_000, "TEA", "Drinks")])

    books = receipt_for(mei, shop, lines=[ReceiptLine(6_000, "B1", "Books"), ReceiptLine(4_000, "TEA", "Drinks")])
    result = correct_purchase(receipt=books, reason="wrong category", now=LATER)

    assert result.points == 160
    assert Purchase.objects.get().lines.count() == 2


def test_a_correction_that_undoes_a_tier_takes_back_what_the_tier_gave_to_later_purchases(shop: Store) -> None:
    gold = TierFactory.create(threshold=100_000, multiplier_percent=200)
    mei = MemberFactory.create()
    buy(mei, shop, "big", amount=100_000, at=NOW - timedelta(days=2))
    buy(mei, shop, "after", amount=10_000)
    mei.refresh_from_db()
    before = (mei.tier, balance(mei))

    wrong = receipt_for(mei, shop, "big", amount=100_000, at=NOW - timedelta(days=2))
    correct_purchase(receipt=replace(wrong, amount=1_000), reason="two zeros too many", now=LATER)

    mei.refresh_from_db()
    assert before == (gold, (1_200, 0, 0))
    assert mei.tier.rank == 0
    assert balance(mei) == (110, 0, 0)


def test_a_purchase_with_returns_cannot_be_replaced(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop)
    record_return(
        store_id=shop.pk, purchase_external_id="r-1", external_id="b", occurred_at=LATER, now=LATER, amount=100
    )

    with pytest.raises(PurchaseHasReturns):
        correct_purchase(receipt=receipt_for(mei, shop, amount=1), reason="no", now=LATER)

    assert balance(mei) == (99, 0, 0)


def test_a_receipt_that_was_never_recorded_cannot_be_corrected(shop: Store) -> None:
    mei = MemberFactory.create()

    with pytest.raises(PurchaseNotFound):
        correct_purchase(receipt=receipt_for(mei, shop, "unknown"), reason="no", now=LATER)
