"""The rulebook: every tier, store, expiry policy and rule version, compiled once per revision and process.

Triggers give ``members_rulebook.revision`` a new random value with any change, in the same transaction, so what is
kept under a revision can never be stale.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import connection, models
from modeltranslation.settings import AVAILABLE_LANGUAGES
from modeltranslation.utils import build_localized_fieldname

from members.award_caps import Counters
from members.clock import programme_zone
from members.models import EarningRule, EarningRuleVersion, ExpiryPolicy, Store, Tier
from members.models import Rulebook as RulebookRow
from members.rule_terms import Names, PolicyTerms, StoreTerms, TierTerms, VersionTerms
from members.scoring import PurchaseFacts, Score, Scoring

# A process meets the present revision, and for a moment the one before.
KEPT = 4


@dataclass(frozen=True)
class Rulebook:
    """What the programme promises at one revision. Immutable and shared: never change what is inside."""

    revision: str
    tiers: tuple[TierTerms, ...]
    stores: dict[int, StoreTerms]
    policies: tuple[PolicyTerms, ...]
    versions: tuple[VersionTerms, ...]
    rule_names: dict[int, Names]
    scoring: Scoring

    @cached_property
    def tiers_by_id(self) -> dict[int, TierTerms]:
        """The tiers by id."""
        return {tier.id: tier for tier in self.tiers}

    @cached_property
    def _versions_by_id(self) -> dict[int, VersionTerms]:
        return {version.id: version for version in self.versions}

    @cached_property
    def _policy_starts(self) -> list[datetime]:
        return [policy.valid_from for policy in self.policies]

    @cached_property
    def stores_by_code(self) -> dict[str, StoreTerms]:
        """The stores by code."""
        return {store.code: store for store in self.stores.values()}

    @cached_property
    def top_rank(self) -> int:
        """The highest rank that purchases alone can reach; whoever has it needs no figures."""
        return max(tier.rank for tier in self.tiers if not tier.is_invitation_only)

    def tier(self, tier_id: int) -> TierTerms:
        """A tier by id."""
        return self.tiers_by_id[tier_id]

    def version(self, version_id: int) -> VersionTerms | None:
        """A version of a rule by id; None for one that was deleted before it scored anything."""
        return self._versions_by_id.get(version_id)

    def policy_at(self, moment: datetime) -> PolicyTerms:
        """The expiry policy in force at a moment; before the first one, the first one."""
        return self.policies[max(bisect_right(self._policy_starts, moment) - 1, 0)]

    def score(self, facts: PurchaseFacts, counters: Counters) -> Score:
        """What a purchase earns; see members/scoring.py."""
        return self.scoring.score(facts, counters)

    def counter_keys(self, facts: PurchaseFacts) -> list[str]:
        """The counters to lock and load before scoring; mostly none."""
        return self.scoring.counter_keys(facts)


_kept: OrderedDict[tuple[str, str, str], Rulebook] = OrderedDict()
_lock = Lock()


def current_rulebook(revision: str | None = None) -> Rulebook:
    """The rulebook of this moment; without a query where ``revision`` is given and was compiled before."""
    if revision is None:
        revision = _revision()
    key = (str(connection.settings_dict["NAME"]), settings.PROGRAMME_TIME_ZONE, revision)
    rulebook = _kept.get(key)
    if rulebook is None:
        rulebook = _compile(revision)
        with _lock:
            _kept[(*key[:2], rulebook.revision)] = rulebook
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return rulebook


def _revision() -> str:
    return RulebookRow.objects.values_list("revision", flat=True).get()


def _compile(revision: str) -> Rulebook:
    """Read until nothing changed meanwhile, since each statement may see more than the one before."""
    while True:
        rulebook = _read(revision)
        revision = _revision()
        if revision == rulebook.revision:
            return rulebook


def _read(revision: str) -> Rulebook:
    tiers = tuple(_read_all(TierTerms, Tier.objects.order_by("rank")))
    stores = {store.id: store for store in _read_all(StoreTerms, Store.objects.order_by("pk"))}
    versions = tuple(_read_versions())
    return Rulebook(
        revision=revision,
        tiers=tiers,
        stores=stores,
        policies=tuple(_read_all(PolicyTerms, ExpiryPolicy.objects.order_by("valid_from"))),
        versions=versions,
        rule_names={row["id"]: _names(row) for row in EarningRule.objects.order_by("pk").values("id", *_NAME_FIELDS)},
        scoring=Scoring(
            versions=versions, tiers={tier.id: tier for tier in tiers}, stores=stores, zone=programme_zone()
        ),
    )


_NAME_FIELDS = {build_localized_fieldname("name", language): language for language in AVAILABLE_LANGUAGES}


def _names(row: dict[str, Any]) -> Names:
    return Names({language: row[field] for field, language in _NAME_FIELDS.items() if row[field]})


def _read_all(terms: type[Any], rows: models.QuerySet[Any]) -> Iterable[Any]:
    names = [field.name for field in fields(terms) if field.name != "names"]
    if len(names) == len(fields(terms)):
        return [terms(**row) for row in rows.values(*names)]
    return [
        terms(**{name: row[name] for name in names}, names=_names(row)) for row in rows.values(*names, *_NAME_FIELDS)
    ]


def _read_versions() -> list[VersionTerms]:
    stores: dict[int, set[int]] = {}
    for version_id, store_id in EarningRuleVersion.stores.through.objects.values_list(
        "earningruleversion_id", "store_id"
    ):
        stores.setdefault(version_id, set()).add(store_id)
    versions = EarningRuleVersion.objects.order_by("rule_id", "valid_from", "pk")
    return [version_terms(version, stores=frozenset(stores.get(version.pk, ()))) for version in versions]


def version_terms(version: EarningRuleVersion, *, stores: frozenset[int]) -> VersionTerms:
    """A stored version as plain values."""
    values: dict[str, Any] = {name: frozenset(getattr(version, name)) for name in ("categories", "skus", "channels")}
    values |= {"stores": stores, "weekdays": frozenset(map(int, version.weekdays))}
    values |= {field.name: getattr(version, field.name) for field in fields(VersionTerms) if field.name not in values}
    return VersionTerms(**values)
