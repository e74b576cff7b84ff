"""The trace of a purchase as sentences: what each rule gave, what was rounded down, capped, or did not apply."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import RuleKind
from members.money import display_amount
from members.rule_terms import VersionTerms
from members.selectors import rule_phrases as phrases
from members.selectors.refusals import refusal
from members.selectors.rulebook import Rulebook

# A multiplier in percent that changes nothing.
UNCHANGED = 100


@dataclass(frozen=True, slots=True)
class TraceRule:
    """A rule's entry of a trace; ``version`` is None where it is no longer known."""

    rule_id: int
    version: VersionTerms | None
    points: int
    failed: str | None
    amount: int | None
    capped_from: int | None
    capped_by: str | None

    @property
    def kind(self) -> str:
        """The version's kind; empty where it is not known."""
        return self.version.kind if self.version else ""

    @property
    def uncapped(self) -> int:
        """Its points before its cap."""
        return self.points if self.capped_from is None else self.capped_from

    @property
    def lost_a_fraction(self) -> bool:
        """Whether its own points were rounded down."""
        if self.version is None or self.amount is None:
            return False
        return self.amount * self.version.points % self.version.per_amount > 0


def sentences(trace: Mapping[str, Any], *, rulebook: Rulebook) -> list[str]:
    """What a purchase earned and why, in the order in which it is reckoned; empty for what is not such a trace."""
    if "rules" not in trace:
        return []
    rules = [_read(entry, rulebook) for entry in trace["rules"]]
    fired = [rule for rule in rules if rule.failed is None and rule.version]
    bases = [rule for rule in fired if rule.kind == RuleKind.BASE]
    bonuses = [rule for rule in fired if rule.kind in {RuleKind.BONUS_RATE, RuleKind.BONUS_FIXED}]
    winner = next((rule for rule in fired if rule.rule_id == trace["by"]), None)
    multiplied = _multiplier(trace, winner, rulebook)
    lines = [*_base(bases, int(trace["base"]), rulebook), *multiplied]
    lines += [line for rule in bonuses for line in _bonus(rule, rulebook)]
    # Where the last line does not say the sum already.
    if (
        bonuses
        or (winner and winner.capped_from)
        or (not multiplied and len(bases) > 1 and not _rounded_together(bases))
    ):
        lines.append(_("Together: %(points)s.") % {"points": phrases.points_text(int(trace["total"]))})
    lines += [
        refusal(rule.failed, rule.version, rulebook, capped_by=rule.capped_by)
        for rule in rules
        if rule.failed and rule.version
    ]
    return lines or [_("No rule gave points at that time.")]


def _read(entry: list[Any], rulebook: Rulebook) -> TraceRule:
    # Empty elements at the end are not stored.
    rule_id, version_id, points, failed, amount, capped_from, capped_by = [*entry, None, None, None, None][:7]
    return TraceRule(rule_id, rulebook.version(version_id), points, failed, amount, capped_from, capped_by)


def _rule_name(rule: TraceRule, rulebook: Rulebook) -> str:
    return str(rulebook.rule_names.get(rule.rule_id, ""))


def _base(rules: list[TraceRule], base: int, rulebook: Rulebook) -> list[str]:
    lines = []
    for rule in rules:
        lines += [_rate(rule, rounded=len(rules) == 1 and rule.lost_a_fraction), *_capped(rule, rulebook)]
    if _rounded_together(rules):
        lines.append(_("Together, rounded down: %(points)s.") % {"points": phrases.points_text(base)})
    return lines


def _rounded_together(bases: list[TraceRule]) -> bool:
    return len(bases) > 1 and any(rule.lost_a_fraction for rule in bases)


def _rate(rule: TraceRule, *, rounded: bool) -> str:
    version = rule.version
    if version is None or rule.amount is None:
        return phrases.points_text(rule.points)
    named = {
        "spent": display_amount(rule.amount),
        "goods": phrases.goods(version),
        "rate": phrases.points_text(version.points),
        "amount": display_amount(version.per_amount),
        "points": phrases.points_text(rule.uncapped),
    }
    if version.has_line_conditions:
        if rounded:
            return _("%(spent)s on %(goods)s at %(rate)s for each %(amount)s: %(points)s, rounded down.") % named
        return _("%(spent)s on %(goods)s at %(rate)s for each %(amount)s: %(points)s.") % named
    if rounded:
        return _("%(spent)s at %(rate)s for each %(amount)s: %(points)s, rounded down.") % named
    return _("%(spent)s at %(rate)s for each %(amount)s: %(points)s.") % named


def _multiplier(trace: Mapping[str, Any], winner: TraceRule | None, rulebook: Rulebook) -> list[str]:
    base, percent = int(trace["base"]), int(trace["x"])
    if not base or percent == UNCHANGED:
        return []
    tier = rulebook.tiers_by_id.get(trace["tier"])
    named = {
        "factor": phrases.factor(percent),
        "rule": _rule_name(winner, rulebook) if winner else "",
        "tier": str(tier.names) if tier else "",
        "points": phrases.points_text(base * percent // 100),
    }
    lost_a_fraction = bool(base * percent % 100)
    if winner:
        text = _("× %(factor)s for “%(rule)s”: %(points)s.")
        if lost_a_fraction:
            text = _("× %(factor)s for “%(rule)s”: %(points)s, rounded down.")
        return [text % named, *_capped(winner, rulebook)]
    text = _("× %(factor)s for %(tier)s: %(points)s.")
    if lost_a_fraction:
        text = _("× %(factor)s for %(tier)s: %(points)s, rounded down.")
    return [text % named]


def _bonus(rule: TraceRule, rulebook: Rulebook) -> list[str]:
    named = {"rule": _rule_name(rule, rulebook), "points": phrases.number(rule.uncapped)}
    if rule.kind == RuleKind.BONUS_FIXED:
        text = ngettext("“%(rule)s”: %(points)s extra point.", "“%(rule)s”: %(points)s extra points.", rule.uncapped)
    else:
        named["reckoning"] = _rate(rule, rounded=rule.lost_a_fraction)
        text = _("“%(rule)s”: %(reckoning)s")
    return [text % named, *_capped(rule, rulebook)]


def _capped(rule: TraceRule, rulebook: Rulebook) -> list[str]:
    if rule.version is None or rule.capped_from is None:
        return []
    named = {
        "rule": _rule_name(rule, rulebook),
        "points": phrases.points_text(rule.points),
        "uncapped": phrases.number(rule.capped_from),
        "cap": phrases.number(phrases.caps_of(rule.version).get(rule.capped_by or "", 0)),
    }
    patterns = {
        "d": _("“%(rule)s” is capped at %(cap)s points a day: %(points)s instead of %(uncapped)s."),
        "m": _("“%(rule)s” is capped at %(cap)s points a month: %(points)s instead of %(uncapped)s."),
    }
    in_all = _("“%(rule)s” is capped at %(cap)s points in all: %(points)s instead of %(uncapped)s.")
    return [patterns.get(rule.capped_by or "", in_all) % named]
