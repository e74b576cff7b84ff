"""What tiers, stores, expiry policies and rule versions say, as plain values that no query stands behind.

A process keeps them for as long as the programme's rulebook has the same revision (members/selectors/rulebook.py).
"""

from dataclasses import dataclass
from datetime import datetime, time

from django.utils.translation import get_language
from modeltranslation.utils import resolution_order

from members.models import RuleKind

DAY_SECONDS = 24 * 60 * 60


class Names(dict[str, str]):
    """A name in each language that has one, by language code."""

    def __str__(self) -> str:
        """The name in the active language, or in the one that stands in for it."""
        for language in resolution_order(get_language() or "en"):
            if name := self.get(language):
                return name
        return next(iter(self.values()), "")


@dataclass(frozen=True, slots=True)
class TierTerms:
    """A tier; units as in models.Tier."""

    id: int
    code: str
    rank: int
    measure: str
    threshold: int
    window: str
    window_months: int
    downgrade: str
    grace_days: int
    multiplier_percent: int
    is_invitation_only: bool
    names: Names


@dataclass(frozen=True, slots=True)
class StoreTerms:
    """A store."""

    id: int
    code: str
    channel: str
    is_active: bool
    names: Names


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    """A version of the expiry policy."""

    id: int
    kind: str
    months: int
    fixed_month: int | None
    fixed_day: int | None
    valid_from: datetime


@dataclass(frozen=True, slots=True)
class VersionTerms:
    """A version of an earning rule; units as in models.EarningRuleVersion. Empty conditions hold always."""

    id: int
    rule_id: int
    kind: str
    valid_from: datetime
    valid_until: datetime | None
    points: int
    per_amount: int
    percent: int
    categories: frozenset[str]
    skus: frozenset[str]
    stores: frozenset[int]
    channels: frozenset[str]
    weekdays: frozenset[int]
    time_from: time | None
    time_until: time | None
    minimum_tier_id: int | None
    minimum_amount: int
    first_purchase_only: bool
    cap_member_day: int | None
    cap_member_month: int | None
    cap_total: int | None

    @property
    def is_rate(self) -> bool:
        """Whether it gives points for each amount spent."""
        return self.kind in (RuleKind.BASE, RuleKind.BONUS_RATE)

    @property
    def has_line_conditions(self) -> bool:
        """Whether it looks at the lines of a purchase."""
        return bool(self.categories or self.skus)

    @property
    def has_cap(self) -> bool:
        """Whether what it gives is limited."""
        return (self.cap_member_day, self.cap_member_month, self.cap_total) != (None, None, None)

    @property
    def seconds(self) -> tuple[int, int] | None:
        """The time of day in seconds, until exclusive; from > until wraps midnight."""
        if self.time_from is None and self.time_until is None:
            return None
        return _second(self.time_from, 0), _second(self.time_until, DAY_SECONDS)


def _second(moment: time | None, default: int) -> int:
    return default if moment is None else moment.hour * 3600 + moment.minute * 60 + moment.second
