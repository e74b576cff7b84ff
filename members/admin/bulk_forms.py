"""What is asked before a step with many members, and what it would do in sentences."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from members.admin.display import points_in_words
from members.admin.steps import ReasonForm
from members.admin.steps_adjust import AdjustForm
from members.admin.steps_tier import TierForm
from members.models import BulkKind, Tier
from members.selectors.bulk_plans import Plan
from members.templatetags.portal import day

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bulk:
    """One kind of step: its words and its form."""

    title: str | Promise
    action: str | Promise
    form: type[forms.Form]
    is_danger: bool = False


BULK: dict[str, Bulk] = {
    BulkKind.FREEZE: Bulk(
        gettext_lazy("Freeze accounts"), gettext_lazy("Freeze the selected accounts…"), ReasonForm, is_danger=True
    ),
    BulkKind.UNFREEZE: Bulk(
        gettext_lazy("Unfreeze accounts"), gettext_lazy("Unfreeze the selected accounts…"), ReasonForm
    ),
    BulkKind.TIER: Bulk(
        gettext_lazy("Assign a tier"), gettext_lazy("Assign a tier to the selected members…"), TierForm
    ),
    BulkKind.ADJUST: Bulk(
        gettext_lazy("Adjust points"), gettext_lazy("Adjust points of the selected members…"), AdjustForm
    ),
}


def as_answers(kind: str, data: Answers) -> dict[str, Any]:
    """What was filled in, as the service and the database take it."""
    if kind != BulkKind.TIER:
        return dict(data)
    until = data["until_date"]
    return {"tier_id": data["tier"].pk, "note": data["note"], "until_date": until.isoformat() if until else None}


def effects(plan: Plan, data: Answers) -> list[str]:
    """What would happen and what it costs, in sentences."""
    count = len(plan.included)
    if not count:
        return [_("Nothing: everybody is left out.")]
    return [*_WORDS[plan.kind](plan, data, count)]


def members_in_words(count: int) -> str:
    """A number of members with its noun."""
    text = ngettext("%(count)s member", "%(count)s members", count)
    return text % {"count": number_format(count, force_grouping=True)}


def _freeze(plan: Plan, data: Answers, count: int) -> list[str]:
    names = {"members": members_in_words(count), "points": points_in_words(plan.held)}
    return [
        _("%(members)s can no longer spend or give points.") % names,
        _("Together they hold %(points)s, which wait until they are unfrozen.") % names,
        _("Purchases are still recorded and earn points. Nothing is lost."),
    ]


def _unfreeze(plan: Plan, data: Answers, count: int) -> list[str]:
    names = {"members": members_in_words(count), "points": points_in_words(plan.held)}
    return [_("%(members)s can spend and give points again: %(points)s together.") % names]


def _tier(plan: Plan, data: Answers, count: int) -> list[str]:
    tier: Tier = data["tier"]
    from_tiers = pgettext("between the items of a list", ", ").join(
        _("%(count)s from %(tier)s") % {"count": number_format(number, force_grouping=True), "tier": name}
        for name, number in sorted(plan.moves.items())
    )
    names = {"members": members_in_words(count), "tier": tier.name, "moves": from_tiers}
    factor = f"×{tier.multiplier_percent / 100:g}"
    sentences = [
        _("%(tier)s at once for %(members)s: %(moves)s.") % names,
        _("What it costs: their purchases earn base points %(factor)s from now on, and they have the tier’s benefits.")
        % {"factor": factor},
    ]
    if until := data["until_date"]:
        return [*sentences, _("After %(day)s each gets what is earned by then.") % {"day": day(until)}]
    return [*sentences, _("It stays until somebody ends it: reviews and returns leave it alone.")]


def _adjust(plan: Plan, data: Answers, count: int) -> list[str]:
    figures = {
        "members": members_in_words(count),
        "each": points_in_words(abs(data["points"])),
        "all": points_in_words(abs(plan.points)),
    }
    given = _("Given to %(members)s: %(each)s each. What it costs: %(all)s.")
    taken = _("Taken from %(members)s: %(each)s each, %(all)s in all.")
    sentences = [(given if data["points"] > 0 else taken) % figures]
    if plan.needs_second:
        return [*sentences, _("That is more than you may adjust alone: each waits until a second person approves.")]
    return [*sentences, _("It is posted at once, and the members see it in their points history.")]


_WORDS: dict[str, Callable[[Plan, Answers, int], list[str]]] = {
    BulkKind.FREEZE: _freeze,
    BulkKind.UNFREEZE: _unfreeze,
    BulkKind.TIER: _tier,
    BulkKind.ADJUST: _adjust,
}
