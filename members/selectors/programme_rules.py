"""The programme's rules as a reader meets them: what earns today, what is to come, and what ¥100 is worth."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from members.award_caps import Counters
from members.clock import last_day, local_date
from members.models import Channel
from members.money import display_amount, exponent
from members.rule_terms import Names, StoreTerms, TierTerms, VersionTerms
from members.scoring import PurchaseFacts
from members.selectors.purchase_traces import sentences
from members.selectors.rule_sentences import sentence
from members.selectors.rulebook import Rulebook

# How far ahead of their first day rules are told.
SOON = timedelta(days=60)
# What the example buys, in whole units of the currency.
EXAMPLE_UNITS = 100


@dataclass(frozen=True, slots=True)
class Way:
    """A way to earn, for tiers of a rank and above (0: everybody).

    The dates are set where it is not there yet, or only for a while; both days count whole.
    """

    name: Names
    sentence: str
    minimum_rank: int = 0
    first_date: date | None = None
    last_date: date | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """What one purchase earns at a moment, tier by tier, and why at the highest."""

    amount: str
    store: Names
    points: list[tuple[TierTerms, int]]
    why: list[str]

    @property
    def top(self) -> Names:
        """The tier whose points are explained."""
        return self.points[-1][0].names


def ways_now(rulebook: Rulebook, now: datetime) -> list[Way]:
    """The rules in force at a moment."""
    versions = [version for version in rulebook.versions if _is_in_force(version, now)]
    return [_way(version, rulebook) for version in versions]


def ways_soon(rulebook: Rulebook, now: datetime) -> list[Way]:
    """The rules that come into force in the weeks after a moment, the next one first; new versions of old ones too."""
    coming = [version for version in rulebook.versions if now < version.valid_from <= now + SOON]
    return [_way(version, rulebook, starts=True) for version in sorted(coming, key=lambda each: each.valid_from)]


def example(rulebook: Rulebook, now: datetime) -> Example | None:
    """A purchase of 100, scored by the rules themselves; None without a shop that is open."""
    shop = _a_shop(rulebook)
    if shop is None:
        return None
    amount = EXAMPLE_UNITS * 10 ** exponent()
    scores = []
    for tier in rulebook.tiers:
        facts = PurchaseFacts(
            occurred_at=now, amount=amount, lines=(), store_id=shop.id, tier_id=tier.id, member_id=0, is_first=False
        )
        scores.append((tier, rulebook.score(facts, Counters())))
    return Example(
        amount=display_amount(amount),
        store=shop.names,
        points=[(tier, score.points) for tier, score in scores],
        why=sentences(scores[-1][1].trace, rulebook=rulebook),
    )


def _is_in_force(version: VersionTerms, now: datetime) -> bool:
    return version.valid_from <= now and (version.valid_until is None or now < version.valid_until)


def _way(version: VersionTerms, rulebook: Rulebook, *, starts: bool = False) -> Way:
    return Way(
        name=rulebook.rule_names[version.rule_id],
        sentence=sentence(version, rulebook=rulebook),
        minimum_rank=rulebook.tier(version.minimum_tier_id).rank if version.minimum_tier_id else 0,
        first_date=local_date(version.valid_from) if starts else None,
        last_date=last_day(version.valid_until) if version.valid_until else None,
    )


def _a_shop(rulebook: Rulebook) -> StoreTerms | None:
    open_stores = [store for store in rulebook.stores.values() if store.is_active]
    shops = [store for store in open_stores if store.channel == Channel.SHOP]
    return next(iter(shops or open_stores), None)
