"""Scoring agrees with the plainest model of itself, whatever the rules and the purchase."""

from dataclasses import replace
from fractions import Fraction
from math import floor
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from members.award_caps import Counters
from members.compiled_rules import Line
from members.rule_terms import VersionTerms
from members.scoring import PurchaseFacts
from tests.members.scoring_support import GOLD, REGULAR, SHOP, TIERS, WEB, Item, purchase, scoring, version

AMOUNTS = st.integers(0, 3_000_000)
CATEGORIES = st.sampled_from(["", "Books", "Coffee"])
ITEMS = st.builds(Item, amount=AMOUNTS, category=CATEGORIES, sku=st.sampled_from(["", "a", "b"]))
PURCHASES = st.builds(
    lambda amount, lines, tier, store, first: purchase(
        amount, tuple(lines), tier_id=tier, store_id=store, is_first=first
    ),
    AMOUNTS,
    st.lists(ITEMS, max_size=4),
    st.sampled_from([REGULAR, GOLD]),
    st.sampled_from([SHOP, WEB]),
    st.booleans(),
)


@st.composite
def versions(draw: st.DrawFn, *, with_caps: bool) -> list[VersionTerms]:
    found = []
    for rule_id in range(1, draw(st.integers(1, 7)) + 1):
        kind = draw(st.sampled_from(["base", "base", "multiplier", "bonus_rate", "bonus_fixed"]))
        terms: dict[str, Any] = {"minimum_amount": draw(st.sampled_from([0, 0, 5_000]))}
        if kind in {"base", "bonus_rate"}:
            terms |= {"points": draw(st.integers(1, 9)), "per_amount": draw(st.sampled_from([1, 7, 100, 300, 1_000]))}
        if kind == "multiplier":
            terms["percent"] = draw(st.integers(101, 400))
        else:
            terms["categories"] = draw(st.sets(CATEGORIES.filter(bool), max_size=2))
            terms["skus"] = draw(st.sets(st.sampled_from(["a", "b"]), max_size=1))
        terms["channels"] = draw(st.sets(st.sampled_from(["shop", "web"]), max_size=1))
        terms["first_purchase_only"] = draw(st.booleans())
        terms["minimum_tier_id"] = draw(st.sampled_from([None, REGULAR, GOLD]))
        if with_caps:
            for cap in ("cap_member_day", "cap_member_month", "cap_total"):
                terms[cap] = draw(st.none() | st.integers(0, 500))
        found.append(version(rule_id, kind, **terms))
    return found


def matching(rule: VersionTerms, facts: PurchaseFacts) -> list[Line] | None:
    """The lines that a rule earns on; None where it does not fire."""
    lines = [
        line
        for line in facts.lines or [Item(facts.amount)]
        if (not rule.categories or line.category in rule.categories) and (not rule.skus or line.sku in rule.skus)
    ]
    compared = sum(line.amount for line in lines) if rule.categories or rule.skus else facts.amount
    fires = (
        lines
        and (not rule.channels or {SHOP: "shop", WEB: "web"}[facts.store_id] in rule.channels)
        and (not rule.first_purchase_only or facts.is_first)
        and TIERS[facts.tier_id].rank >= TIERS[rule.minimum_tier_id or REGULAR].rank
        and compared >= rule.minimum_amount
    )
    return list(lines) if fires else None


def model(rules: list[VersionTerms], facts: PurchaseFacts) -> int:
    """The formula, read aloud."""
    fired = [(rule, lines) for rule in rules if (lines := matching(rule, facts)) is not None]
    base = Fraction(0)
    for line in facts.lines or [Item(facts.amount)]:
        rates = [
            Fraction(rule.points, rule.per_amount)
            for rule, lines in fired
            if rule.kind == "base" and any(other is line or (not facts.lines) for other in lines)
        ]
        base += max(rates, default=Fraction(0)) * line.amount
    percents = [rule.percent for rule, _lines in fired if rule.kind == "multiplier"]
    total = floor(floor(base) * Fraction(max([*percents, TIERS[facts.tier_id].multiplier_percent]), 100))
    for rule, lines in fired:
        if rule.kind == "bonus_fixed":
            total += rule.points
        if rule.kind == "bonus_rate":
            total += floor(Fraction(rule.points, rule.per_amount) * sum(line.amount for line in lines))
    return total


@given(versions(with_caps=False), PURCHASES)
def test_the_total_is_that_of_the_plain_model(rules: list[VersionTerms], facts: PurchaseFacts) -> None:
    assert scoring(*rules).score(facts, Counters()).points == model(rules, facts)


@given(versions(with_caps=True), PURCHASES)
def test_the_trace_adds_up(rules: list[VersionTerms], facts: PurchaseFacts) -> None:
    found = scoring(*rules).score(facts, Counters())
    kinds = {rule.id: rule.kind for rule in rules}
    points = dict.fromkeys(("base", "multiplier", "bonus_rate", "bonus_fixed"), 0)
    for _rule, version_id, given_points, *_rest in found.trace["rules"]:
        points[kinds[version_id]] += given_points
    trace = found.trace
    assert points["base"] == trace["base"]
    multiplied = trace["base"] * trace["x"] // 100 if trace["by"] == "tier" else trace["base"] + points["multiplier"]
    assert found.points == trace["total"] == multiplied + points["bonus_rate"] + points["bonus_fixed"]
    assert [line[0] for line in trace["rules"]] == [rule.rule_id for rule in rules]


@given(versions(with_caps=True), PURCHASES, st.integers(1, 1_000_000))
def test_spending_more_never_earns_less(rules: list[VersionTerms], facts: PurchaseFacts, more: int) -> None:
    rulebook = scoring(*rules)
    if facts.lines:
        lines = (replace(Item(**_fields(facts.lines[0])), amount=facts.lines[0].amount + more), *facts.lines[1:])
        bigger = replace(facts, amount=facts.amount + more, lines=lines)
    else:
        bigger = replace(facts, amount=facts.amount + more)
    assert rulebook.score(bigger, Counters()).points >= rulebook.score(facts, Counters()).points


def _fields(line: Line) -> dict[str, Any]:
    return {"amount": line.amount, "category": line.category, "sku": line.sku}


@given(versions(with_caps=True), st.lists(PURCHASES, min_size=1, max_size=8))
def test_no_sequence_of_purchases_exceeds_a_cap(rules: list[VersionTerms], purchases: list[PurchaseFacts]) -> None:
    rulebook, counters = scoring(*rules), Counters()
    given_points = dict.fromkeys([rule.id for rule in rules], 0)
    for facts in purchases:
        found = rulebook.score(facts, counters)
        counters.add(found.additions)
        assert {key for key, *_rest in found.additions} <= set(rulebook.counter_keys(facts))
        for _rule, version_id, points, *_rest in found.trace["rules"]:
            given_points[version_id] += points
    for rule in rules:
        caps = [cap for cap in (rule.cap_member_day, rule.cap_member_month, rule.cap_total) if cap is not None]
        assert not caps or given_points[rule.id] <= min(caps)
