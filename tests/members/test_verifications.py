"""verify_ledger finds every kind of drift, and nothing where the books are right."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from members import append_only, clock
from members.models import (
    Account,
    Debt,
    Draw,
    Lot,
    Member,
    Purchase,
    Return,
    Tier,
    TierPeriod,
    Transfer,
    TransferKind,
)
from members.services.consolidations import move_everything
from members.services.expiries import expire_points
from members.services.ledger import give_points, spend_points
from members.services.returns import record_return
from members.services.reversals import reverse_transfer
from members.services.verifications import verify_ledger
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory, TierFactory
from tests.members.job_scenes import award, run_at
from tests.members.ledger_scenes import NOW, buy

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def member() -> Member:
    """Somebody with every kind of entry: bought, returned, gave, spent, got back, let points expire, and owes."""
    EarningRuleVersionFactory.create(kind="base", points=1, per_amount=100)
    TierFactory.create()
    shop = StoreFactory.create()
    member, friend, old_card = MemberFactory.create_batch(3)
    buy(member, shop, "r-1", amount=20_000)
    award(member, 50, last_day=date(2026, 7, 31))
    award(member, 40, available_at=clock.day_start(date(2026, 12, 1)))
    award(old_card, 10)
    spent = spend_points(member_id=member.pk, points=30, business_key="spend:1", now=NOW)
    reverse_transfer(transfer_id=spent.pk, now=NOW)
    give_points(sender_id=member.pk, recipient_id=friend.pk, points=20, business_key="gift:1", now=NOW)
    move_everything(from_member_id=old_card.pk, to_member_id=member.pk, business_key="merge:1", now=NOW)
    expire_points(for_date=date(2026, 8, 1), now=run_at(date(2026, 8, 1)))
    buy(friend, shop, "r-2", amount=10_000)
    spend_points(member_id=friend.pk, points=100, business_key="spend:2", now=NOW)
    record_return(
        store_id=shop.pk,
        purchase_external_id="r-2",
        external_id="back-1",
        occurred_at=LATER,
        now=LATER,
        amount=10_000,
    )
    return member


@pytest.fixture
def unguarded(member: Member) -> Iterator[None]:
    """Without the triggers once the member is there, as after somebody's hand in the database."""
    append_only.remove(connection)
    yield
    append_only.install(connection)


def found(*, is_exact: bool = False) -> set[str]:
    return {drift.check for drift in verify_ledger(now=LATER, is_exact=is_exact).drifts}


def test_finds_nothing_where_the_books_are_right(member: Member) -> None:
    assert Debt.objects.filter(remaining__gt=0).exists()
    assert Return.objects.exists()
    assert {str(kind) for kind in Transfer.objects.values_list("kind", flat=True)} == {
        TransferKind.EARN,
        TransferKind.BONUS,
        TransferKind.SPEND,
        TransferKind.REVERSAL,
        TransferKind.GIFT,
        TransferKind.MERGE,
        TransferKind.EXPIRY,
        TransferKind.CLAWBACK,
    }

    assert verify_ledger(now=LATER).drifts == []
    assert verify_ledger(now=LATER, is_exact=True).drifts == []


def test_finds_nothing_in_an_empty_programme() -> None:
    assert verify_ledger(now=NOW).drifts == []


def _available(member: Member) -> None:
    Account.objects.filter(member=member).update(available=7)


def _pending(member: Member) -> None:
    Account.objects.filter(member=member).update(pending=1)


def _owed(member: Member) -> None:
    Account.objects.filter(member=member).update(owed=1)


def _available_for_pending(member: Member) -> None:
    Lot.objects.filter(is_pending=True).update(is_pending=False)


def _remaining(member: Member) -> None:
    lot = Lot.objects.filter(remaining__gt=0).order_by("pk")[0]
    Lot.objects.filter(pk=lot.pk).update(remaining=lot.remaining - 1)


def _lot_points(member: Member) -> None:
    lot = Lot.objects.order_by("pk")[0]
    Lot.objects.filter(pk=lot.pk).update(points=lot.points + 1)


def _lot_of_somebody_else(member: Member) -> None:
    other = Account.objects.filter(member__isnull=False).exclude(member=member)[0]
    emptied = Lot.objects.filter(account__member=member, remaining=0).order_by("pk")[0]
    Lot.objects.filter(pk=emptied.pk).update(account=other)


def _lot_missing(member: Member) -> None:
    lot = Lot.objects.filter(account__member=member, draws=None).order_by("pk")[0]
    lot.delete()


def _draw_points(member: Member) -> None:
    draw = Draw.objects.order_by("pk")[0]
    Draw.objects.filter(pk=draw.pk).update(points=draw.points + 1)


def _draw_missing(member: Member) -> None:
    Draw.objects.filter(points__gt=0).order_by("pk")[0].delete()


def _give_back_missing(member: Member) -> None:
    Draw.objects.filter(points__lt=0).order_by("pk")[0].delete()


def _draw_of_another_lot(member: Member) -> None:
    draw = Draw.objects.filter(points__gt=0).order_by("pk")[0]
    Draw.objects.filter(pk=draw.pk).update(lot=Lot.objects.exclude(pk=draw.lot_id).order_by("-pk")[0])


