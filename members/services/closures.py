"""Closing an account for good, and freezing one for a while."""

from datetime import datetime

from django.db.models import Q

from members import event_types
from members.exceptions import PointsWouldBeLost, ReasonMissing
from members.models import Account, Member, MemberStatus, TierPeriod, TierReason, User
from members.services.audits import record_audit
from members.services.consolidations import forfeit_everything
from members.services.events import record_event
from members.services.ledger import settle_members
from members.services.live_members import lock_live_member
from members.services.notifications import delete_notifications, hold_notifications
from members.transactions import retrying


@retrying
def close_member(*, member_id: int, actor: User | None, reason: str, points_may_be_lost: bool, now: datetime) -> Member:
    """Close an account: what is left of its points goes to breakage, and its card stops working.

    Phone, email and sign-in are free for a new card at once, and the inbox is emptied. The name and contacts stay on
    the closed row, as the books' own record of whose points they were, until personal data is erased. Debts stay on
    record too. Raises ReasonMissing, MemberNotLive, and PointsWouldBeLost unless ``points_may_be_lost``.
    """
    _require(reason)
    member = lock_live_member(member_id)
    hold_notifications(member_ids=[member_id])
    delete_notifications(member_id=member_id)
    settle_members(member_ids=[member_id], now=now)
    account = Account.objects.get(member=member)
    points = account.available + account.pending
    if points and not points_may_be_lost:
        raise PointsWouldBeLost(points=points)
    forfeit_everything(member_id=member_id, business_key=f"close:{member_id}", now=now)
    for period in TierPeriod.objects.filter(member=member, ended_at=None):
        period.ended_at, period.end_reason = max(now, period.started_at), TierReason.CLOSURE
        period.save(update_fields=["ended_at", "end_reason"])
    # The sign-ins of cards merged into this one lead here as well.
    Member.objects.filter(Q(pk=member_id) | Q(merged_into=member)).update(user=None)
    member.user, member.closed_at = None, now
    _set_status(member, MemberStatus.CLOSED, reason)
    _record(member, actor, event_types.MEMBER_CLOSED, reason, now, points=points)
    return member


@retrying
def freeze_member(*, member_id: int, actor: User | None, reason: str, now: datetime) -> Member:
    """Let a member earn but not spend or give. Freezing twice changes nothing. Raises ReasonMissing, MemberNotLive."""
    _require(reason)
    member = lock_live_member(member_id)
    if member.status != MemberStatus.FROZEN:
        _set_status(member, MemberStatus.FROZEN, reason)
        _record(member, actor, event_types.MEMBER_FROZEN, reason, now)
    return member


@retrying
def unfreeze_member(*, member_id: int, actor: User | None, reason: str, now: datetime) -> Member:
    """Let a frozen member spend again. Raises ReasonMissing, MemberNotLive."""
    _require(reason)
    member = lock_live_member(member_id)
    if member.status == MemberStatus.FROZEN:
        _set_status(member, MemberStatus.ACTIVE, "")
        _record(member, actor, event_types.MEMBER_UNFROZEN, reason, now)
    return member


def _require(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing


def _set_status(member: Member, status: MemberStatus, reason: str) -> None:
    member.status, member.status_reason = status, reason.strip()[:200]
    member.save(update_fields=["status", "status_reason", "closed_at"])


def _record(member: Member, actor: User | None, event: str, reason: str, now: datetime, **figures: int) -> None:
    payload = {"number": member.number, **figures}
    record_event(type=event, member_id=member.pk, payload=payload, occurred_at=now, now=now)
    record_audit(actor=actor, action=event, member_id=member.pk, details={**payload, "reason": reason.strip()}, now=now)
