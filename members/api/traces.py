"""Traces as callers get them: the stored form is compact (members/scoring.py), theirs has names."""

from typing import Any

from members.money import format_amount
from members.selectors.rulebook import Rulebook

PERIODS = {"d": "day", "m": "month", "t": "total"}


def structured(trace: dict[str, Any], rulebook: Rulebook) -> dict[str, Any] | None:
    """The trace of a purchase with names; None for what is not one."""
    if "rules" not in trace:
        return None
    tiers = {tier.id: tier.code for tier in rulebook.tiers}
    return {
        "tier": tiers.get(trace.get("tier", 0)),
        "base": trace["base"],
        "multiplier_percent": trace["x"],
        "multiplier_from": "tier" if trace["by"] == "tier" else "rule",
        "rules": [_rule(entry, rulebook) for entry in trace["rules"]],
        "total": trace["total"],
        "reckoned_anew": trace.get("because"),
        "before": trace.get("before"),
    }


def _rule(entry: list[Any], rulebook: Rulebook) -> dict[str, Any]:
    # Empty elements at the end are not stored.
    rule, version, points, failed, amount, capped_from, capped_by = [*entry, None, None, None, None][:7]
    return {
        "rule": rule,
        "version": version,
        "name": str(rulebook.rule_names.get(rule, "")),
        "points": points,
        "failed": failed,
        "amount": None if amount is None else format_amount(amount),
        "capped_from": capped_from,
        "capped_by": PERIODS.get(capped_by),
    }
