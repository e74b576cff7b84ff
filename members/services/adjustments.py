"""Adjustments: staff put a balance right, with a reason; above a limit a second person decides."""

from datetime import datetime, timedelta

from django.conf import settings

from members.exceptions import (
    AlreadyDecided,
    InvalidAdjustment,
    InvalidText,
    NotAllowed,
    ReasonMissing,
    SecondPersonNeeded,
)
from members.locks import lock_adjustment
from members.models import Adjustment, AdjustmentReason, AdjustmentStatus, Member, TransferKind, User
from members.selectors.adjustments import adjusted_alone_today
from members.services.audits import record_audit
from members.services.ledger import award_points, spend_points
from members.services.live_members import lock_live_member
from members.transactions import retrying

REQUEST_PERMISSION = "members.add_adjustment"
DECIDE_PERMISSION = "members.change_adjustment"
NOTE_LENGTH = 300
# Far above any balance; keeps a typed number within the column.
MAX_POINTS = 10**12
# The same request again within this time is the second half of a double click.
DOUBLE_CLICK = timedelta(seconds=30)


@retrying
def request_adjustment(
    *,
    member_id: int,
    points: int,
    reason: str,
    note: str,
    requested_by: User,
    now: datetime,
    needs_second: bool = False,
) -> Adjustment:
    """Give (or, below zero, take) points at once, or put the request before a second person.

    It waits when it takes what this user gave and took from this member today, alone, above
    ADJUSTMENT_APPROVAL_LIMIT: several small adjustments are no way around the limit. ``needs_second`` lets it wait
    whatever its size, as a part of something larger. Raises NotAllowed,
    InvalidAdjustment, ReasonMissing, InvalidText, MemberNotLive, NotEnoughPoints.
    """
    if not requested_by.has_perm(REQUEST_PERMISSION):
        raise NotAllowed
    note = note.strip()
    _check(points, reason, note)
    member = lock_live_member(member_id)
    again = Adjustment.objects.filter(
        member=member,
        points=points,
        reason=reason,
        note=note,
        requested_by=requested_by,
        requested_at__gt=now - DOUBLE_CLICK,
    ).first()
    if again:
        return again
    alone = adjusted_alone_today(member=member, user=requested_by, now=now)
    waits = needs_second or alone + abs(points) > settings.ADJUSTMENT_APPROVAL_LIMIT
    adjustment = Adjustment.objects.create(
        member=member,
        points=points,
        reason=reason,
        note=note,
        status=AdjustmentStatus.WAITING if waits else AdjustmentStatus.POSTED,
        requested_by=requested_by,
        requested_at=now,
    )
    _audit(adjustment, requested_by, "adjustment.requested", now)
    if not waits:
        _post(adjustment, member, now)
    return adjustment


def _check(points: int, reason: str, note: str) -> None:
    if not 0 < abs(points) <= MAX_POINTS or reason not in AdjustmentReason.values:
        raise InvalidAdjustment
    if not note:
        raise ReasonMissing
    if len(note) > NOTE_LENGTH:
        raise InvalidText(length=NOTE_LENGTH)


@retrying
def approve_adjustment(*, adjustment_id: int, decided_by: User, now: datetime) -> Adjustment:
    """Post an adjustment that somebody else asked for; a double click posts once.

    Raises NotAllowed, SecondPersonNeeded, AlreadyDecided, MemberNotLive, NotEnoughPoints.
    """
    adjustment = _lock_for_decision(adjustment_id, decided_by)
    if not _is_repeated(adjustment, decided_by, AdjustmentStatus.POSTED):
        _decide(adjustment, decided_by, AdjustmentStatus.POSTED, now)
        _audit(adjustment, decided_by, "adjustment.approved", now)
        _post(adjustment, _heir(adjustment.member), now)
    return adjustment


@retrying
def refuse_adjustment(*, adjustment_id: int, decided_by: User, now: datetime) -> Adjustment:
    """Turn a waiting adjustment down. Raises NotAllowed, SecondPersonNeeded, AlreadyDecided."""
    adjustment = _lock_for_decision(adjustment_id, decided_by)
    if not _is_repeated(adjustment, decided_by, AdjustmentStatus.REFUSED):
        _decide(adjustment, decided_by, AdjustmentStatus.REFUSED, now)
        _audit(adjustment, decided_by, "adjustment.refused", now)
    return adjustment


def _lock_for_decision(adjustment_id: int, user: User) -> Adjustment:
    if not user.has_perm(DECIDE_PERMISSION):
        raise NotAllowed
    adjustment = lock_adjustment(adjustment_id)
    if adjustment.requested_by_id == user.pk:
        raise SecondPersonNeeded
    return adjustment


def _is_repeated(adjustment: Adjustment, user: User, status: AdjustmentStatus) -> bool:
    """Whether this user decided the same before; any other decision stands. Raises AlreadyDecided."""
    if adjustment.status == AdjustmentStatus.WAITING:
        return False
    if adjustment.status != status or adjustment.decided_by_id != user.pk:
        raise AlreadyDecided
    return True


def _decide(adjustment: Adjustment, user: User, status: AdjustmentStatus, now: datetime) -> None:
    adjustment.status, adjustment.decided_by, adjustment.decided_at = status, user, now
    adjustment.save(update_fields=["status", "decided_by", "decided_at"])


def _heir(member: Member) -> Member:
    """The card that took over, if the member's was merged while the request waited."""
    return lock_live_member(member.merged_into_id or member.pk)


def _post(adjustment: Adjustment, member: Member, now: datetime) -> None:
    key = f"adjust:adjustment:{adjustment.pk}"
    explanation = {"adjustment": adjustment.pk, "reason": adjustment.reason}
    if adjustment.points > 0:
        award_points(
            member_id=member.pk,
            points=adjustment.points,
            kind=TransferKind.ADJUSTMENT,
            business_key=key,
            explanation=explanation,
            now=now,
        )
    else:
        spend_points(
            member_id=member.pk,
            points=-adjustment.points,
            kind=TransferKind.ADJUSTMENT,
            to="adjustment",
            business_key=key,
            explanation=explanation,
            now=now,
        )


def _audit(adjustment: Adjustment, actor: User, action: str, now: datetime) -> None:
    record_audit(
        actor=actor,
        action=action,
        member_id=adjustment.member_id,
        details={
            "adjustment": adjustment.pk,
            "points": adjustment.points,
            "reason": adjustment.reason,
            "note": adjustment.note,
            "status": adjustment.status,
        },
        now=now,
    )