def _draw_of_another_transfer(member: Member) -> None:
    draw = Draw.objects.filter(points__gt=0).order_by("pk")[0]
    other = Transfer.objects.exclude(pk=draw.transfer_id).filter(kind=TransferKind.EXPIRY)[0]
    Draw.objects.filter(pk=draw.pk).update(transfer=other)


def _transfer_points(member: Member) -> None:
    transfer = Transfer.objects.filter(kind=TransferKind.EARN).order_by("pk")[0]
    Transfer.objects.filter(pk=transfer.pk).update(points=transfer.points + 1)


def _debt(member: Member) -> None:
    debt = Debt.objects.filter(remaining__gt=0)[0]
    Debt.objects.filter(pk=debt.pk).update(remaining=debt.remaining - 1)


def _purchase_earned(member: Member) -> None:
    purchase = Purchase.objects.order_by("pk")[0]
    Purchase.objects.filter(pk=purchase.pk).update(points_earned=purchase.points_earned + 1)


def _purchase_clawed_back(member: Member) -> None:
    Purchase.objects.filter(points_clawed_back__gt=0).update(points_clawed_back=1)


def _tier(member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(tier=Tier.objects.order_by("-rank")[0])


def _no_open_period(member: Member) -> None:
    TierPeriod.objects.filter(member=member, ended_at=None).update(ended_at=LATER)


def _settlement(member: Member) -> None:
    account = Account.objects.get(member=member)
    Lot.objects.filter(account=account, remaining__gt=0, is_pending=False).update(expires_at=NOW)
    Account.objects.filter(pk=account.pk).update(settle_due_at=None)


def _late_activation(member: Member) -> None:
    Lot.objects.filter(account__member=member, is_pending=True).update(available_at=NOW)
    Account.objects.filter(member=member).update(settle_due_at=LATER + timedelta(days=1))


DRIFTS: list[tuple[Callable[[Member], None], set[str]]] = [
    (_available, {"balance", "available"}),
    (_pending, {"balance", "pending"}),
    (_owed, {"balance", "owed"}),
    (_available_for_pending, {"available", "pending"}),
    (_remaining, {"available", "remaining"}),
    (_lot_points, {"remaining", "credit"}),
    (_lot_of_somebody_else, {"credit"}),
    (_lot_missing, {"available", "credit"}),
    (_draw_points, {"remaining", "debit"}),
    (_draw_missing, {"remaining", "debit"}),
    (_give_back_missing, {"remaining", "credit"}),
    (_draw_of_another_lot, {"remaining"}),
    (_draw_of_another_transfer, {"debit"}),
    (_transfer_points, {"balance", "credit", "purchase"}),
    (_debt, {"owed", "debit"}),
    (_purchase_earned, {"purchase"}),
    (_purchase_clawed_back, {"purchase"}),
    (_tier, {"tier"}),
    (_no_open_period, {"tier"}),
    (_settlement, {"settlement"}),
    (_late_activation, {"settlement"}),
]


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize(("tamper", "checks"), DRIFTS, ids=[tamper.__name__[1:] for tamper, _ in DRIFTS])
def test_finds_every_kind_of_drift(member: Member, tamper: Callable[[Member], None], checks: set[str]) -> None:
    tamper(member)

    assert found() == checks
    assert found(is_exact=True) == checks


def test_says_what_disagrees(member: Member) -> None:
    account = Account.objects.get(member=member)
    right = account.available
    _available(member)

    drift = next(drift for drift in verify_ledger(now=LATER).drifts if drift.check == "available")

    assert (drift.subject, drift.key, drift.stored, drift.rebuilt) == ("account", account.pk, 7, right)
    assert str(drift) == f"available: account {account.pk} says 7, its entries say {right}"


def test_never_repairs(member: Member) -> None:
    _available(member)

    verify_ledger(now=LATER)

    assert Account.objects.get(member=member).available == 7


def test_lists_no_more_than_asked_for() -> None:
    for member in MemberFactory.create_batch(3):
        _available(member)

    drifts = verify_ledger(now=LATER, limit=2).drifts

    assert sorted(drift.check for drift in drifts) == ["available", "available", "balance", "balance"]


def test_thousands_of_millions_of_points_in_one_row_are_no_obstacle() -> None:
    member = MemberFactory.create()
    award(member, 9 * 10**12)

    right = verify_ledger(now=LATER).drifts
    _available(member)

    assert right == []
    assert found() == {"available", "balance"}


def test_the_command_says_that_all_is_right(member: Member) -> None:
    output = StringIO()

    call_command("verify_ledger", stdout=output)

    assert "The books are right" in output.getvalue()


def test_the_command_lists_drift_and_exits_with_one(member: Member) -> None:
    _available(member)
    output, errors = StringIO(), StringIO()

    with pytest.raises(SystemExit) as stopped:
        call_command("verify_ledger", stdout=output, stderr=errors)

    assert stopped.value.code == 1
    assert "available: account" in output.getvalue()
