from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from members.exceptions import MemberNotLive
from members.models import AuditEntry, DomainEvent, Member, Purchase, Tier, TierPeriod, TierReason, TierWindow
from members.services.tier_changes import TierChange
from members.services.tier_reviews import review_tiers
from members.services.tiers import (
    NoManualTier,
    NotByInvitation,
    UntilInThePast,
    assign_tier,
    end_manual_tier,
    invite_member,
    reevaluate_member,
)
from tests.factories import MemberFactory, TierFactory, UserFactory
from tests.members.tier_scenes import noon, open_period, purchase, put_in_tier, reasons

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 20)
NOW = noon(TODAY)


def ladder(**fields: Any) -> list[Tier]:
    """Silver and Gold, for 1,000.00 and 2,000.00."""
    return [TierFactory.create(rank=rank, code=code, **fields) for rank, code in ((1, "silver"), (2, "gold"))]


def give_back(bought: Purchase, amount: int, *, on: date = TODAY) -> TierChange | None:
    Purchase.objects.filter(pk=bought.pk).update(returned_amount=amount)
    return reevaluate_member(member_id=bought.member_id, reason=TierReason.RETURN, now=noon(on))


# -- by hand ----------------------------------------------------------------------------------------------------------


def test_staff_give_a_tier_with_a_reason_until_a_day() -> None:
    _, gold = ladder()
    member, manager = MemberFactory.create(), UserFactory.create(email="manager@example.com")

    period = assign_tier(
        member_id=member.pk, tier_id=gold.pk, note="Film crew", until_date=date(2026, 8, 31), actor=manager, now=NOW
    )

    member.refresh_from_db()
    assert member.tier == gold
    assert (period.tier, period.is_manual, period.note, period.start_reason) == (gold, True, "Film crew", "manual")
    assert (period.started_at, period.held_until_date) == (NOW, date(2026, 8, 31))
    entry = AuditEntry.objects.get(member=member)
    assert (entry.action, entry.actor, entry.at) == ("tier.assigned", manager, NOW)
    assert entry.details == {"from": "regular", "to": "gold", "until": "2026-08-31", "note": "Film crew"}


def test_a_manual_tier_can_be_for_good_and_can_be_changed() -> None:
    silver, gold = ladder()
    member = MemberFactory.create()
    assign_tier(member_id=member.pk, tier_id=gold.pk, note="Founder", actor=None, now=NOW)

    assign_tier(member_id=member.pk, tier_id=silver.pk, note="Mistake", actor=None, now=NOW, until_date=TODAY)

    assert reasons(TierPeriod.objects.filter(member=member).select_related("tier").order_by("pk")) == [
        ("regular", "enrolled", "manual"),
        ("gold", "manual", "manual"),
        ("silver", "manual", ""),
    ]


def test_a_manual_tier_must_not_be_over_before_it_begins() -> None:
    _, gold = ladder()
    member = MemberFactory.create()

    with pytest.raises(UntilInThePast, match="Choose a last day"):
        assign_tier(
            member_id=member.pk, tier_id=gold.pk, note="x", until_date=TODAY - timedelta(days=1), actor=None, now=NOW
        )
    assert open_period(member).tier.rank == 0


def test_a_closed_card_gets_no_tier() -> None:
    _, gold = ladder()
    member = MemberFactory.create(status="closed")

    with pytest.raises(MemberNotLive):
        assign_tier(member_id=member.pk, tier_id=gold.pk, note="x", actor=None, now=NOW)
    assert not AuditEntry.objects.exists()
    assert not DomainEvent.objects.exists()


def test_an_invitation_is_held_like_a_tier_that_was_reached() -> None:
    ladder()
    black = TierFactory.create(rank=3, code="black", is_invitation_only=True)
    member = MemberFactory.create()

    period = invite_member(member_id=member.pk, tier_id=black.pk, note="Regular since 2001", actor=None, now=NOW)

    assert (period.tier, period.is_manual, period.start_reason) == (black, False, "invitation")
    assert period.held_until_date == date(2027, 5, 31)
    assert AuditEntry.objects.get(member=member).action == "tier.invited"


def test_nobody_is_invited_to_a_tier_that_purchases_reach() -> None:
    _, gold = ladder()
    member = MemberFactory.create()

    with pytest.raises(NotByInvitation):
        invite_member(member_id=member.pk, tier_id=gold.pk, note="x", actor=None, now=NOW)
    assert open_period(member).tier.rank == 0


def test_ending_a_manual_tier_gives_what_was_earned_meanwhile() -> None:
    silver, gold = ladder(window=TierWindow.CALENDAR_YEAR)
    member, manager = MemberFactory.create(), UserFactory.create()
    assign_tier(member_id=member.pk, tier_id=gold.pk, note="Film crew", actor=None, now=noon(date(2025, 3, 1)))
    purchase(member, date(2025, 12, 30), 100_000)

    period = end_manual_tier(member_id=member.pk, note="Left town", actor=manager, now=NOW)

    assert (period.tier, period.start_reason, period.is_manual) == (silver, "ended", False)
    assert period.held_until_date == date(2026, 12, 31)
    assert AuditEntry.objects.filter(member=member).latest("pk").details["note"] == "Left town"


