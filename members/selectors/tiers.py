"""Tiers as members see them: the ladder, how far it is to the next one, and what the present one takes to keep."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import F, Q

from members import clock, tier_sentences
from members.models import Member, Purchase, Tier, TierMeasure, TierPeriod, TierWindow, Transfer, TransferKind
from members.rule_terms import TierTerms
from members.selectors.rulebook import Rulebook, current_rulebook
from members.selectors.tier_figures import TierFigures
from members.tier_windows import held_until, last_day_in_window, window_start, year_end


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is to the next tier, and what the present one takes to keep.

    Units: ``remaining`` in the measure of the next tier (minor units, points or visits). Without a next tier that
    can be reached, ``percent``, ``remaining`` and ``by_date`` are None; ``by_date`` also where there is no hurry.
    """

    tier: TierTerms
    next_tier: TierTerms | None
    percent: int | None
    remaining: int | None
    by_date: date | None
    next_sentence: str
    keep_sentence: str
    is_at_risk: bool = False
    """Whether the present tier is lost unless something is bought: what the member should read first."""


class Keeping(NamedTuple):
    """What a member reads about keeping their tier, and whether it takes something to."""

    sentence: str
    is_at_risk: bool = False


def ladder() -> list[Tier]:
    """All tiers by rank."""
    return list(Tier.objects.order_by("rank"))


def progress(member: Member, now: datetime, *, rulebook: Rulebook | None = None) -> Progress:
    """Where a member stands; at most five statements, one less with the rulebook of the moment."""
    rulebook, today = rulebook or current_rulebook(), clock.local_date(now)
    tier = rulebook.tier(member.tier_id)
    period = TierPeriod.objects.filter(member=member, ended_at=None).first()
    until = period.held_until_date if period else None
    figures = TierFigures.load(
        tiers=rulebook.tiers,
        wanted=[(member.pk, day, member.enrolled_at) for day in {today, max(until or today, today)}],
        with_invited=True,
    )
    keeping = _keeping(member, tier, period, figures, today) if period and tier.rank else Keeping("")
    above = [each for each in rulebook.tiers if each.rank > tier.rank and not each.is_invitation_only]
    if not above:
        return Progress(tier, None, None, None, None, tier_sentences.highest(), *keeping)
    figure = figures.figure(member_id=member.pk, as_of=today, tier=above[0]) if above[0].threshold else 0
    remaining = max(above[0].threshold - figure, 0)
    by_date = _last_day_for(member, above[0], today) if remaining else None
    return Progress(
        tier=tier,
        next_tier=above[0],
        percent=100 * figure // above[0].threshold if remaining else 100,
        remaining=remaining,
        by_date=by_date,
        next_sentence=tier_sentences.to_reach(above[0], remaining, _text(by_date, today)),
        keep_sentence=keeping.sentence,
        is_at_risk=keeping.is_at_risk,
    )


def _text(day: date | None, today: date) -> str:
    return tier_sentences.day_text(day, today) if day else ""


def _keeping(member: Member, tier: TierTerms, period: TierPeriod, figures: TierFigures, today: date) -> Keeping:
    """Until when the present tier is held, or what is missing to hold it for longer."""
    until = period.held_until_date
    if until is None or period.is_manual or tier.threshold == 0:
        return Keeping(tier_sentences.held(tier, _text(until, today)))
    enrolled = clock.local_date(member.enrolled_at)
    if window_start(tier.window, tier.window_months, until, enrolled) > today:
        return Keeping(tier_sentences.held(tier, _text(until, today)))
    end = max(until, today)
    missing = tier.threshold - figures.figure(member_id=member.pk, as_of=end, tier=tier)
    if missing <= 0:
        return Keeping(tier_sentences.earned_again(tier, _text(held_until(tier, end, member.enrolled_at), today)))
    if today > until:
        # In the grace: what is missing now, for as long as both the grace and the oldest purchase last.
        end = until + timedelta(days=tier.grace_days)
        end = min(end, _last_day_for(member, tier, today) or end)
    return Keeping(tier_sentences.to_keep(tier, missing, _text(end, today)), is_at_risk=True)


def _last_day_for(member: Member, tier: TierTerms, today: date) -> date | None:
    """The last day on which exactly what is missing today still suffices; None: any day."""
    if tier.window == TierWindow.LIFETIME:
        return None
    if tier.window != TierWindow.ROLLING:
        return year_end(tier, today, member.enrolled_at)
    start = window_start(tier.window, tier.window_months, today, today)
    oldest = _oldest_counted(member, tier, start, today)
    return last_day_in_window(oldest, tier.window_months) if oldest else None


def _oldest_counted(member: Member, tier: TierTerms, start: date, today: date) -> date | None:
    purchases = Purchase.objects.filter(member=member, business_date__range=(start, today)).order_by("business_date")
    if tier.measure == TierMeasure.POINTS:
        bonuses = Transfer.objects.filter(
            Q(credit_account__member=member) | Q(credit_account__member__merged_into=member),
            kind=TransferKind.BONUS,
            reversals=None,
            occurred_at__gte=clock.day_start(start),
        )
        first = bonuses.order_by("occurred_at").values_list("occurred_at", flat=True).first()
        counted = purchases.filter(points_earned__gt=F("points_clawed_back"))
        days = [counted.values_list("business_date", flat=True).first(), clock.local_date(first) if first else None]
        return min((day for day in days if day), default=None)
    counts = Q(amount__gt=F("returned_amount"))
    if tier.measure == TierMeasure.VISITS:
        counts |= Q(amount=0)
    return purchases.filter(counts).values_list("business_date", flat=True).first()
