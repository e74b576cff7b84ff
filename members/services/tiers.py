"""Tiers given by staff and taken back, and looked at again after a return."""

from datetime import date, datetime
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from members import clock
from members.exceptions import DomainError
from members.models import Member, TierPeriod, TierReason, User
from members.selectors.rulebook import Rulebook, current_rulebook
from members.selectors.tier_figures import TierFigures
from members.selectors.tier_standings import (
    Person,
    Standing,
    earned_standing,
    kept_standing,
    purchase_days,
    reached_on,
    standings_after_manual,
)
from members.services.audits import record_audit
from members.services.live_members import lock_live_member
from members.services.tier_changes import TierChange, write_changes
from members.tier_windows import held_until
from members.transactions import retrying

# How a tier ends that is not merely covered by a higher one.
TAKEN_AWAY = (TierReason.RETURN, TierReason.CORRECTION, TierReason.REVIEW, TierReason.ENDED)


class UntilInThePast(DomainError):
    """A manual tier would be over before it begins."""

    code = "until-in-the-past"
    status: ClassVar[int] = 422
    message = _("%(until)s is over. Choose a last day from today on, or none.")


class NotByInvitation(DomainError):
    """Only tiers by invitation can be offered to a member."""

    code = "not-by-invitation"
    status: ClassVar[int] = 422
    message = _("Members reach this tier by themselves. To give it all the same, give it by hand with a reason.")


class NoManualTier(DomainError):
    """There is nothing given by staff to take back."""

    code = "no-manual-tier"
    message = _("This member's tier was not given by hand, so there is nothing to end.")


@retrying
def assign_tier(
    *, member_id: int, tier_id: int, note: str, now: datetime, actor: User | None, until_date: date | None = None
) -> TierPeriod:
    """Give a member a tier by hand, with the reason in words, until the end of a day or for good.

    Returns, corrections and reviews leave it alone; afterwards the member gets what is earned. Raises
    UntilInThePast, MemberNotLive, Busy.
    """
    if until_date and until_date < clock.local_date(now):
        raise UntilInThePast(until=until_date)
    change = TierChange(
        member_id=member_id,
        from_tier_id=lock_live_member(member_id).tier_id,
        to_tier_id=tier_id,
        at=now,
        reason=TierReason.MANUAL,
        held_until_date=until_date,
        is_manual=True,
        note=note,
    )
    return _given(change, action="tier.assigned", actor=actor, now=now)


@retrying
def invite_member(*, member_id: int, tier_id: int, note: str, now: datetime, actor: User | None) -> TierPeriod:
    """Let a member into a tier by invitation, held as if it had been reached today.

    Raises NotByInvitation, MemberNotLive, Busy.
    """
    member = lock_live_member(member_id)
    tier = current_rulebook().tier(tier_id)
    if not tier.is_invitation_only:
        raise NotByInvitation
    change = TierChange(
        member_id=member_id,
        from_tier_id=member.tier_id,
        to_tier_id=tier_id,
        at=now,
        reason=TierReason.INVITATION,
        held_until_date=held_until(tier, clock.local_date(now), member.enrolled_at),
        note=note,
    )
    return _given(change, action="tier.invited", actor=actor, now=now)


@retrying
def end_manual_tier(*, member_id: int, note: str, now: datetime, actor: User | None) -> TierPeriod:
    """End a tier given by hand before its day: the member gets what is earned. Raises NoManualTier, Busy."""
    member = lock_live_member(member_id)
    period = _open_period(member_id)
    if not period.is_manual:
        raise NoManualTier
    person = Person(member_id, member.enrolled_at, clock.local_date(now))
    standings = standings_after_manual(rulebook=current_rulebook(), people=[person])
    change = _change(member, standings[member_id], at=now, reason=TierReason.ENDED)
    change.note = change.note or note
    return _given(change, action="tier.ended", actor=actor, now=now)


@retrying
def reevaluate_member(*, member_id: int, reason: TierReason, now: datetime) -> TierChange | None:
    """Look again at a member's tier after purchases were taken back; None: it stays.

    It falls only if purchases began the period and support it on no day since, and never below what was held before
    it. Manual tiers stay. Raises MemberNotLive, Busy.
    """
    member = lock_live_member(member_id)
    period = _open_period(member_id)
    rulebook = current_rulebook()
    current = rulebook.tier(period.tier_id)
    if period.is_manual:
        return None
    standing = _after_return(rulebook, member, period, clock.local_date(now))
    if standing.tier.rank >= current.rank:
        return None
    change = _change(member, standing, at=now, reason=reason)
    write_changes(changes=[change], now=now)
    return change


def _after_return(rulebook: Rulebook, member: Member, period: TierPeriod, today: date) -> Standing:
    current = rulebook.tier(period.tier_id)
    stays = Standing(current, period.held_until_date)
    reached = reached_on(period)
    if reached is None or period.held_until_date != held_until(current, reached, member.enrolled_at):
        # Staff gave it, or a review has renewed it since.
        return stays
    days = sorted({reached, *purchase_days([member.pk], reached, today).get(member.pk, ())})
    wanted = [(member.pk, day, member.enrolled_at) for day in days]
    figures = TierFigures.load(tiers=rulebook.tiers, wanted=wanted)
    if any(figures.meets(member_id=member.pk, as_of=day, tier=current) for day in days):
        return stays
    earned = earned_standing(
        figures=figures, member_id=member.pk, days=days, today=today, enrolled_at=member.enrolled_at
    )
    kept = [
        kept_standing(rulebook=rulebook, period=before, today=today)
        for before in TierPeriod.objects.filter(member=member, ended_at__isnull=False).order_by("pk")
        if before.end_reason not in TAKEN_AWAY and rulebook.tier(before.tier_id).rank < current.rank
    ]
    return max((earned, *kept[-1:]), key=lambda standing: standing.order)


def _open_period(member_id: int) -> TierPeriod:
    return TierPeriod.objects.get(member_id=member_id, ended_at=None)


def _change(member: Member, standing: Standing, *, at: datetime, reason: TierReason) -> TierChange:
    return TierChange(
        member_id=member.pk,
        from_tier_id=member.tier_id,
        to_tier_id=standing.tier.id,
        at=at,
        reason=reason,
        held_until_date=standing.held_until_date,
        is_manual=standing.is_manual,
        note=standing.note,
        explanation={"reached": standing.reached_date.isoformat()} if standing.reached_date else {},
    )


def _given(change: TierChange, *, action: str, actor: User | None, now: datetime) -> TierPeriod:
    write_changes(changes=[change], now=now)
    rulebook = current_rulebook()
    record_audit(
        actor=actor,
        action=action,
        now=now,
        member_id=change.member_id,
        details={
            "from": rulebook.tier(change.from_tier_id).code,
            "to": rulebook.tier(change.to_tier_id).code,
            "until": change.held_until_date.isoformat() if change.held_until_date else None,
            "note": change.note,
        },
    )
    return _open_period(change.member_id)
