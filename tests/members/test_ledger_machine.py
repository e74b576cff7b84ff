"""The ledger agrees with the plainest model of itself, whatever happens in whatever order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from members import clock
from members.exceptions import NotEnoughPoints
from members.models import Account, Lot, Member, Store, Transfer, TransferKind
from members.services.activations import activate_points
from members.services.expiries import expire_points
from members.services.ledger import DuplicateTransfer, award_points, give_points, settle_members, spend_points
from members.services.merges import merge_members
from members.services.purchases import record_purchase
from members.services.receipts import Receipt
from members.services.returns import record_return
from members.services.reversals import reverse_transfer
from members.services.verifications import verify_ledger
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory
from tests.members.ledger_model import NEVER, PENDING_DAYS, LedgerModel, ModelCredit, ModelDebit, ModelMember, midnight

pytestmark = pytest.mark.django_db

WHO = st.integers(0, 3)
# Of what somebody has; above 100 it is too much.
SHARE = st.integers(1, 110)
BEGINNING = datetime(2023, 11, 28, 15, 59, 59, tzinfo=UTC)


class LedgerMachine(RuleBasedStateMachine):
    """Four members, in a programme with pending days; after each step every lot and balance is compared."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.shop = Store.objects.get()
        self.members: list[Member] = MemberFactory.create_batch(4)
        self.twins = [ModelMember() for _ in self.members]
        self.model = LedgerModel()
        self.now = self.model.now = BEGINNING
        self.number = 0
        self.reversible: list[tuple[int, ModelDebit | ModelCredit]] = []

    def teardown(self) -> None:
        assert [str(drift) for drift in verify_ledger(now=self.now, is_exact=True).drifts] == []
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    def pick(self, who: int) -> tuple[Member, ModelMember]:
        """A live member, by any number, and the model's."""
        place = who % len(self.members)
        return self.members[place], self.twins[place]

    def key(self, what: str) -> str:
        self.number += 1
        return f"{what}:{self.number}"

    @rule(hours=st.sampled_from([1, 8, 24, 24 * 14, 24 * 31, 24 * 150, 24 * 366]))
    def wait(self, hours: int) -> None:
        self.now = self.model.now = self.now + timedelta(hours=hours)
        self.model.settle(self.twins)

    @rule(
        who=WHO,
        amount=st.integers(0, 30_000),
        days_late=st.sampled_from([0, 0, 0, 1, 20, 200, 420]),
        twice=st.booleans(),
    )
    def buy(self, who: int, amount: int, days_late: int, twice: bool) -> None:
        member, twin = self.pick(who)
        at = self.now - timedelta(days=days_late)
        receipt = Receipt(self.shop.pk, self.key("receipt"), member.number, at, amount, "CNY")
        results = [record_purchase(receipt=receipt, now=self.now).status for _ in range(1 + twice)]
        assert results == ["recorded", "known"][: 1 + twice]
        self.model.buy(twin, receipt.external_id, amount, at)

    @precondition(lambda self: self.model.purchases)
    @rule(which=st.integers(0, 100), percent=st.integers(1, 100))
    def bring_back(self, which: int, percent: int) -> None:
        number = list(self.model.purchases)[which % len(self.model.purchases)]
        purchase = self.model.purchases[number]
        amount = -(-(purchase.amount - purchase.returned) * percent // 100)
        if amount:
            record_return(
                store_id=self.shop.pk,
                purchase_external_id=number,
                external_id=self.key("return"),
                occurred_at=self.now,
                now=self.now,
                amount=amount,
            )
            self.model.bring_back(number, amount)

    @rule(
        who=WHO,
        points=st.integers(1, 300),
        kind=st.sampled_from([TransferKind.BONUS, TransferKind.ADJUSTMENT]),
        wait=st.sampled_from([0, 0, 3, 40]),
        days=st.sampled_from([0, 5, 60, None]),
    )
    def award(self, who: int, points: int, kind: TransferKind, wait: int, days: int | None) -> None:
        member, twin = self.pick(who)
        key, after = self.key("award"), timedelta(days=wait)
        until = None if days is None else midnight(clock.local_date(self.now) + timedelta(days=days + 1))
        transfer = award_points(
            member_id=member.pk,
            points=points,
            kind=kind,
            business_key=key,
            now=self.now,
            available_at=self.now + after,
            expires_at=until,
        )
        self.reversible.append((transfer.pk, self.model.award(twin, key, points, after, until or NEVER)))

    @rule(who=WHO, share=SHARE, is_adjustment=st.booleans(), twice=st.booleans())
    def spend(self, who: int, share: int, is_adjustment: bool, twice: bool) -> None:
        member, twin = self.pick(who)
        points = twin.available * share // 100 + 1
        order: dict[str, Any] = {
            "member_id": member.pk,
            "points": points,
            "kind": TransferKind.ADJUSTMENT if is_adjustment else TransferKind.SPEND,
            "business_key": self.key("spend"),
            "now": self.now,
        }
        if points > twin.available:
            with pytest.raises(NotEnoughPoints):
                spend_points(**order)
            return
        transfer = spend_points(**order)
        if twice:
            with pytest.raises(DuplicateTransfer):
                spend_points(**order)
        self.reversible.append((transfer.pk, self.model.spend(twin, points)))

    @precondition(lambda self: self.reversible)
    @rule(which=st.integers(0, 100))
    def reverse(self, which: int) -> None:
        transfer_id, original = self.reversible.pop(which % len(self.reversible))
        reverse_transfer(transfer_id=transfer_id, now=self.now)
        if isinstance(original, ModelDebit):
            self.model.reverse_debit(original)
        else:
            self.model.reverse_credit(original)

    @precondition(lambda self: len(self.members) > 1)
    @rule(who=WHO, other=st.integers(1, 3), share=SHARE)
    def give(self, who: int, other: int, share: int) -> None:
        sender, sending = self.pick(who)
        recipient, receiving = self.pick(who % len(self.members) + 1 + other % (len(self.members) - 1))
        points = sending.available * share // 100 + 1
        order: dict[str, Any] = {
            "sender_id": sender.pk,
            "recipient_id": recipient.pk,
            "points": points,
            "business_key": self.key("gift"),
            "now": self.now,
        }
        if points > sending.available:
            with pytest.raises(NotEnoughPoints):
                give_points(**order)
        else:
            give_points(**order)
            self.model.give(sending, receiving, points)

    @precondition(lambda self: len(self.members) > 1 and self.number > 5)
    @rule(who=WHO)
    def merge(self, who: int) -> None:
        place = who % len(self.members)
        absorb, absorbed = self.members.pop(place), self.twins.pop(place)
        keep, kept = self.pick(who)
        merge_members(keep_id=keep.pk, absorb_id=absorb.pk, actor=None, reason="twin", now=self.now)
        self.model.merge(kept, absorbed)

    @rule(days_late=st.integers(0, 3))
    def run_jobs(self, days_late: int) -> None:
        """The nightly jobs change nothing that settling would not, on whichever day they run."""
        day = clock.local_date(self.now) - timedelta(days=days_late)
        expire_points(for_date=day, now=self.now)
        activate_points(for_date=day)

    @invariant()
    def agrees(self) -> None:
        self.model.settle(self.twins)
        settle_members(member_ids=[member.pk for member in self.members], now=self.now)
        accounts = Account.objects.in_bulk([member.pk for member in self.members], field_name="member_id")
        for member, twin in zip(self.members, self.twins, strict=True):
            account = accounts[member.pk]
            assert (account.available, account.pending, account.owed) == (twin.available, twin.pending, twin.owed)
            assert not (account.owed and account.available + account.pending)
            lots = Lot.objects.filter(account=account, remaining__gt=0).values_list(
                "remaining", "is_pending", "expires_at"
            )
            assert sorted((left, pending, until or NEVER) for left, pending, until in lots) == sorted(
                (lot.left, lot.is_pending, lot.expires_at) for lot in twin.open()
            )
            received = Transfer.objects.filter(credit_account=account).aggregate(points=Sum("points"))["points"] or 0
            given = Transfer.objects.filter(debit_account=account).aggregate(points=Sum("points"))["points"] or 0
            assert received - given == account.available + account.pending - account.owed


@pytest.mark.parametrize(("examples", "steps"), [(30, 25), pytest.param(300, 50, marks=pytest.mark.slow)])
def test_the_ledger_agrees_with_the_model(settings: Any, examples: int, steps: int) -> None:
    settings.PENDING_DAYS = PENDING_DAYS
    EarningRuleVersionFactory.create()
    StoreFactory.create()

    run_state_machine_as_test(
        LedgerMachine,
        settings=hypothesis_settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