def test_ending_a_manual_tier_gives_back_the_one_it_was_put_over() -> None:
    silver, gold = ladder()
    member = MemberFactory.create()
    put_in_tier(member, silver, reached=date(2026, 1, 5))
    for tier in (gold, Tier.objects.get(rank=0)):
        assign_tier(member_id=member.pk, tier_id=tier.pk, note="Trial", actor=None, now=NOW)

    period = end_manual_tier(member_id=member.pk, note="Over", actor=None, now=NOW)

    assert (period.tier, period.held_until_date) == (silver, date(2027, 1, 31))


def test_what_was_not_given_by_hand_cannot_be_ended_by_hand() -> None:
    member = MemberFactory.create()

    with pytest.raises(NoManualTier):
        end_manual_tier(member_id=member.pk, note="x", actor=None, now=NOW)


# -- after returns ----------------------------------------------------------------------------------------------------


def test_a_return_takes_back_the_tier_that_the_purchase_gave() -> None:
    _, gold = ladder()
    member = MemberFactory.create()
    bought = purchase(member, date(2026, 5, 1), 200_000)
    put_in_tier(member, gold, reached=date(2026, 5, 1))

    change = give_back(bought, 200_000)

    member.refresh_from_db()
    assert change
    assert (change.to_tier_id, member.tier.rank) == (member.tier_id, 0)
    assert (open_period(member).start_reason, open_period(member).held_until_date) == ("return", None)
    assert DomainEvent.objects.get(member=member).payload["celebrate"] is False


def test_a_partial_return_leaves_what_is_still_earned_and_the_next_one_takes_that() -> None:
    silver, gold = ladder()
    member = MemberFactory.create()
    bought = purchase(member, date(2026, 4, 30), 200_000)
    put_in_tier(member, gold, reached=date(2026, 4, 30))

    give_back(bought, 1)
    assert (open_period(member).tier, open_period(member).held_until_date) == (silver, date(2027, 4, 30))

    assert give_back(bought, 100_000) is None
    give_back(bought, 100_001)
    assert open_period(member).tier.rank == 0


def test_a_return_never_takes_more_than_the_purchase_gave() -> None:
    silver, gold = ladder(window_months=1)
    member = MemberFactory.create()
    put_in_tier(member, silver, reached=date(2026, 3, 1), held_until_date=date(2026, 6, 30))
    bought = purchase(member, date(2026, 5, 1), 200_000)
    put_in_tier(member, gold, reached=date(2026, 5, 1))

    give_back(bought, 200_000)

    assert (open_period(member).tier, open_period(member).held_until_date) == (silver, date(2026, 6, 30))


def test_a_tier_supported_by_other_purchases_stays() -> None:
    _, gold = ladder()
    member = MemberFactory.create()
    bought = purchase(member, date(2026, 5, 1), 200_000)
    put_in_tier(member, gold, reached=date(2026, 5, 1))
    purchase(member, date(2026, 5, 10), 200_000)

    assert give_back(bought, 200_000) is None
    assert open_period(member).tier == gold


def test_a_tier_renewed_by_a_review_stays_until_the_next_one() -> None:
    _, gold = ladder(window=TierWindow.CALENDAR_YEAR)
    member = MemberFactory.create()
    put_in_tier(member, gold, reached=date(2025, 6, 1))
    bought = purchase(member, date(2026, 6, 1), 200_000)
    review_tiers(for_date=date(2027, 1, 1), now=noon(date(2027, 1, 1)))

    assert give_back(bought, 200_000, on=date(2027, 1, 2)) is None
    assert open_period(member).held_until_date == date(2027, 12, 31)


@pytest.mark.parametrize("fields", [{"is_manual": True, "start_reason": "manual"}, {"start_reason": "invitation"}])
def test_what_staff_gave_no_return_takes(fields: dict[str, Any]) -> None:
    _, gold = ladder()
    member = MemberFactory.create()
    bought = purchase(member, date(2026, 5, 1), 200_000)
    put_in_tier(member, gold, reached=date(2026, 5, 1), **fields)

    assert give_back(bought, 200_000) is None
    assert open_period(member).tier == gold


def test_a_tier_for_life_goes_when_its_only_reason_comes_back() -> None:
    _, gold = ladder(window=TierWindow.LIFETIME)
    member = MemberFactory.create()
    bought = purchase(member, date(2026, 5, 1), 200_000)
    put_in_tier(member, gold, reached=date(2026, 5, 1))

    give_back(bought, 1)

    assert open_period(member).tier.code == "silver"


def test_looking_again_costs_the_same_however_long_the_history(django_assert_max_num_queries: Any) -> None:
    _, gold = ladder()
    member = MemberFactory.create()
    for number in range(30):
        bought = purchase(member, date(2026, 4, 1) + timedelta(days=number), 10_000)
    put_in_tier(member, gold, reached=date(2026, 4, 20))
    reevaluate_member(member_id=member.pk, reason=TierReason.RETURN, now=NOW)

    begin = 2 if connection.vendor == "sqlite" else 0
    with django_assert_max_num_queries(8 + begin):
        assert reevaluate_member(member_id=bought.member_id, reason=TierReason.RETURN, now=NOW) is None
    assert Member.objects.get(pk=member.pk).tier == gold
