"""What a member is entitled to: the highest tier that was reached on some day and is still held today."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from members import clock
from members.models import Purchase, TierPeriod, TierReason, TierWindow
from members.rule_terms import TierTerms
from members.selectors.rulebook import Rulebook
from members.selectors.tier_figures import TierFigures
from members.tier_windows import held_since, held_until

BY_PURCHASE = (TierReason.UPGRADE, TierReason.LATE_RECEIPT, TierReason.CORRECTION)
# What staff put another tier over goes on once that one ends.
CUT_SHORT = (TierReason.MANUAL, TierReason.INVITATION)


@dataclass(frozen=True, slots=True)
class Standing:
    """A tier and the last day for which it is held; None: no review takes it away.

    ``reached_date`` is the day whose purchases reached it, where purchases did.
    """

    tier: TierTerms
    held_until_date: date | None = None
    reached_date: date | None = None
    is_manual: bool = False
    note: str = ""

    @property
    def order(self) -> tuple[int, date]:
        """The higher tier, then the one held longer."""
        return self.tier.rank, self.held_until_date or date.max


def earned_standing(
    *, figures: TierFigures, member_id: int, days: Iterable[date], today: date, enrolled_at: datetime
) -> Standing:
    """The highest open tier whose threshold was met on one of the days and which is held until today or longer.

    The figures must have been loaded for these days.
    """
    days = list(days)
    for tier in figures.ladder:
        met = [day for day in days if figures.meets(member_id=member_id, as_of=day, tier=tier)]
        standings = [Standing(tier, held_until(tier, day, enrolled_at), day) for day in met]
        held = [each for each in standings if each.held_until_date is None or each.held_until_date >= today]
        if held:
            return max(held, key=lambda standing: standing.order)
    return Standing(figures.base)


def purchase_days(member_ids: Iterable[int], since: date, until: date) -> dict[int, list[date]]:
    """The days between two on which members bought something: figures grow on no other. One statement."""
    days: dict[int, list[date]] = {}
    rows = Purchase.objects.filter(member_id__in=list(member_ids), business_date__range=(since, until))
    for member_id, day in rows.values_list("member_id", "business_date").distinct().order_by("business_date"):
        days.setdefault(member_id, []).append(day)
    return days


class Person(NamedTuple):
    """A member whose standing is asked for as of a day."""

    member_id: int
    enrolled_at: datetime
    day: date


def entitlements(*, rulebook: Rulebook, people: Sequence[Person]) -> dict[int, Standing]:
    """What members' purchases give as of a day each, looking at every day that still counts; two statements for all."""
    if not people:
        return {}
    # Lifetime figures only grow, so that the day itself says it all.
    dated = [tier for tier in rulebook.tiers if tier.rank and tier.window != TierWindow.LIFETIME]
    since = min((held_since(tier, each.day, each.enrolled_at) for tier in dated for each in people), default=date.max)
    bought = purchase_days([each.member_id for each in people], since, max(each.day for each in people))
    looked_at = {
        member_id: [*(on for on in bought.get(member_id, ()) if on < day), day] for member_id, _, day in people
    }
    wanted = [(member_id, on, enrolled_at) for member_id, enrolled_at, _ in people for on in looked_at[member_id]]
    figures = TierFigures.load(tiers=rulebook.tiers, wanted=wanted)
    return {
        member_id: earned_standing(
            figures=figures, member_id=member_id, days=looked_at[member_id], today=day, enrolled_at=enrolled_at
        )
        for member_id, enrolled_at, day in people
    }


def standings_after_manual(*, rulebook: Rulebook, people: Sequence[Person]) -> dict[int, Standing]:
    """What members get whose manual tier is over on a day: what is earned, or what it was put over if still held.

    Three statements for all.
    """
    standings = entitlements(rulebook=rulebook, people=people)
    members = list(standings)
    earlier = TierPeriod.objects.filter(member__in=members, is_manual=False, ended_at__isnull=False).order_by("pk")
    latest = {period.member_id: period for period in earlier} if members else {}
    for member_id, _, day in people:
        period = latest.get(member_id)
        if period and period.end_reason in CUT_SHORT:
            kept = kept_standing(rulebook=rulebook, period=period, today=day)
            standings[member_id] = max((standings[member_id], kept), key=lambda standing: standing.order)
    return standings


def kept_standing(*, rulebook: Rulebook, period: TierPeriod, today: date) -> Standing:
    """What an ended period would still give today had nothing cut it short: until held, and the grace on top."""
    tier = rulebook.tier(period.tier_id)
    grace = timedelta(days=0 if period.is_manual else tier.grace_days)
    if period.held_until_date is None or today <= period.held_until_date + grace:
        return Standing(tier, period.held_until_date, reached_on(period), period.is_manual, period.note)
    return Standing(rulebook.tiers[0])


def reached_on(period: TierPeriod) -> date | None:
    """The day whose purchases reached a period's tier; None where none did."""
    if period.start_reason in BY_PURCHASE:
        return clock.local_date(period.started_at)
    day = period.explanation.get("reached")
    return date.fromisoformat(day) if day else None
