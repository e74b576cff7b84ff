from datetime import date, timedelta

import pytest

from members.exceptions import CannotMerge, MemberNotLive, ReasonMissing
from members.models import (
    AuditEntry,
    AwardCounter,
    DomainEvent,
    ExternalMember,
    Lot,
    Member,
    MemberStatus,
    Purchase,
    TierPeriod,
    TierReason,
)
from members.selectors.members import find_by_number, find_by_phone, member_of
from members.services.closures import freeze_member
from members.services.enrolments import enrol_member
from members.services.ledger import spend_points
from members.services.merges import merge_members
from members.services.returns import record_return
from members.services.tiers import assign_tier
from tests.factories import (
    EarningRuleFactory,
    EarningRuleVersionFactory,
    MemberFactory,
    StoreFactory,
    TierFactory,
    UserFactory,
)
from tests.members.identity_scenes import NOW, balance, drift, give, staff
from tests.members.ledger_scenes import buy

pytestmark = pytest.mark.django_db

PHONE = "+8613800138000"


def card(**fields: object) -> Member:
    """A till card whose number a scanner would accept."""
    member = enrol_member(channel="shop", source="test", external_id=str(Member.objects.count()), now=NOW)
    Member.objects.filter(pk=member.pk).update(**fields)
    member.refresh_from_db()
    return member


def merge(keep: Member, absorb: Member, reason: str = "same person", days: int = 0) -> Member:
    kept = merge_members(
        keep_id=keep.pk, absorb_id=absorb.pk, actor=None, reason=reason, now=NOW + timedelta(days=days)
    )
    absorb.refresh_from_db()
    keep.refresh_from_db()
    return kept


def test_every_point_moves_with_its_last_day() -> None:
    mei, old = card(), card()
    give(mei, 100)
    give(old, 40)
    before = set(Lot.objects.filter(account__member=old).values_list("remaining", "expires_at", "terms"))

    merge(mei, old)

    assert (balance(mei), balance(old), drift()) == ((140, 0, 0), (0, 0, 0), [])
    assert before <= set(Lot.objects.filter(account__member=mei).values_list("remaining", "expires_at", "terms"))


def test_what_one_card_owes_the_other_pays() -> None:
    EarningRuleVersionFactory.create()
    shop, mei, old = StoreFactory.create(), card(), card()
    buy(old, shop, amount=10_000, at=NOW)
    spend_points(member_id=old.pk, points=80, business_key="spend:1", now=NOW)
    record_return(
        store_id=shop.pk, purchase_external_id="r-1", external_id="t-1", occurred_at=NOW, amount=10_000, now=NOW
    )
    assert balance(old) == (0, 0, 80)
    give(mei, 100)

    merge(mei, old)

    assert (balance(mei), balance(old), drift()) == ((20, 0, 0), (0, 0, 0), [])


def test_purchases_move_and_can_still_be_returned() -> None:
    EarningRuleVersionFactory.create()
    shop, mei, old = StoreFactory.create(), card(), card()
    buy(old, shop, amount=10_000, at=NOW)

    merge(mei, old)
    record_return(
        store_id=shop.pk, purchase_external_id="r-1", external_id="t-1", occurred_at=NOW, amount=4_000, now=NOW
    )

    assert Purchase.objects.get().member == mei
    assert (balance(mei), drift()) == ((60, 0, 0), [])


def test_the_old_number_leads_to_the_kept_card() -> None:
    mei, old = card(), card()

    kept = merge(mei, old)

    assert (kept, find_by_number(old.number)) == (mei, mei)
    assert (old.status, old.merged_into, old.status_reason) == (MemberStatus.MERGED, mei, "same person")


def test_cards_merged_one_after_the_other_all_lead_to_the_last() -> None:
    first, second, third = card(), card(), card()

    merge(second, first)
    merge(third, second)

    first.refresh_from_db()
    assert (first.merged_into, find_by_number(first.number)) == (third, third)


def test_a_purchase_at_a_till_with_the_old_number_goes_to_the_kept_card() -> None:
    EarningRuleVersionFactory.create()
    shop, mei, old = StoreFactory.create(), card(), card()
    merge(mei, old)

    buy(old, shop, amount=10_000, at=NOW)

    assert (balance(mei), Purchase.objects.get().member) == ((100, 0, 0), mei)


def test_the_kept_card_gets_what_it_lacks() -> None:
    user = UserFactory.create()
    mei = card(name="Mei")
    old = card(name="Lin Mei", phone=PHONE, email="mei@example.com", user=user, birth_month=2, birth_day=29)

    merge(mei, old)

    assert (mei.name, mei.phone, mei.email, mei.birth_day) == ("Mei", PHONE, "mei@example.com", 29)
    assert (member_of(user), find_by_phone(PHONE), old.phone) == (mei, mei, None)


def test_what_the_kept_card_has_wins_and_both_sign_ins_lead_to_it() -> None:
    users = UserFactory.create_batch(2)
    mei = card(phone=PHONE, email="mei@example.com", user=users[0])
    old = card(phone="+8613900139000", email="old@example.com", user=users[1])

    merge(mei, old)

    assert (mei.phone, mei.email, mei.user) == (PHONE, "mei@example.com", users[0])
    assert [member_of(user) for user in users] == [mei, mei]


