"""A member changes tiers: the period ends, the next one begins, and an event tells of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from django.db.models import Q

from members import event_types
from members.engines import Row, Write, engine
from members.models import Member, TierPeriod, TierReason
from members.rule_terms import TierTerms
from members.selectors.rulebook import current_rulebook
from members.services.events import INSERT_EVENTS, event_row

END_PERIODS = Write(TierPeriod, ("id", "ended_at", "end_reason"), "update")
INSERT_PERIODS = Write(
    TierPeriod,
    (
        "member_id",
        "tier_id",
        "started_at",
        "ended_at",
        "start_reason",
        "end_reason",
        "held_until_date",
        "is_manual",
        "note",
        "explanation",
    ),
)
UPDATE_MEMBERS = Write(Member, ("id", "tier_id"), "update")

# A climb that we learn of later than this (an imported history) is not news to anybody.
NEWS = timedelta(days=7)
# Climbing by these is worth a congratulation; a review, a correction or a merge is bookkeeping.
CELEBRATED = (TierReason.UPGRADE, TierReason.LATE_RECEIPT, TierReason.MANUAL, TierReason.INVITATION)


@dataclass(slots=True)
class TierChange:
    """One member's step from a tier to another. ``explanation`` has the figures behind it."""

    member_id: int
    from_tier_id: int
    to_tier_id: int
    at: datetime
    reason: TierReason
    held_until_date: date | None
    is_manual: bool = False
    note: str = ""
    explanation: dict[str, Any] = field(default_factory=dict)


def change_rows(*, changes: Sequence[TierChange], now: datetime) -> list[tuple[Write, list[Row]]]:
    """Rows that carry out changes of locked members, each member's in order: for Book.write or ``engine().write``.

    Two queries, whatever the number: the rulebook's revision, and the periods that are open or ended lately.
    """
    if not changes:
        return []
    tiers = {tier.id: tier for tier in current_rulebook().tiers}
    periods = _recent_periods(changes, tiers)
    by_member: dict[int, list[TierChange]] = {}
    for change in changes:
        by_member.setdefault(change.member_id, []).append(change)
    ended: list[Row] = []
    begun: list[Row] = []
    events: list[Row] = []
    for member_id, steps in by_member.items():
        # A late receipt can reach back before the period that it ends: that one then has no length.
        ended += [
            (period.id, max(period.started_at, steps[0].at), str(steps[0].reason))
            for period in periods.get(member_id, ())
            if period.ended_at is None
        ]
        held = [(tiers[period.tier_id].rank, period.ended_at or steps[0].at) for period in periods.get(member_id, ())]
        for step in steps:
            events.append(_event(step, tiers, now=now, celebrate=is_celebrated(step, tiers, held, now)))
            held.append((tiers[step.from_tier_id].rank, step.at))
        begun += [_period_row(step, following) for step, following in pairwise([*steps, None]) if step]
    return [
        (END_PERIODS, ended),
        (INSERT_PERIODS, begun),
        (UPDATE_MEMBERS, [(member_id, steps[-1].to_tier_id) for member_id, steps in by_member.items()]),
        (INSERT_EVENTS, events),
    ]


def write_changes(*, changes: Sequence[TierChange], now: datetime) -> None:
    """Carry out changes of locked members in the running transaction."""
    engine().write(change_rows(changes=changes, now=now))


class _Period(NamedTuple):
    id: int
    member_id: int
    tier_id: int
    started_at: datetime
    ended_at: datetime | None


def _recent_periods(changes: Sequence[TierChange], tiers: dict[int, TierTerms]) -> dict[int, list[_Period]]:
    grace = timedelta(days=max(tiers[change.to_tier_id].grace_days for change in changes))
    since = min(change.at for change in changes) - grace
    periods: dict[int, list[_Period]] = {}
    members = {change.member_id for change in changes}
    rows = TierPeriod.objects.filter(Q(ended_at=None) | Q(ended_at__gte=since), member_id__in=members)
    for row in rows.values_list(*_Period._fields):
        period = _Period(*row)
        periods.setdefault(period.member_id, []).append(period)
    return periods


def _period_row(change: TierChange, following: TierChange | None) -> Row:
    return (
        change.member_id,
        change.to_tier_id,
        change.at,
        max(change.at, following.at) if following else None,
        str(change.reason),
        str(following.reason) if following else "",
        change.held_until_date,
        change.is_manual,
        change.note,
        change.explanation,
    )


def _event(change: TierChange, tiers: dict[int, TierTerms], *, now: datetime, celebrate: bool) -> Row:
    return event_row(
        type=event_types.TIER_CHANGED,
        member_id=change.member_id,
        payload={
            "from": tiers[change.from_tier_id].code,
            "to": tiers[change.to_tier_id].code,
            "reason": str(change.reason),
            "held_until": change.held_until_date.isoformat() if change.held_until_date else None,
            "celebrate": celebrate,
        },
        occurred_at=change.at,
        now=now,
    )


def is_celebrated(
    change: TierChange, tiers: dict[int, TierTerms], held: Iterable[tuple[int, datetime]], now: datetime
) -> bool:
    """Whether to congratulate: a climb, heard of in time, to a tier not held within its days of grace before.

    ``held`` has the ranks held before, each with the moment at which it ended.
    """
    reached = tiers[change.to_tier_id]
    if change.reason not in CELEBRATED or reached.rank <= tiers[change.from_tier_id].rank or change.at < now - NEWS:
        return False
    since = change.at - timedelta(days=reached.grace_days)
    return not any(rank >= reached.rank and ended_at >= since for rank, ended_at in held)
