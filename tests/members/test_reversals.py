"""A reversal uses the original's figures and gives points back to the lots they came from."""

from datetime import UTC, datetime, timedelta

import pytest

from members.exceptions import AlreadyReversed, NotReversible
from members.models import Lot, Store, Transfer, TransferKind
from members.services.consolidations import move_everything
from members.services.ledger import DuplicateTransfer, award_points, give_points, settle_members, spend_points
from members.services.reversals import reverse_transfer
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory
from tests.members.ledger_scenes import NOW, balance, buy

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Store:
    EarningRuleVersionFactory.create(kind="base", points=1, per_amount=100)
    return StoreFactory.create()


def test_a_cancelled_redemption_fills_the_lots_it_drew_from(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop, "old", amount=5_000, at=NOW - timedelta(days=40))
    buy(mei, shop, "new")
    spend = spend_points(member_id=mei.pk, points=70, business_key="spend:1", now=NOW)

    reverse_transfer(transfer_id=spend.pk, now=NOW + timedelta(days=1))

    assert dict(Lot.objects.values_list("purchase__external_id", "remaining")) == {"old": 50, "new": 100}
    assert balance(mei) == (150, 0, 0)


def test_what_expired_meanwhile_is_reinstated_with_the_stated_grace(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop)
    spend = spend_points(member_id=mei.pk, points=70, business_key="spend:1", now=NOW)
    after_expiry = datetime(2027, 7, 5, tzinfo=UTC)

    reverse_transfer(transfer_id=spend.pk, now=after_expiry)

    reinstated = Lot.objects.latest("pk")
    assert (reinstated.points, reinstated.remaining) == (70, 70)
    assert reinstated.expires_at == datetime(2027, 8, 4, 16, tzinfo=UTC)
    assert Transfer.objects.filter(kind="expiry").get().points == 30
    assert balance(mei) == (70, 0, 0)


def test_a_transfer_is_reversed_once(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop)
    spend = spend_points(member_id=mei.pk, points=70, business_key="spend:1", now=NOW)
    reversal = reverse_transfer(transfer_id=spend.pk, now=NOW)

    with pytest.raises(AlreadyReversed):
        reverse_transfer(transfer_id=spend.pk, now=NOW)
    with pytest.raises(NotReversible):
        reverse_transfer(transfer_id=reversal.pk, now=NOW)

    assert balance(mei) == (100, 0, 0)


def test_taking_a_bonus_back_after_it_was_spent_leaves_a_debt() -> None:
    mei = MemberFactory.create()
    bonus = award_points(member_id=mei.pk, points=50, business_key="bonus:1", now=NOW)
    spend_points(member_id=mei.pk, points=40, business_key="spend:1", now=NOW)

    reverse_transfer(transfer_id=bonus.pk, now=NOW)

    assert balance(mei) == (0, 0, 40)


def test_a_spend_of_a_merged_card_goes_back_to_the_card_that_took_over(shop: Store) -> None:
    mei, old_card = MemberFactory.create(), MemberFactory.create()
    buy(old_card, shop)
    spend = spend_points(member_id=old_card.pk, points=70, business_key="spend:1", now=NOW)
    move_everything(from_member_id=old_card.pk, to_member_id=mei.pk, business_key="merge:1", now=NOW)
    type(old_card).objects.filter(pk=old_card.pk).update(status="merged", merged_into=mei)

    reverse_transfer(transfer_id=spend.pk, now=NOW + timedelta(days=1))

    assert balance(mei) == (100, 0, 0)
    assert balance(old_card) == (0, 0, 0)


def test_a_merge_moves_a_debt_too(shop: Store) -> None:
    mei, old_card = MemberFactory.create(), MemberFactory.create()
    bonus = award_points(member_id=old_card.pk, points=50, business_key="bonus:1", now=NOW)
    spend_points(member_id=old_card.pk, points=50, business_key="spend:1", now=NOW)
    reverse_transfer(transfer_id=bonus.pk, now=NOW)
    buy(mei, shop, amount=3_000)

    move_everything(from_member_id=old_card.pk, to_member_id=mei.pk, business_key="merge:1", now=NOW)

    assert balance(old_card) == (0, 0, 0)
    assert balance(mei) == (0, 0, 20)


def test_a_gift_keeps_its_last_day_so_that_giving_back_and_forth_extends_nothing(shop: Store) -> None:
    mei, kai = MemberFactory.create(), MemberFactory.create()
    buy(mei, shop)
    expires_at = Lot.objects.get().expires_at

    give_points(sender_id=mei.pk, recipient_id=kai.pk, points=60, business_key="gift:1", now=NOW + timedelta(days=90))
    give_points(sender_id=kai.pk, recipient_id=mei.pk, points=60, business_key="gift:2", now=NOW + timedelta(days=91))

    assert set(Lot.objects.values_list("expires_at", flat=True)) == {expires_at}
    assert (balance(mei), balance(kai)) == ((100, 0, 0), (0, 0, 0))


def test_a_business_key_is_posted_once() -> None:
    mei = MemberFactory.create()
    first = award_points(member_id=mei.pk, points=50, business_key="birthday:1:2026", now=NOW)

    with pytest.raises(DuplicateTransfer) as caught:
        award_points(member_id=mei.pk, points=50, business_key="birthday:1:2026", now=NOW, kind=TransferKind.BONUS)

    assert caught.value.transfer == first
    assert balance(mei) == (50, 0, 0)


def test_a_lot_that_expired_by_another_machines_clock_is_not_filled_again() -> None:
    mei = MemberFactory.create()
    midnight = NOW + timedelta(days=1)
    award_points(member_id=mei.pk, points=100, business_key="bonus:a", now=NOW, expires_at=midnight)
    spent = spend_points(member_id=mei.pk, points=60, business_key="spend:a", now=NOW)
    settle_members(member_ids=[mei.pk], now=midnight)

    reverse_transfer(transfer_id=spent.pk, now=midnight - timedelta(milliseconds=5))
    settle_members(member_ids=[mei.pk], now=midnight + timedelta(days=1))

    assert balance(mei) == (60, 0, 0)
    assert Transfer.objects.filter(kind=TransferKind.EXPIRY).count() == 1
