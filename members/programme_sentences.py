"""What the programme promises about points, as sentences: when they can be used, until when, and whom they may go to.

From the settings and the expiry policy in force, so that the help page can't say anything else than what happens.
"""

from calendar import monthrange
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import ExpiryKind
from members.rule_terms import PolicyTerms

LEAP_YEAR = 2024


def usable_from(pending_days: int) -> str:
    """When points of a purchase can be spent."""
    if not pending_days:
        return _("You can use points as soon as you have paid.")
    return ngettext(
        "You can use points once %(days)s day has passed, in which a purchase may come back.",
        "You can use points once %(days)s days have passed, in which a purchase may come back.",
        pending_days,
    ) % {"days": number_format(pending_days)}


def usable_until(policy: PolicyTerms) -> str:
    """How long points live under a policy."""
    if policy.kind == ExpiryKind.NEVER:
        return _("Points never expire.")
    patterns = {
        ExpiryKind.END_OF_MONTH: ngettext(
            "Points can be used until the end of the month, %(months)s month after you earned them.",
            "Points can be used until the end of the month, %(months)s months after you earned them.",
            policy.months,
        ),
        ExpiryKind.ROLLING: ngettext(
            "Points can be used for %(months)s month from the day you earned them.",
            "Points can be used for %(months)s months from the day you earned them.",
            policy.months,
        ),
        ExpiryKind.ACTIVITY: ngettext(
            "Points can be used for %(months)s month after your last purchase: each one gives all of them new time.",
            "Points can be used for %(months)s months after your last purchase: each one gives all of them new time.",
            policy.months,
        ),
        ExpiryKind.FIXED_DATE: ngettext(
            "Points expire on %(day)s, at the earliest %(months)s month after you earned them.",
            "Points expire on %(day)s, at the earliest %(months)s months after you earned them.",
            policy.months,
        ),
    }
    named = {"months": number_format(policy.months), "day": _fixed_day(policy)}
    return patterns[ExpiryKind(policy.kind)] % named


def good_until(last: date) -> str:
    """The policy on an example: what is earned today."""
    return _("What you earn today is good until %(day)s, and that day still counts.") % {
        "day": date_format(last, "DATE_FORMAT")
    }


def gift_limits(day: int, month: int) -> str:
    """How many points one may give away."""
    named = {"day": number_format(day, force_grouping=True), "month": number_format(month, force_grouping=True)}
    return _("You can give other members up to %(day)s points a day and %(month)s a month.") % named


def _fixed_day(policy: PolicyTerms) -> str:
    if policy.fixed_month is None or policy.fixed_day is None:
        return ""
    # A leap year, since the sentence names none; the month's last day where it has no such day.
    day = min(policy.fixed_day, monthrange(LEAP_YEAR, policy.fixed_month)[1])
    return date_format(date(LEAP_YEAR, policy.fixed_month, day), "MONTH_DAY_FORMAT")
