"""Returns take back pro rata what the purchase earned, once, and never below zero: the rest is owed."""

from datetime import timedelta
from typing import Any

import pytest

from members.models import Debt, Draw, Lot, Purchase, Return, Store, Transfer
from members.services.consolidations import forfeit_everything
from members.services.ledger import spend_points
from members.services.receipts import ReceiptLine
from members.services.returns import (
    LineNotFound,
    MoreThanWasBought,
    NothingToReturn,
    PurchaseNotFound,
    ReturnBeforePurchase,
    ReturnDiffers,
    ReturnedLine,
    ReturnResult,
    record_return,
)
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory, TierFactory
from tests.members.ledger_scenes import NOW, balance, buy

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def shop() -> Store:
    EarningRuleVersionFactory.create(kind="base", points=1, per_amount=100)
    return StoreFactory.create()


def bring_back(shop: Store, number: str = "back-1", **what: object) -> ReturnResult:
    asked = {"purchase_external_id": "r-1", "occurred_at": LATER, "now": LATER, **what}
    return record_return(store_id=shop.pk, external_id=number, **asked)  # type: ignore[arg-type]


def test_a_full_return_takes_back_exactly_all(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop, amount=9_999)

    result = bring_back(shop, amount=9_999)

    assert (result.points_clawed_back, result.available, result.owed) == (99, 0, 0)
    assert balance(mei) == (0, 0, 0)


def test_partial_returns_keep_the_floor_of_what_is_kept_and_end_at_nothing(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop, amount=1_000)

    taken = [bring_back(shop, f"b{n}", amount=amount).points_clawed_back for n, amount in enumerate((333, 333, 334))]

    assert taken == [4, 3, 3]
    assert balance(mei) == (0, 0, 0)
    assert Purchase.objects.get().points_clawed_back == 10


def test_a_return_by_todays_other_rules_still_uses_the_purchases_own_figures(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop)
    EarningRuleVersionFactory.create(kind="base", points=9, per_amount=100, valid_from=NOW + timedelta(hours=1))

    result = bring_back(shop, amount=5_000)

    assert result.points_clawed_back == 50


def test_points_already_spent_are_owed_and_the_next_purchase_repays_them(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop)
    spend_points(member_id=mei.pk, points=80, business_key="spend:cake", now=NOW)

    bring_back(shop, amount=10_000)
    owed = balance(mei)
    buy(mei, shop, "r-2", amount=9_000, at=LATER)

    assert owed == (0, 0, 80)
    assert balance(mei) == (10, 0, 0)
    clawback = Transfer.objects.get(kind="clawback")
    assert sum(Draw.objects.filter(transfer=clawback).values_list("points", flat=True)) == 100
    assert Debt.objects.get().remaining == 0


def test_pending_points_go_first_then_those_of_the_purchase_then_the_earliest_to_expire(
    shop: Store, settings: object
) -> None:
    mei = MemberFactory.create()
    buy(mei, shop, "old", amount=3_000, at=NOW - timedelta(days=60))
    buy(mei, shop, "r-1", amount=2_000)
    settings.PENDING_DAYS = 14  # type: ignore[attr-defined]
    buy(mei, shop, "pending", amount=1_000, at=NOW + timedelta(hours=1))
    spend_points(member_id=mei.pk, points=30, business_key="spend:tea", now=NOW + timedelta(hours=2))

    bring_back(shop, amount=2_000)

    left = dict(Lot.objects.values_list("purchase__external_id", "remaining"))
    assert left == {"old": 0, "r-1": 10, "pending": 0}
    assert balance(mei) == (10, 0, 0)


def test_the_same_return_again_changes_nothing(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop)
    first = bring_back(shop, amount=4_000)

    again = bring_back(shop, amount=4_000)

    assert (again.status, again.return_id, again.points_clawed_back) == ("known", first.return_id, 40)
    assert balance(mei) == (60, 0, 0)
    with pytest.raises(ReturnDiffers):
        bring_back(shop, amount=5_000)
    assert balance(mei) == (60, 0, 0)


def test_lines_come_back_by_quantity_and_add_up_to_the_last_cent(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop, amount=1_100, lines=[ReceiptLine(1_000, "BOOK", "Books", 3), ReceiptLine(100, "TEA", "Drinks")])

    amounts = [bring_back(shop, f"b{n}", lines=[ReturnedLine(1, quantity=1)]).amount for n in range(3)]

    assert amounts == [333, 333, 334]
    assert balance(mei) == (1, 0, 0)
    with pytest.raises(MoreThanWasBought):
        bring_back(shop, "b4", lines=[ReturnedLine(1, quantity=1)])


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ({"amount": 10_001}, MoreThanWasBought),
        ({"amount": 0}, NothingToReturn),
        ({}, NothingToReturn),
        ({"lines": [ReturnedLine(7)]}, LineNotFound),
        ({"amount": 1, "purchase_external_id": "nope"}, PurchaseNotFound),
        ({"amount": 1, "occurred_at": NOW - timedelta(days=1)}, ReturnBeforePurchase),
    ],
)
def test_a_return_that_cannot_be_is_refused_and_nothing_changes(
    shop: Store, what: dict[str, Any], error: type[Exception]
) -> None:
    mei = MemberFactory.create()
    buy(mei, shop)

    with pytest.raises(error):
        bring_back(shop, **what)

    assert balance(mei) == (100, 0, 0)
    assert not Return.objects.exists()


def test_a_return_takes_away_a_tier_that_only_this_purchase_reached(shop: Store) -> None:
    TierFactory.create(threshold=10_000)
    mei = MemberFactory.create()
    buy(mei, shop)
    mei.refresh_from_db()
    reached = mei.tier.rank

    bring_back(shop, amount=10_000)

    mei.refresh_from_db()
    assert reached > 0
    assert mei.tier.rank == 0


def test_goods_come_back_after_the_account_was_closed(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop)
    forfeit_everything(member_id=mei.pk, business_key="closure:1", now=NOW)
    type(mei).objects.filter(pk=mei.pk).update(status="closed")

    result = bring_back(shop, amount=10_000)

    assert (result.points_clawed_back, result.available, result.owed) == (100, 0, 100)
