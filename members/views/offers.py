"""Tiers as an offer: what each brings, how one gets there and what keeps it, in sentences."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Tier, TierDowngrade, TierMeasure, TierWindow
from members.money import display_amount
from members.selectors import programme_rules
from members.selectors.rulebook import Rulebook, current_rulebook
from members.selectors.tiers import ladder

# The points as they are, in percent.
ONCE = 100


@dataclass(frozen=True, slots=True)
class Offer:
    """One tier on the tiers page and the landing page."""

    tier: Tier
    entry: str
    keeping: str
    benefits: list[str]


def offers() -> list[Offer]:
    """All tiers in the order of their rank."""
    return [Offer(tier=tier, entry=entry(tier), keeping=keeping(tier), benefits=benefits(tier)) for tier in ladder()]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line of the table of tiers: a cell a tier, in words, or whether something holds there."""

    label: str
    cells: list[str | bool]


def comparison(shown: list[Offer], rulebook: Rulebook, now: datetime) -> list[Comparison]:
    """The tiers side by side: how one gets there, what a purchase earns, which rules are for some only, how long."""
    lines = [Comparison(_("How you get there"), [offer.entry for offer in shown])]
    worth = programme_rules.example(rulebook, now)
    if worth:
        points = {tier.id: number_format(value, force_grouping=True) for tier, value in worth.points}
        label = _("Points for %(amount)s, right now") % {"amount": worth.amount}
        lines.append(Comparison(label, [points[offer.tier.pk] for offer in shown]))
    lines += [
        Comparison(str(way.name), [offer.tier.rank >= way.minimum_rank for offer in shown])
        for way in programme_rules.ways_now(rulebook, now)
        if way.minimum_rank
    ]
    if any(offer.keeping for offer in shown):
        lines.append(Comparison(_("When the time is up"), [offer.keeping for offer in shown]))
    return lines


def ways(now: datetime) -> list[str]:
    """How points are earned at a moment: each rule that is in force, as a sentence."""
    return [way.sentence for way in programme_rules.ways_now(current_rulebook(), now)]


def benefits(tier: Tier) -> list[str]:
    """What the tier brings, its multiplier first."""
    lines = [line.strip() for line in tier.benefits.splitlines() if line.strip()]
    if tier.multiplier_percent > ONCE:
        factor = number_format(f"{tier.multiplier_percent / ONCE:g}")
        lines.insert(0, _("%(factor)s times the points") % {"factor": factor})
    return lines


def entry(tier: Tier) -> str:
    """How one gets there."""
    if tier.is_invitation_only:
        return _("By invitation")
    if tier.threshold == 0:
        return _("From the first day")
    return _("%(amount)s %(window)s") % {"amount": threshold(tier), "window": window(tier)}


def threshold(tier: Tier) -> str:
    """The amount, points or visits that the tier asks for."""
    number = number_format(tier.threshold, force_grouping=True)
    if tier.measure == TierMeasure.SPEND:
        return _("Spend %(amount)s") % {"amount": display_amount(tier.threshold)}
    if tier.measure == TierMeasure.POINTS:
        return ngettext("Earn %(number)s point", "Earn %(number)s points", tier.threshold) % {"number": number}
    return ngettext("Come by on %(number)s day", "Come by on %(number)s days", tier.threshold) % {"number": number}


def window(tier: Tier) -> str:
    """The time in which it counts."""
    if tier.window == TierWindow.ROLLING:
        return ngettext("within %(months)s month", "within %(months)s months", tier.window_months) % {
            "months": tier.window_months
        }
    if tier.window == TierWindow.CALENDAR_YEAR:
        return _("in a calendar year")
    if tier.window == TierWindow.MEMBERSHIP_YEAR:
        return _("in a year of membership")
    return _("over time")


def keeping(tier: Tier) -> str:
    """What a review does when the threshold is missed."""
    if tier.rank == 0:
        return ""
    if tier.downgrade == TierDowngrade.NEVER or tier.window == TierWindow.LIFETIME:
        return _("Once reached, yours for good.")
    if not tier.grace_days:
        return ""
    return ngettext(
        "If it runs out, you have %(days)s more day to make up for it.",
        "If it runs out, you have %(days)s more days to make up for it.",
        tier.grace_days,
    ) % {"days": tier.grace_days}
