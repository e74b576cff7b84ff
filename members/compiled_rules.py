"""Rule versions made ready for the till: sets, seconds and ranks, sorted once for all purchases of a season."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple, Protocol

from members.models import RuleKind
from members.rule_terms import DAY_SECONDS, VersionTerms


class Line(Protocol):
    """A line of a receipt, as far as earning looks at it. Units: amount in minor units."""

    @property
    def amount(self) -> int: ...

    @property
    def sku(self) -> str: ...

    @property
    def category(self) -> str: ...


class Occasion(NamedTuple):
    """A purchase as a whole; weekday (1 is Monday) and second of the day in the programme's zone."""

    store_id: int
    channel: str
    weekday: int
    second: int
    rank: int
    is_first: bool


class Rule:
    """A version made ready for the till: sets, seconds and ranks instead of rows."""

    __slots__ = (
        "categories",
        "channels",
        "first_only",
        "from_second",
        "has_line_conditions",
        "has_time",
        "id",
        "is_capped",
        "is_conditional",
        "is_rate",
        "minimum",
        "per_amount",
        "percent",
        "points",
        "rank",
        "rule_id",
        "skus",
        "stores",
        "terms",
        "until_second",
        "weekdays",
    )

    def __init__(self, terms: VersionTerms, *, ranks: Mapping[int, int]) -> None:
        """``ranks``: the rank of each tier by id."""
        self.terms = terms
        self.id, self.rule_id = terms.id, terms.rule_id
        self.points, self.per_amount, self.percent = terms.points, terms.per_amount, terms.percent
        self.categories, self.skus = terms.categories, terms.skus
        self.stores, self.channels, self.weekdays = terms.stores, terms.channels, terms.weekdays
        self.from_second, self.until_second = terms.seconds or (0, DAY_SECONDS)
        self.rank = 0 if terms.minimum_tier_id is None else ranks[terms.minimum_tier_id]
        self.minimum, self.first_only = terms.minimum_amount, terms.first_purchase_only
        self.has_line_conditions, self.is_capped = terms.has_line_conditions, terms.has_cap
        self.is_rate = terms.is_rate
        self.has_time = (self.from_second, self.until_second) != (0, DAY_SECONDS)
        self.is_conditional = bool(
            self.stores or self.channels or self.weekdays or self.has_time or self.rank or self.first_only
        )

    def refuses(self, occasion: Occasion) -> str | None:
        """The first condition on the purchase as a whole that does not hold."""
        store_id, channel, weekday, second, rank, is_first = occasion
        failed = None
        if self.stores and store_id not in self.stores:
            failed = "store"
        elif self.channels and channel not in self.channels:
            failed = "channel"
        elif self.weekdays and weekday not in self.weekdays:
            failed = "weekday"
        elif self.has_time and not self._holds_at(second):
            failed = "time"
        elif rank < self.rank:
            failed = "tier"
        elif self.first_only and not is_first:
            failed = "first"
        return failed

    def _holds_at(self, second: int) -> bool:
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


class Season:
    """The rules in force between two changes, sorted for scoring."""

    __slots__ = ("bases", "bonuses", "capped", "multipliers")

    def __init__(self, rules: Iterable[Rule]) -> None:
        by_id = sorted(rules, key=lambda rule: rule.rule_id)
        self.bases = sorted(
            (rule for rule in by_id if rule.terms.kind == RuleKind.BASE),
            key=lambda rule: (-Fraction(rule.points, rule.per_amount), rule.rule_id),
        )
        self.multipliers = [rule for rule in by_id if rule.terms.kind == RuleKind.MULTIPLIER]
        self.bonuses = [rule for rule in by_id if rule.terms.kind in (RuleKind.BONUS_RATE, RuleKind.BONUS_FIXED)]
        self.capped = [rule for rule in by_id if rule.is_capped]


class Calendar:
    """Which rules are in force when."""

    __slots__ = ("seasons", "starts")

    def __init__(self, rules: Sequence[Rule]) -> None:
        terms = [rule.terms for rule in rules]
        self.starts = sorted({t.valid_from for t in terms} | {t.valid_until for t in terms if t.valid_until})
        self.seasons = [Season([]), *(Season(_in_force(rules, start)) for start in self.starts)]

    def at(self, moment: datetime) -> Season:
        """The rules in force at a moment: from valid_from until valid_until, exclusive."""
        return self.seasons[bisect_right(self.starts, moment)]


def _in_force(rules: Iterable[Rule], moment: datetime) -> list[Rule]:
    return [
        rule
        for rule in rules
        if rule.terms.valid_from <= moment and (rule.terms.valid_until is None or moment < rule.terms.valid_until)
    ]
