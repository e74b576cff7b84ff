"""Rulebooks made of values alone, so that thousands of examples need no database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from members.award_caps import Counters
from members.compiled_rules import Line
from members.rule_terms import Names, StoreTerms, TierTerms, VersionTerms
from members.scoring import PurchaseFacts, Score, Scoring

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# A Saturday, 11:00 in Shanghai.
SATURDAY = datetime(2026, 11, 21, 3, tzinfo=UTC)
MEMBER = 7
REGULAR, GOLD = 1, 2
SHOP, WEB = 1, 2

TIERS = {
    pk: TierTerms(
        id=pk,
        code=name.lower(),
        rank=pk - 1,
        measure="spend",
        threshold=0,
        window="rolling",
        window_months=12,
        downgrade="earned",
        grace_days=30,
        multiplier_percent=percent,
        is_invitation_only=False,
        names=Names(en=name),
    )
    for pk, name, percent in ((REGULAR, "Regular", 100), (GOLD, "Gold", 150))
}
STORES = {
    pk: StoreTerms(id=pk, code=channel, channel=channel, is_active=True, names=Names(en=channel))
    for pk, channel in ((SHOP, "shop"), (WEB, "web"))
}
A_POINT_A_YUAN = VersionTerms(
    id=1,
    rule_id=1,
    kind="base",
    valid_from=LONG_AGO,
    valid_until=None,
    points=1,
    per_amount=100,
    percent=0,
    categories=frozenset(),
    skus=frozenset(),
    stores=frozenset(),
    channels=frozenset(),
    weekdays=frozenset(),
    time_from=None,
    time_until=None,
    minimum_tier_id=None,
    minimum_amount=0,
    first_purchase_only=False,
    cap_member_day=None,
    cap_member_month=None,
    cap_total=None,
)


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a receipt."""

    amount: int
    category: str = ""
    sku: str = ""


def version(rule_id: int, kind: str, **terms: Any) -> VersionTerms:
    """A version of a rule whose id is that of the rule; rates are 1 point for each 1.00 unless given."""
    kinds: dict[str, dict[str, Any]] = {
        "base": {"points": 1, "per_amount": 100},
        "bonus_rate": {"points": 1, "per_amount": 100},
        "multiplier": {"points": 0, "per_amount": 0, "percent": 200},
        "bonus_fixed": {"points": 10, "per_amount": 0},
    }
    sets: dict[str, Any] = {
        name: frozenset(terms.pop(name))
        for name in ("categories", "skus", "stores", "channels", "weekdays")
        if name in terms
    }
    return replace(A_POINT_A_YUAN, id=rule_id, rule_id=rule_id, kind=kind, **{**kinds[kind], **sets, **terms})


def purchase(amount: int = 6_400, lines: Sequence[Line] = (), **facts: Any) -> PurchaseFacts:
    """A first purchase of a regular in the shop, on a Saturday morning."""
    values: dict[str, Any] = {
        "occurred_at": SATURDAY,
        "amount": sum(line.amount for line in lines) if lines else amount,
        "lines": lines,
        "store_id": SHOP,
        "tier_id": REGULAR,
        "member_id": MEMBER,
        "is_first": True,
    }
    return PurchaseFacts(**{**values, **facts})


def scoring(*versions: VersionTerms, zone: str = "Asia/Shanghai") -> Scoring:
    """A rulebook's scoring, with Regular (x1) and Gold (x1.5), a shop and a web shop."""
    return Scoring(versions=versions, tiers=TIERS, stores=STORES, zone=ZoneInfo(zone))


def score(
    *versions: VersionTerms,
    facts: PurchaseFacts | None = None,
    counters: Counters | None = None,
    zone: str = "Asia/Shanghai",
) -> Score:
    """What a purchase earns by these versions alone."""
    return scoring(*versions, zone=zone).score(facts or purchase(), counters or Counters())


def entry(found: Score, rule_id: int) -> list[Any]:
    """A rule's entry of the trace, after its ids."""
    return next(list(line[2:]) for line in found.trace["rules"] if line[0] == rule_id)
