"""A new policy is for new points; what is there may get better, never worse."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from members.models import Account, ExpiryPolicy, Lot, Member, TransferKind
from members.selectors.rulebook import current_rulebook
from members.services.expiry_policies import InvalidPolicy, PointsEarnedSince, PolicyBeginsThen, publish_policy
from members.services.ledger import award_points, give_points, settle_members
from members.services.lot_extensions import extend_lots
from tests.factories import ExpiryPolicyFactory, MemberFactory, TierFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)


def publish(**values: Any) -> tuple[ExpiryPolicy, int]:
    defaults: dict[str, Any] = {"names": {"en": "New"}, "kind": "rolling", "valid_from": NOW, "now": NOW, "actor": None}
    return publish_policy(**{**defaults, **values})


def award(member: Member, *, points: int = 10, at: datetime = NOW - timedelta(days=30), **values: Any) -> Lot:
    transfer = award_points(
        member_id=member.pk, points=points, business_key=f"bonus:{Lot.objects.count()}", now=at, **values
    )
    return transfer.lots.get()


def expiries(lots: Iterable[Lot]) -> list[datetime | None]:
    return [Lot.objects.get(pk=lot.pk).expires_at for lot in lots]


def test_a_new_policy_is_for_points_earned_from_then_on() -> None:
    member = MemberFactory()
    old = award(member)
    before = old.expires_at
    policy, extended = publish(kind="never")
    new = award(member, at=NOW)
    assert extended == 0
    assert expiries([old, new]) == [before, None]
    assert (old.terms_id, new.terms_id) == (current_rulebook().policies[0].id, policy.pk)


def test_a_better_policy_may_extend_what_is_there() -> None:
    # Earned on 22 October 2026: until the end of October 2027, and now until 22 October 2028.
    lot = award(MemberFactory())
    _policy, extended = publish(months=24, extend_if_better=True)
    assert extended == 1
    assert expiries([lot]) == [datetime(2028, 10, 22, 16, tzinfo=UTC)]


def test_a_worse_policy_takes_nothing_away() -> None:
    lot = award(MemberFactory())
    before = lot.expires_at
    _policy, extended = publish(months=1, extend_if_better=True)
    assert extended == 0
    assert expiries([lot]) == [before]


def test_points_that_never_expire_stay_so() -> None:
    ExpiryPolicyFactory(kind="never", valid_from=NOW - timedelta(days=60))
    lot = award(MemberFactory())
    assert publish(months=36, extend_if_better=True)[1] == 0
    assert expiries([lot]) == [None]


def test_never_is_later_than_any_day() -> None:
    lot = award(MemberFactory())
    assert publish(kind="never", extend_if_better=True)[1] == 1
    assert expiries([lot]) == [None]


def test_each_lot_goes_by_its_own_day() -> None:
    member = MemberFactory()
    lots = [award(member, at=NOW - timedelta(days=days)) for days in (20, 10)]
    publish(months=24, extend_if_better=True)
    assert expiries(lots) == [datetime(2028, 11, 1, 16, tzinfo=UTC), datetime(2028, 11, 11, 16, tzinfo=UTC)]


def test_a_last_day_of_its_own_is_kept() -> None:
    sender, recipient = MemberFactory(), MemberFactory()
    offer = award(sender, expires_at=NOW + timedelta(days=20))
    transfer = give_points(sender_id=sender.pk, recipient_id=recipient.pk, points=5, business_key="gift:1", now=NOW)
    before = expiries([offer, transfer.lots.get()])
    assert publish(kind="never", extend_if_better=True)[1] == 0
    assert expiries([offer, transfer.lots.get()]) == before


def test_what_is_spent_or_expired_is_left_alone() -> None:
    member = MemberFactory()
    gone = award(member, at=NOW - timedelta(days=800))
    publish(kind="never", extend_if_better=True)
    settle_members(member_ids=[member.pk], now=NOW)
    assert Lot.objects.get(pk=gone.pk).remaining == 0
    assert Account.objects.get(member=member).available == 0


def test_balances_settle_as_before_afterwards() -> None:
    member = MemberFactory()
    award(member)
    publish(months=24, extend_if_better=True)
    settle_members(member_ids=[member.pk], now=datetime(2028, 10, 22, 15, tzinfo=UTC))
    assert Account.objects.get(member=member).available == 10
    settle_members(member_ids=[member.pk], now=datetime(2028, 10, 22, 16, tzinfo=UTC))
    assert Account.objects.get(member=member).available == 0


def test_it_walks_through_all_accounts_and_again_changes_nothing() -> None:
    lots = [award(MemberFactory()) for _number in range(5)]
    policy, _extended = publish(months=24)
    assert extend_lots(policy_id=policy.pk, now=NOW, chunk_size=2) == 5
    assert set(expiries(lots)) == {datetime(2028, 10, 22, 16, tzinfo=UTC)}
    assert extend_lots(policy_id=policy.pk, now=NOW, chunk_size=2) == 0


def test_lots_extended_by_activity_may_be_extended_further() -> None:
    ExpiryPolicyFactory(kind="activity", months=6, valid_from=NOW - timedelta(days=60))
    lot = award(MemberFactory())
    Lot.objects.filter(pk=lot.pk).update(expires_at=NOW + timedelta(days=200))
    assert publish(months=24, extend_if_better=True)[1] == 1


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"kind": "sometime"}, "kind"),
        ({"months": 0}, "months"),
        ({"months": 1_201}, "months"),
        ({"kind": "fixed_date"}, "fixed_day"),
        ({"kind": "fixed_date", "fixed_month": 2, "fixed_day": 30}, "fixed_day"),
        ({"kind": "fixed_date", "fixed_month": 13, "fixed_day": 1}, "fixed_day"),
        ({"fixed_month": 3, "fixed_day": 31}, "fixed_day"),
    ],
)
def test_a_policy_that_cannot_work_is_refused_with_the_field(terms: dict[str, Any], field: str) -> None:
    count = ExpiryPolicy.objects.count()
    with pytest.raises(InvalidPolicy) as refused:
        publish(**terms)
    assert [name for name, _message in refused.value.problems] == [field]
    assert ExpiryPolicy.objects.count() == count


def test_29_february_is_a_day_of_the_year() -> None:
    policy, _extended = publish(kind="fixed_date", fixed_month=2, fixed_day=29)
    assert (policy.fixed_month, policy.fixed_day) == (2, 29)


def test_terms_of_points_that_were_earned_stay() -> None:
    award(MemberFactory(tier=TierFactory()), kind=TransferKind.BONUS)
    with pytest.raises(PointsEarnedSince):
        publish(valid_from=NOW - timedelta(days=40))
    publish(valid_from=NOW - timedelta(days=20))


def test_two_policies_do_not_begin_at_once() -> None:
    publish()
    with pytest.raises(PolicyBeginsThen):
        publish()
