"""What a purchase earns: points = floor(base) x best multiplier + sum of bonuses, clamped by caps.

total = floor(floor(base) * percent / 100) + sum(floor(bonus)). Base: each line earns at the best base rule that
matches it (most points for an amount, then the lowest rule id); a purchase without lines is one line without SKU and
category. The sum is exact and floored once. What a capped base rule may no longer give, its lines earn at the next
best rate.

The trace, stored with each transfer and free of personal data::

    {"v": 1, "tier": 3, "base": 64, "x": 150, "by": "tier", "total": 96,
     "rules": [[rule_id, version_id, points, failed, amount, capped_from, capped_by], ...]}

``tier``: the tier's id. ``x``: the multiplier in percent, ``by``: "tier" or the id of the rule it came from. ``rules``:
every rule in force, by rule id; empty elements at the end are left out. ``points``: what it gave (a base rule before
the multiplier, a multiplier the extra above base). ``failed``: null, or the first condition that did not hold: store,
channel, weekday, tier, time, first, category, sku, minimum; "capped" when nothing is left of its cap; "not_best" when
another rule gave more. ``amount``: what a rate applied to, in minor units. ``capped_from``: the points without the
cap; ``capped_by``: "d" (member and day), "m" (member and month) or "t" (in all).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from fractions import Fraction
from math import prod
from typing import Any

from members.award_caps import CounterRow, Counters, counter_row, limits
from members.compiled_rules import Calendar, Line, Rule
from members.rule_terms import StoreTerms, TierTerms, VersionTerms

Entry = list[Any]
Checked = tuple[str | None, Sequence[int] | None, int]
"""The condition that failed, the positions of the matching lines (None: all of them), their amount."""
Capped = tuple[int, str]
"""The points without the cap, and whose cap it was: "d", "m" or "t"."""
Share = tuple[Rule, Any, Any, Capped | None]
"""A base rule, its points times per_amount (whole or a fraction), the amount it applied to, its cap."""


@dataclass(slots=True)
class PurchaseFacts:
    """What earning looks at. Units: amount in minor units. ``is_first``: the member bought nothing before."""

    occurred_at: datetime
    amount: int
    lines: Sequence[Line]
    store_id: int
    tier_id: int
    member_id: int
    is_first: bool


@dataclass(slots=True)
class Score:
    """Points, why, and what to add to the counters of capped rules."""

    points: int
    trace: dict[str, Any]
    additions: list[CounterRow] = field(default_factory=list)


class Scoring:
    """The rules of one rulebook, ready to score purchases of any time; shared by threads."""

    __slots__ = ("calendar", "tiers", "zone")

    def __init__(
        self,
        *,
        versions: Sequence[VersionTerms],
        tiers: Mapping[int, TierTerms],
        stores: Mapping[int, StoreTerms],
        zone: tzinfo,
    ) -> None:
        self.calendar = Calendar(versions, tiers=tiers, stores=stores)
        self.tiers = tiers
        self.zone = zone

    def score(self, facts: PurchaseFacts, counters: Counters) -> Score:
        """What a purchase earns by the rules in force at its own time; changes nothing (see Counters.add)."""
        return _PurchaseScoring(self, facts, counters).score()

    def counter_keys(self, facts: PurchaseFacts) -> list[str]:
        """The counters to lock and load before ``score``: of the capped rules that the purchase may fire."""
        local = facts.occurred_at.astimezone(self.zone)
        plan = self.calendar.at(facts.occurred_at).plan(facts.store_id, local.isoweekday(), facts.tier_id)
        return [
            key
            for rule in plan.capped
            for key, _period, _cap in limits(rule.terms, member_id=facts.member_id, day=local.date())
        ]


class _PurchaseScoring:
    """One purchase on its way through the rules."""

    __slots__ = ("additions", "counters", "entries", "facts", "local", "plan", "second", "tier", "total")

    def __init__(self, scoring: Scoring, facts: PurchaseFacts, counters: Counters) -> None:
        self.facts = facts
        self.counters = counters
        self.tier = scoring.tiers[facts.tier_id]
        self.local = local = facts.occurred_at.astimezone(scoring.zone)
        self.second = local.hour * 3600 + local.minute * 60 + local.second
        self.plan = scoring.calendar.at(facts.occurred_at).plan(facts.store_id, local.isoweekday(), facts.tier_id)
        self.total = sum([line.amount for line in facts.lines]) if facts.lines else facts.amount
        self.entries: list[Any] = self.plan.entries.copy()
        self.additions: list[CounterRow] = []

    def score(self) -> Score:
        base = self._base()
        points, percent, by = self._multiply(base)
        for rule in self.plan.bonuses:
            points += self._bonus(rule)
        trace = {
            "v": 1,
            "tier": self.tier.id,
            "base": base,
            "x": percent,
            "by": by,
            "rules": self.entries,
            "total": points,
        }
        return Score(points, trace, self.additions)

    def _check(self, rule: Rule) -> Checked:
        if rule.has_time and not rule.holds_at(self.second):
            return "time", None, 0
        if rule.first_only and not self.facts.is_first:
            return "first", None, 0
        if not rule.has_line_conditions:
            return "minimum" if self.facts.amount < rule.minimum else None, None, self.total
        lines = self.facts.lines
        found = rule.matching(lines)
        if isinstance(found, str):
            return found, None, 0
        amount = sum([lines[position].amount for position in found])
        return "minimum" if amount < rule.minimum else None, found, amount

    def _left(self, rule: Rule) -> tuple[int, str]:
        return self.counters.left(rule.terms, member_id=self.facts.member_id, day=self.local.date())

    def _count(self, rule: Rule, points: int) -> None:
        if points and rule.is_capped:
            keys = limits(rule.terms, member_id=self.facts.member_id, day=self.local.date())
            self.additions += [counter_row(key, points) for key, _period, _cap in keys]

    def _clamp(self, rule: Rule, points: int) -> tuple[int, Capped | None]:
        if rule.is_capped:
            left, period = self._left(rule)
            if points > left:
                return left, (points, period)
        return points, None

    def _fail(self, rule: Rule, failed: str) -> None:
        self.entries[rule.position] = [rule.rule_id, rule.id, 0, failed]

    # -- base -------------------------------------------------------------------------------------------------------

    def _base(self) -> int:
        base, taken = 0, False
        for rule in self.plan.bases:
            failed, _found, amount = self._check(rule)
            if failed or taken:
                self._fail(rule, failed or "not_best")
            elif amount == self.total and not rule.is_capped:
                # The usual purchase: the best rule earns on everything.
                base, taken = amount * rule.points // rule.per_amount, True
                self.entries[rule.position] = [rule.rule_id, rule.id, base, None, amount]
            else:
                return self._shared_base()
        return base

    def _shared_base(self) -> int:
        """The base of a purchase whose lines earn at several rates, or at a capped one."""
        lines = self.facts.lines
        rest: list[Any] = [line.amount for line in lines] if lines else [self.facts.amount]
        shares: list[Share] = []
        for rule in self.plan.bases:
            failed, found, _amount = self._check(rule)
            positions = range(len(rest)) if found is None else found
            amount = sum([rest[position] for position in positions])
            if failed or (shares and not amount):
                self._fail(rule, failed or "not_best")
                continue
            share, kept = self._share(rule, amount)
            shares.append(share)
            for position in positions:
                rest[position] *= kept
        return self._allot(shares)

    def _share(self, rule: Rule, amount: Any) -> tuple[Share, Any]:
        """What a rule gives for an amount, times its per_amount; and the part of it that its cap leaves to others."""
        points = amount * rule.points
        if rule.is_capped:
            left, period = self._left(rule)
            allowed = left * rule.per_amount
            if points > allowed:
                capped = (int(points // rule.per_amount), period)
                return (rule, allowed, amount, capped), 1 - Fraction(allowed) / points
        return (rule, points, amount, None), 0

    def _allot(self, shares: list[Share]) -> int:
        """Floor the exact sum once; where several rules made it, the largest fractions get the points in between."""
        common = prod([rule.per_amount for rule, _points, _amount, _capped in shares])
        exact = [points * (common // rule.per_amount) for rule, points, _amount, _capped in shares]
        base = int(sum(exact) // common)
        parts = [int(value // common) for value in exact]
        missing = base - sum(parts)
        if missing:
            by_fraction = sorted(range(len(shares)), key=lambda position: -(exact[position] % common))
            for position in by_fraction[:missing]:
                parts[position] += 1
        for (rule, _points, amount, capped), part in zip(shares, parts, strict=True):
            failed = "capped" if capped and not part else None
            self.entries[rule.position] = _entry(rule, part, failed=failed, amount=int(amount), capped=capped)
            self._count(rule, part)
        return base

    # -- multiplier and bonuses -------------------------------------------------------------------------------------

    def _multiply(self, base: int) -> tuple[int, int, int | str]:
        percent = self.tier.multiplier_percent
        points = base * percent // 100
        best: Rule | None = None
        fired: list[tuple[Rule, int, Capped | None]] = []
        for rule in self.plan.multipliers:
            failed, _found, _amount = self._check(rule)
            if failed:
                self._fail(rule, failed)
                continue
            extra, capped = self._clamp(rule, base * rule.percent // 100 - base)
            fired.append((rule, extra, capped))
            if (extra or not capped) and (base + extra, rule.percent) > (points, percent):
                points, percent, best = base + extra, rule.percent, rule
        for rule, extra, capped in fired:
            if rule is best:
                self.entries[rule.position] = _entry(rule, extra, capped=capped)
                self._count(rule, extra)
            else:
                failed = "capped" if capped and not extra else "not_best"
                self.entries[rule.position] = _entry(rule, 0, failed=failed, capped=capped)
        return points, percent, best.rule_id if best else "tier"

    def _bonus(self, rule: Rule) -> int:
        failed, _found, amount = self._check(rule)
        if failed:
            self._fail(rule, failed)
            return 0
        award = amount * rule.points // rule.per_amount if rule.is_rate else rule.points
        points, capped = self._clamp(rule, award)
        failed = "capped" if capped and not points else None
        shown = amount if rule.is_rate else None
        self.entries[rule.position] = _entry(rule, points, failed=failed, amount=shown, capped=capped)
        self._count(rule, points)
        return points


def _entry(
    rule: Rule, points: int, *, failed: str | None = None, amount: int | None = None, capped: Capped | None = None
) -> Entry:
    """A rule's line of the trace, without empty elements at its end."""
    if capped:
        return [rule.rule_id, rule.id, points, failed, amount, *capped]
    if amount is not None:
        return [rule.rule_id, rule.id, points, failed, amount]
    return [rule.rule_id, rule.id, points, failed] if failed else [rule.rule_id, rule.id, points]
