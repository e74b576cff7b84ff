"""Rule versions made ready for the till: sets, seconds and ranks, filtered once for all purchases alike.

Of a rule's conditions, store, channel, weekday and tier are the same for thousands of purchases: a season keeps a plan
for each combination it meets. Time of day, first purchase, lines and minimum are looked at for each purchase.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Protocol

from members.models import RuleKind
from members.rule_terms import DAY_SECONDS, StoreTerms, TierTerms, VersionTerms

# A chain with hundreds of stores stays below; a bound all the same.
PLANS_KEPT = 20_000


class Line(Protocol):
    """A line of a receipt, as far as earning looks at it. Units: amount in minor units."""

    @property
    def amount(self) -> int: ...

    @property
    def sku(self) -> str: ...

    @property
    def category(self) -> str: ...


class Rule:
    """A version in a season; ``position`` is its place among the season's rules by rule id."""

    __slots__ = (
        "categories",
        "first_only",
        "from_second",
        "has_line_conditions",
        "has_time",
        "id",
        "is_capped",
        "is_rate",
        "minimum",
        "per_amount",
        "percent",
        "points",
        "position",
        "rule_id",
        "skus",
        "terms",
        "until_second",
    )

    def __init__(self, terms: VersionTerms, position: int) -> None:
        self.terms, self.position = terms, position
        self.id, self.rule_id = terms.id, terms.rule_id
        self.points, self.per_amount, self.percent = terms.points, terms.per_amount, terms.percent
        self.categories, self.skus = terms.categories, terms.skus
        self.from_second, self.until_second = terms.seconds or (0, DAY_SECONDS)
        self.has_time = terms.seconds is not None
        self.minimum, self.first_only = terms.minimum_amount, terms.first_purchase_only
        self.has_line_conditions, self.is_capped, self.is_rate = (
            terms.has_line_conditions,
            terms.has_cap,
            terms.is_rate,
        )

    def holds_at(self, second: int) -> bool:
        """Whether a second of the day is in its window, which may wrap midnight."""
        if self.from_second < self.until_second:
            return self.from_second <= second < self.until_second
        return second >= self.from_second or second < self.until_second

    def matching(self, lines: Sequence[Line]) -> list[int] | str:
        """The positions of the lines that its line conditions let in, or the condition that none meets."""
        found = list(range(len(lines)))
        if self.categories:
            found = [position for position in found if lines[position].category in self.categories]
            if not found:
                return "category"
        if self.skus:
            found = [position for position in found if lines[position].sku in self.skus]
        return found or "sku"


class Plan:
    """The rules of a season that may fire at one store, on one weekday, for one tier.

    ``entries`` is the beginning of the trace: an entry for each rule that cannot fire, None where one may.
    """

    __slots__ = ("bases", "bonuses", "capped", "entries", "multipliers")

    def __init__(self, rules: Sequence[Rule], refused: Mapping[int, str]) -> None:
        self.entries: list[Any] = [
            [rule.rule_id, rule.id, 0, refused[rule.id]] if rule.id in refused else None for rule in rules
        ]
        possible = [rule for rule in rules if rule.id not in refused]
        self.bases = sorted(
            (rule for rule in possible if rule.terms.kind == RuleKind.BASE),
            key=lambda rule: (-Fraction(rule.points, rule.per_amount), rule.rule_id),
        )
        self.multipliers = [rule for rule in possible if rule.terms.kind == RuleKind.MULTIPLIER]
        self.bonuses = [rule for rule in possible if rule.terms.kind in (RuleKind.BONUS_RATE, RuleKind.BONUS_FIXED)]
        self.capped = [rule for rule in possible if rule.is_capped]


class Season:
    """The rules in force between two changes."""

    __slots__ = ("_plans", "channels", "ranks", "rules")

    def __init__(
        self, versions: Iterable[VersionTerms], *, ranks: Mapping[int, int], channels: Mapping[int, str]
    ) -> None:
        by_rule = sorted(versions, key=lambda terms: terms.rule_id)
        self.rules = [Rule(terms, position) for position, terms in enumerate(by_rule)]
        self.ranks = ranks
        self.channels = channels
        self._plans: dict[tuple[int, int, int], Plan] = {}

    def plan(self, store_id: int, weekday: int, tier_id: int) -> Plan:
        """What may fire there; weekday: 1 is Monday."""
        key = (store_id, weekday, tier_id)
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= PLANS_KEPT:
                self._plans.clear()
            refused = {rule.id: self._refusal(rule.terms, *key) for rule in self.rules}
            plan = Plan(self.rules, {pk: failed for pk, failed in refused.items() if failed})
            self._plans[key] = plan
        return plan

    def _refusal(self, terms: VersionTerms, store_id: int, weekday: int, tier_id: int) -> str | None:
        if terms.stores and store_id not in terms.stores:
            return "store"
        if terms.channels and self.channels.get(store_id) not in terms.channels:
            return "channel"
        if terms.weekdays and weekday not in terms.weekdays:
            return "weekday"
        if terms.minimum_tier_id and self.ranks[tier_id] < self.ranks[terms.minimum_tier_id]:
            return "tier"
        return None


class Calendar:
    """Which rules are in force when."""

    __slots__ = ("seasons", "starts")

    def __init__(
        self,
        versions: Sequence[VersionTerms],
        *,
        tiers: Mapping[int, TierTerms],
        stores: Mapping[int, StoreTerms],
    ) -> None:
        ranks = {tier.id: tier.rank for tier in tiers.values()}
        channels = {store.id: store.channel for store in stores.values()}
        self.starts = sorted({v.valid_from for v in versions} | {v.valid_until for v in versions if v.valid_until})
        self.seasons = [
            Season(in_force, ranks=ranks, channels=channels)
            for in_force in [[], *(_in_force(versions, start) for start in self.starts)]
        ]

    def at(self, moment: datetime) -> Season:
        """The rules in force at a moment: from valid_from until valid_until, exclusive."""
        return self.seasons[bisect_right(self.starts, moment)]


def _in_force(versions: Iterable[VersionTerms], moment: datetime) -> list[VersionTerms]:
    return [v for v in versions if v.valid_from <= moment and (v.valid_until is None or moment < v.valid_until)]
