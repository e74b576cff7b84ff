"""What a member is entitled to: the highest tier that was reached on some day and is still held today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from members.models import Purchase, TierPeriod, TierWindow
from members.rule_terms import TierTerms
from members.selectors.rulebook import Rulebook
from members.selectors.tier_figures import TierFigures
from members.tier_windows import held_since, held_until


@dataclass(frozen=True, slots=True)
class Standing:
    """A tier and the last day for which it is held; None: no review takes it away."""

    tier: TierTerms
    held_until_date: date | None = None
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
        standings = [Standing(tier, held_until(tier, day, enrolled_at)) for day in met]
        held = [each for each in standings if each.held_until_date is None or each.held_until_date >= today]
        if held:
            return max(held, key=lambda standing: standing.order)
    return Standing(figures.base)


def days_since(*, member_id: int, since: date, today: date) -> list[date]:
    """Today and the days with a purchase since a day: figures grow on no other."""
    days = Purchase.objects.filter(member_id=member_id, business_date__range=(since, today))
    return sorted({today, *days.values_list("business_date", flat=True)})


def entitlement(*, rulebook: Rulebook, member_id: int, enrolled_at: datetime, today: date) -> Standing:
    """What a member's purchases give today, looking at every day that can still count; two statements."""
    # Lifetime figures only grow, so that today says it all.
    starts = [held_since(t, today, enrolled_at) for t in rulebook.tiers if t.rank and t.window != TierWindow.LIFETIME]
    days = days_since(member_id=member_id, since=min(starts, default=today), today=today)
    wanted = [(member_id, day, enrolled_at) for day in days]
    figures = TierFigures.load(tiers=rulebook.tiers, wanted=wanted)
    return earned_standing(figures=figures, member_id=member_id, days=days, today=today, enrolled_at=enrolled_at)


def kept_standing(*, rulebook: Rulebook, periods: Iterable[TierPeriod], today: date) -> Standing | None:
    """What ended periods would still give today had nothing cut them short: until held, and the grace on top."""
    kept = [
        Standing(rulebook.tier(period.tier_id), period.held_until_date, period.is_manual, period.note)
        for period in periods
        if _is_held(period, rulebook.tier(period.tier_id), today)
    ]
    return max(kept, key=lambda standing: standing.order, default=None)


def _is_held(period: TierPeriod, tier: TierTerms, today: date) -> bool:
    if period.held_until_date is None:
        return True
    grace = timedelta(days=0 if period.is_manual else tier.grace_days)
    return today <= period.held_until_date + grace