def test_the_member_is_one_since_the_earlier_day() -> None:
    mei, old = card(), card(enrolled_at=NOW - timedelta(days=400))

    assert merge(mei, old).enrolled_at == NOW - timedelta(days=400)


def test_the_higher_tier_stays_with_its_until_date() -> None:
    gold = TierFactory.create(rank=2)
    mei, old = card(), card()
    assign_tier(member_id=old.pk, tier_id=gold.pk, note="guest", until_date=date(2026, 9, 1), actor=None, now=NOW)

    merge(mei, old, days=1)

    period = TierPeriod.objects.get(member=mei, ended_at=None)
    assert (mei.tier, period.tier, period.held_until_date, period.is_manual) == (gold, gold, date(2026, 9, 1), True)
    assert period.start_reason == TierReason.MERGE


def test_the_other_open_period_ends_and_history_stays() -> None:
    gold = TierFactory.create(rank=2)
    mei, old = card(), card()
    assign_tier(member_id=mei.pk, tier_id=gold.pk, note="guest", actor=None, now=NOW)
    count = TierPeriod.objects.count()

    merge(mei, old, days=1)

    ended = TierPeriod.objects.get(member=old)
    assert (ended.end_reason, ended.ended_at) == (TierReason.MERGE, NOW + timedelta(days=1))
    assert TierPeriod.objects.get(member=mei, ended_at=None).start_reason == TierReason.MANUAL
    assert TierPeriod.objects.count() == count


def test_what_both_spent_together_reaches_a_tier_without_a_celebration() -> None:
    silver = TierFactory.create(rank=1, threshold=100_000)
    shop, mei, old = StoreFactory.create(), card(), card()
    buy(mei, shop, "r-1", amount=60_000, at=NOW)
    buy(old, shop, "r-2", amount=60_000, at=NOW)

    merge(mei, old)

    assert mei.tier == silver
    assert DomainEvent.objects.get(type="tier.changed").payload["celebrate"] is False


def test_outside_numbers_lead_to_the_kept_card() -> None:
    mei, old = card(), card()

    merge(mei, old)

    assert set(ExternalMember.objects.values_list("member", flat=True)) == {mei.pk}


def test_a_merge_is_no_way_around_a_cap() -> None:
    rule = EarningRuleFactory.create()
    mei, old = card(), card()
    for member, points in ((mei, 30), (old, 50)):
        AwardCounter.objects.create(key=f"{rule.pk}:{member.pk}:m2026-03", rule=rule, member=member, points=points)
    AwardCounter.objects.create(key=f"{rule.pk}:{old.pk}:d2026-03-10", rule=rule, member=old, points=50)

    merge(mei, old)

    counters = dict(AwardCounter.objects.filter(member=mei).values_list("key", "points"))
    assert counters == {f"{rule.pk}:{mei.pk}:m2026-03": 80, f"{rule.pk}:{mei.pk}:d2026-03-10": 50}
    assert not AwardCounter.objects.filter(member=old).exists()


def test_a_merge_is_no_way_out_of_a_freeze() -> None:
    mei, old = card(), card()
    freeze_member(member_id=old.pk, actor=None, reason="stolen points", now=NOW)

    kept = merge(mei, old)

    assert (kept.status, kept.status_reason) == (MemberStatus.FROZEN, "stolen points")


def test_a_merge_leaves_an_audit_entry_and_an_event() -> None:
    anna, mei, old = staff("manager", "Anna"), card(), card()
    give(old, 40)

    merge_members(keep_id=mei.pk, absorb_id=old.pk, actor=anna, reason="called us", now=NOW)

    entry = AuditEntry.objects.get(action="member.merged")
    assert (entry.actor, entry.actor_label, entry.member) == (anna, "anna@staff.example", mei)
    assert (entry.details["absorbed"], entry.details["reason"]) == (old.number, "called us")
    assert DomainEvent.objects.get(type="member.merged").payload["kept"] == mei.number


def unchanged(mei: Member, old: Member) -> bool:
    return (
        balance(mei) == (0, 0, 0)
        and balance(old) == (40, 0, 0)
        and not AuditEntry.objects.exists()
        and not DomainEvent.objects.filter(type="member.merged").exists()
    )


def test_a_card_is_not_merged_with_itself() -> None:
    mei, old = card(), card()
    give(old, 40)

    with pytest.raises(CannotMerge):
        merge(old, old)

    assert unchanged(mei, old)


def test_a_merge_needs_a_reason() -> None:
    mei, old = card(), card()
    give(old, 40)

    with pytest.raises(ReasonMissing):
        merge(mei, old, reason="  ")

    assert unchanged(mei, old)


@pytest.mark.parametrize("status", [MemberStatus.CLOSED, MemberStatus.MERGED])
@pytest.mark.parametrize("which", ["keep", "absorb"])
def test_cards_out_of_use_are_not_merged(status: MemberStatus, which: str) -> None:
    mei, old = card(), card()
    give(old, 40)
    target = MemberFactory.create() if status == MemberStatus.MERGED else None
    dead = mei if which == "keep" else old
    Member.objects.filter(pk=dead.pk).update(status=status, merged_into=target)

    with pytest.raises(MemberNotLive) as refused:
        merge(mei, old)

    assert dead.number in str(refused.value)
    assert unchanged(mei, old)
