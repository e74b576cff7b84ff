"""Merging two cards of one person: every point, purchase and tier period stays, and the old number still works."""

from datetime import datetime
from typing import Any

from members import event_types
from members.clock import local_date
from members.engines import Write, engine
from members.exceptions import CannotMerge, ReasonMissing
from members.locks import lock_counters
from members.models import (
    AwardCounter,
    ExternalMember,
    Member,
    MemberStatus,
    Purchase,
    TierPeriod,
    TierReason,
    User,
)
from members.selectors.rulebook import current_rulebook
from members.selectors.tier_figures import TierFigures
from members.services.audits import record_audit
from members.services.consolidations import move_everything
from members.services.events import record_event
from members.services.live_members import lock_live_members
from members.services.notifications import hold_notifications, move_notifications
from members.services.tier_changes import TierChange, write_changes
from members.tier_windows import held_until
from members.transactions import retrying

ADD_COUNTERS = Write(AwardCounter, ("key", "rule_id", "member_id", "points"), "add", key="key")


@retrying
def merge_members(
    *, keep_id: int, absorb_id: int, actor: User | None, reason: str, now: datetime, actor_label: str = ""
) -> Member:
    """Merge a card into another and return the kept one.

    Points, debts, purchases, outside numbers, award counters and notifications move; contacts and sign-in where the
    kept card has none; the higher tier stays, and so does a freeze. Gifts, adjustments, tier periods and transfers of
    the past stay with the absorbed card, which leads to the kept one for ever. Raises CannotMerge, ReasonMissing,
    MemberNotLive.
    """
    if keep_id == absorb_id:
        raise CannotMerge
    if not reason.strip():
        raise ReasonMissing
    keep, absorb = lock_live_members([keep_id, absorb_id])
    hold_notifications(member_ids=[keep_id, absorb_id])
    transfers = move_everything(
        from_member_id=absorb_id, to_member_id=keep_id, business_key=f"merge:{absorb_id}:{keep_id}", now=now
    )
    move_notifications(from_member_id=absorb_id, to_member_id=keep_id)
    Purchase.objects.filter(member=absorb).update(member=keep)
    ExternalMember.objects.filter(member=absorb).update(member=keep)
    _move_counters(keep, absorb)
    _join_people(keep, absorb, reason)
    _join_tiers(keep, absorb, now)
    figures = {
        "kept": keep.number,
        "absorbed": absorb.number,
        "transfers": [transfer.pk for transfer in transfers],
    }
    record_event(type=event_types.MEMBER_MERGED, member_id=keep_id, payload=figures, occurred_at=now, now=now)
    record_audit(
        actor=actor,
        actor_label=actor_label,
        action="member.merged",
        member_id=keep_id,
        details={**figures, "reason": reason},
        now=now,
    )
    return Member.objects.select_related("tier").get(pk=keep_id)


def _move_counters(keep: Member, absorb: Member) -> None:
    """Add what capped rules gave the absorbed card, so that a merge is no way around a cap."""
    own = AwardCounter.objects.filter(member=absorb).values_list("key", flat=True)
    # Both cards' rows, in the one order in which counters are locked.
    pairs = {key: _key_of(key, keep) for key in own}
    counters = {counter.key: counter for counter in lock_counters([*pairs, *pairs.values()])}
    moved = [(new, counters[old].rule_id, keep.pk, counters[old].points) for old, new in pairs.items()]
    AwardCounter.objects.filter(key__in=pairs).delete()
    engine().write([(ADD_COUNTERS, moved)])


def _key_of(key: str, member: Member) -> str:
    rule, _, period = key.split(":")
    return f"{rule}:{member.pk}:{period}"


def _join_people(keep: Member, absorb: Member, reason: str) -> None:
    """Fill what the kept card lacks, then let the absorbed one lead to it; its own absorbed cards in one step too."""
    filled: dict[str, Any] = {
        field: getattr(absorb, field)
        for field in ("name", "phone", "email", "user_id")
        if getattr(absorb, field) and not getattr(keep, field)
    }
    freed = {field: None for field in ("phone", "email", "user_id") if field in filled}
    if keep.birth_month is None and absorb.birth_month is not None:
        filled |= {field: getattr(absorb, field) for field in ("birth_month", "birth_day", "birth_year")}
    if absorb.enrolled_at < keep.enrolled_at:
        filled["enrolled_at"] = absorb.enrolled_at
    if absorb.status == MemberStatus.FROZEN and keep.status == MemberStatus.ACTIVE:
        # Merging must not be a way out of a freeze.
        filled |= {"status": MemberStatus.FROZEN, "status_reason": absorb.status_reason}
    Member.objects.filter(pk=absorb.pk).update(
        status=MemberStatus.MERGED, merged_into=keep, status_reason=reason[:200], **freed
    )
    Member.objects.filter(merged_into=absorb).update(merged_into=keep)
    if filled:
        Member.objects.filter(pk=keep.pk).update(**filled)
        keep.refresh_from_db()


def _join_tiers(keep: Member, absorb: Member, now: datetime) -> None:
    """Give the kept card the best of its own tier, the other's, and what both together have reached."""
    open_periods = TierPeriod.objects.filter(member__in=[keep, absorb], ended_at=None)
    periods = {period.member_id: period for period in open_periods}
    change = _better_tier(keep, absorb, periods, now)
    if period := periods.get(absorb.pk):
        period.ended_at, period.end_reason = max(now, period.started_at), TierReason.MERGE
        period.save(update_fields=["ended_at", "end_reason"])
    if change:
        write_changes(changes=[change], now=now)


def _better_tier(keep: Member, absorb: Member, periods: dict[int, TierPeriod], now: datetime) -> TierChange | None:
    today = local_date(now)
    tiers = current_rulebook().tiers
    ranks = {tier.id: tier.rank for tier in tiers}
    figures = TierFigures.load(tiers=tiers, wanted=[(keep.pk, today, keep.enrolled_at)])
    reached = figures.reached(member_id=keep.pk, as_of=today)
    change = TierChange(
        member_id=keep.pk,
        from_tier_id=keep.tier_id,
        to_tier_id=reached.id,
        at=now,
        reason=TierReason.MERGE,
        held_until_date=held_until(reached, today, keep.enrolled_at),
        explanation={"absorbed": absorb.number},
    )
    if ranks[absorb.tier_id] >= reached.rank and absorb.pk in periods:
        theirs = periods[absorb.pk]
        change.to_tier_id = absorb.tier_id
        change.held_until_date, change.is_manual, change.note = theirs.held_until_date, theirs.is_manual, theirs.note
    return change if ranks[change.to_tier_id] > ranks[keep.tier_id] else None
