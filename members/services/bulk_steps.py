"""One step with many members: chosen, confirmed once, and then done member by member.

Each member is a transaction of its own that does the deed and writes down that it is done. A request that dies leaves
the others waiting, and confirming again goes on with them; nobody is done twice.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from members.exceptions import DomainError, NotAllowed
from members.locks import lock_bulk_outcome
from members.models import AdjustmentStatus, BulkKind, BulkOutcome, BulkStatus, BulkStep, User
from members.selectors.bulk_plans import Answers, load_members, make_plan
from members.services.adjustments import request_adjustment
from members.services.audits import record_audit
from members.services.closures import freeze_member, unfreeze_member
from members.services.tiers import assign_tier
from members.transactions import retrying

# What one request does in a few seconds; larger campaigns are jobs.
MAX_MEMBERS = 500
# Steps that were chosen and never confirmed.
ABANDONED = timedelta(days=1)
NOTE_LENGTH = 300

PERMISSIONS: dict[str, str] = {
    BulkKind.FREEZE: "members.change_member",
    BulkKind.UNFREEZE: "members.change_member",
    BulkKind.TIER: "members.add_tierperiod",
    BulkKind.ADJUST: "members.add_adjustment",
}


class TooManyMembers(DomainError):
    """A step was asked for with more members than one request can deal with."""

    code = "too-many-members"
    status: ClassVar[int] = 422
    message = _("That is %(count)s members; %(limit)s at a time are possible. Narrow the list with its filters.")


@retrying
def draft_bulk_step(*, kind: str, member_ids: Sequence[int], actor: User, now: datetime) -> BulkStep:
    """Keep who was chosen. Raises NotAllowed, TooManyMembers."""
    if not actor.has_perm(PERMISSIONS[kind]):
        raise NotAllowed
    if len(member_ids) > MAX_MEMBERS:
        raise TooManyMembers(count=len(member_ids), limit=MAX_MEMBERS)
    BulkStep.objects.filter(confirmed_at=None, created_at__lt=now - ABANDONED).delete()
    step = BulkStep.objects.create(kind=kind, actor=actor, created_at=now)
    BulkOutcome.objects.bulk_create(BulkOutcome(step=step, member_id=member_id) for member_id in set(member_ids))
    return step


def run_bulk_step(*, step_id: int, answers: Answers, actor: User, now: datetime) -> BulkStep:
    """Confirm a step and do it; once confirmed its answers stand, and confirming again does only what is left.

    ``answers`` are JSON: ``reason`` (freeze, unfreeze); ``tier_id``, ``until_date`` or None, ``note`` (tier);
    ``points``, ``reason``, ``note`` (adjust). What the programme refuses for a member is noted with them. Not one
    transaction. Raises NotAllowed.
    """
    step = _confirm(step_id=step_id, answers=answers, actor=actor, now=now)
    waiting = BulkOutcome.objects.filter(step=step, status=BulkStatus.WAITING).order_by("member_id")
    for outcome_id in list(waiting.values_list("pk", flat=True)):
        _settle(outcome_id=outcome_id, step=step, actor=actor, now=now)
    return step


@retrying
def _confirm(*, step_id: int, answers: Answers, actor: User, now: datetime) -> BulkStep:
    # Whose row count says who was first: the second click of two finds it confirmed.
    drafts = BulkStep.objects.filter(pk=step_id, actor=actor, confirmed_at=None)
    is_first = drafts.update(confirmed_at=now, answers=dict(answers)) > 0
    step = BulkStep.objects.get(pk=step_id)
    if step.actor_id != actor.pk or not actor.has_perm(PERMISSIONS[step.kind]):
        raise NotAllowed
    if is_first:
        _leave_out(step, now)
    return step


def _leave_out(step: BulkStep, now: datetime) -> None:
    plan = make_plan(kind=step.kind, answers=step.answers, members=load_members(step.pk))
    if step.kind == BulkKind.ADJUST:
        step.answers = {**step.answers, "needs_second": plan.needs_second}
        step.save(update_fields=["answers"])
    notes = {row.member.pk: row.left_out for row in plan.left_out}
    left_out = list(BulkOutcome.objects.filter(step=step, member_id__in=notes))
    for outcome in left_out:
        outcome.status, outcome.note = BulkStatus.LEFT_OUT, notes[outcome.member_id][:NOTE_LENGTH]
    BulkOutcome.objects.bulk_update(left_out, ["status", "note"])
    details = {"step": step.pk, "kind": step.kind, "members": len(plan.included), "points": plan.points}
    record_audit(actor=step.actor, action="bulk.confirmed", details={**details, **step.answers}, now=now)


@retrying
def _settle(*, outcome_id: int, step: BulkStep, actor: User, now: datetime) -> None:
    outcome = lock_bulk_outcome(outcome_id)
    if outcome.status != BulkStatus.WAITING:
        return
    try:
        outcome.status = _do(step, outcome.member_id, actor, now)
    except DomainError as error:
        if not error.is_final:
            raise
        outcome.status, outcome.note = BulkStatus.REFUSED, str(error)[:NOTE_LENGTH]
    outcome.save(update_fields=["status", "note"])


def _do(step: BulkStep, member_id: int, actor: User, now: datetime) -> BulkStatus:
    answers: dict[str, Any] = step.answers
    whom: dict[str, Any] = {"member_id": member_id, "now": now}
    match step.kind:
        case BulkKind.FREEZE:
            freeze_member(actor=actor, reason=answers["reason"], **whom)
        case BulkKind.UNFREEZE:
            unfreeze_member(actor=actor, reason=answers["reason"], **whom)
        case BulkKind.TIER:
            until = date.fromisoformat(answers["until_date"]) if answers["until_date"] else None
            assign_tier(actor=actor, tier_id=answers["tier_id"], note=answers["note"], until_date=until, **whom)
        case BulkKind.ADJUST:
            adjustment = request_adjustment(requested_by=actor, **answers, **whom)
            return BulkStatus.ASKED if adjustment.status == AdjustmentStatus.WAITING else BulkStatus.DONE
    return BulkStatus.DONE
