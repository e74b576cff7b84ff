"""What tests of tiers set up: terms without a database, purchases, and the naive figures to compare with."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from members import clock
from members.models import Member, Purchase, Store, Tier, TierPeriod, TierReason
from members.rule_terms import Names, TierTerms
from members.tier_windows import held_until, window_start
from tests.factories import StoreFactory

_receipts = count(1)


def terms_of(tier: Tier) -> TierTerms:
    """A tier as the selectors and services see it."""
    return TierTerms(
        id=tier.pk,
        code=tier.code,
        rank=tier.rank,
        measure=str(tier.measure),
        threshold=tier.threshold,
        window=str(tier.window),
        window_months=tier.window_months,
        downgrade=str(tier.downgrade),
        grace_days=tier.grace_days,
        multiplier_percent=tier.multiplier_percent,
        is_invitation_only=tier.is_invitation_only,
        names=Names({"en": tier.name}),
    )


def all_terms() -> list[TierTerms]:
    """The programme's tiers by rank."""
    return [terms_of(tier) for tier in Tier.objects.order_by("rank")]


def noon(day: date) -> datetime:
    """The middle of a programme day."""
    return clock.day_start(day) + timedelta(hours=12)


def purchase(member: Member, day: date, amount: int, **fields: Any) -> Purchase:
    """A stored purchase of a day; nothing else happens."""
    moment = noon(day)
    return Purchase.objects.create(
        store=Store.objects.order_by("pk").first() or StoreFactory.create(),
        external_id=f"receipt-{next(_receipts)}",
        member=member,
        occurred_at=moment,
        recorded_at=moment,
        business_date=day,
        currency="CNY",
        amount=amount,
        **fields,
    )


def put_in_tier(member: Member, tier: Tier, *, reached: date, **fields: Any) -> TierPeriod:
    """Let a member have reached a tier on a day, as a purchase of that day does."""
    at = noon(reached)
    TierPeriod.objects.filter(member=member, ended_at=None).update(ended_at=at, end_reason=TierReason.UPGRADE)
    Member.objects.filter(pk=member.pk).update(tier=tier)
    member.tier = tier
    values = {
        "start_reason": TierReason.UPGRADE,
        "held_until_date": held_until(terms_of(tier), reached, member.enrolled_at),
        **fields,
    }
    return TierPeriod.objects.create(member=member, tier=tier, started_at=at, **values)


def naive_figure(member: Member, tier: TierTerms, as_of: date) -> int:
    """What counts towards a tier, the plain way: every purchase looked at."""
    start = window_start(tier.window, tier.window_months, as_of, clock.local_date(member.enrolled_at))
    counted = [p for p in Purchase.objects.filter(member=member) if start <= p.business_date <= as_of]
    if tier.measure == "visits":
        return len({p.business_date for p in counted if p.amount == 0 or p.returned_amount < p.amount})
    if tier.measure == "spend":
        return sum(p.amount - p.returned_amount for p in counted)
    return sum(p.points_earned - p.points_clawed_back for p in counted)


def open_period(member: Member) -> TierPeriod:
    """The period a member is in."""
    return TierPeriod.objects.select_related("tier").get(member=member, ended_at=None)


def reasons(periods: Iterable[TierPeriod]) -> list[tuple[str, str, str]]:
    """Periods as (tier, why it began, why it ended)."""
    return [(period.tier.code, period.start_reason, period.end_reason) for period in periods]


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)
