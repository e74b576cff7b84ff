"""What a member reads about tiers: what is missing, until when, and what is held. In the active language."""

from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import TierMeasure
from members.money import display_amount
from members.rule_terms import TierTerms


def day_text(day: date, today: date) -> str:
    """A day, without its year where that is the present one."""
    return date_format(day, "MONTH_DAY_FORMAT" if day.year == today.year else "DATE_FORMAT")


def to_reach(tier: TierTerms, missing: int, by: str) -> str:
    """What is missing to a tier, by a day or at any time."""
    values = {**_figures(missing), "tier": tier.names, "day": by}
    if missing <= 0:
        return _("With your next purchase you are %(tier)s.") % values
    if tier.measure == TierMeasure.SPEND:
        dated, undated = (
            _("%(amount)s more by %(day)s and you are %(tier)s."),
            _("%(amount)s more and you are %(tier)s."),
        )
    elif tier.measure == TierMeasure.POINTS:
        dated = ngettext(
            "%(number)s more point by %(day)s and you are %(tier)s.",
            "%(number)s more points by %(day)s and you are %(tier)s.",
            missing,
        )
        undated = ngettext(
            "%(number)s more point and you are %(tier)s.", "%(number)s more points and you are %(tier)s.", missing
        )
    else:
        dated = ngettext(
            "%(number)s more visit by %(day)s and you are %(tier)s.",
            "%(number)s more visits by %(day)s and you are %(tier)s.",
            missing,
        )
        undated = ngettext(
            "%(number)s more visit and you are %(tier)s.", "%(number)s more visits and you are %(tier)s.", missing
        )
    return (dated if by else undated) % values


def to_keep(tier: TierTerms, missing: int, by: str) -> str:
    """What is missing to hold a tier for longer."""
    values = {**_figures(missing), "tier": tier.names, "day": by}
    if tier.measure == TierMeasure.SPEND:
        return _("%(amount)s more by %(day)s and you keep %(tier)s.") % values
    if tier.measure == TierMeasure.POINTS:
        sentence = ngettext(
            "%(number)s more point by %(day)s and you keep %(tier)s.",
            "%(number)s more points by %(day)s and you keep %(tier)s.",
            missing,
        )
    else:
        sentence = ngettext(
            "%(number)s more visit by %(day)s and you keep %(tier)s.",
            "%(number)s more visits by %(day)s and you keep %(tier)s.",
            missing,
        )
    return sentence % values


def held(tier: TierTerms, until: str) -> str:
    """Until when a tier is the member's, whatever they buy."""
    if not until:
        return _("%(tier)s is yours for good.") % {"tier": tier.names}
    return _("%(tier)s is yours until %(day)s.") % {"tier": tier.names, "day": until}


def earned_again(tier: TierTerms, until: str) -> str:
    """The tier will be renewed."""
    return _("You have earned %(tier)s again: it is yours until %(day)s.") % {"tier": tier.names, "day": until}


def highest() -> str:
    """Nothing is left to climb to."""
    return _("You have reached the highest tier.")


def _figures(missing: int) -> dict[str, str]:
    return {"amount": display_amount(missing), "number": number_format(missing, force_grouping=True)}
