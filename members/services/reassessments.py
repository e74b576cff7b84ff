"""What a late receipt or a correction changes afterwards, put right by compensating entries.

A member's purchases since then are scored again, each by the rules and the tier of its own time, with the tiers that
the member would have climbed through. What differs from what was given is credited or taken back; nothing that was
posted is touched. A review that took a tier away is undone where the late receipt would have kept it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from members import clock
from members.award_caps import limits
from members.engines import Row, Write, engine
from members.event_types import PURCHASE_RESCORED
from members.models import Purchase, TierPeriod, TierReason, Transfer, TransferKind
from members.rule_terms import TierTerms
from members.scoring import PurchaseFacts, Score
from members.selectors.rulebook import Rulebook
from members.selectors.tier_figures import TierFigures
from members.services.book import Book
from members.services.events import INSERT_EVENTS, event_row
from members.services.postings import AccountState, Posting
from members.services.purchase_batch import ADD_COUNTERS
from members.services.purchase_scoring import credit_under_terms, load_counters
from members.services.receipts import ReceiptLine, lines_by_purchase
from members.services.tier_changes import TierChange, change_rows
from members.tier_windows import held_until

UPDATE_POINTS = Write(Purchase, ("id", "points_earned", "points_clawed_back", "explanation"), "update")
# Periods that purchases did not begin: the replay takes them as they were.
GIVEN = frozenset({TierReason.MANUAL, TierReason.INVITATION, TierReason.MERGE, TierReason.ENDED, TierReason.CLOSURE})


@dataclass(slots=True)
class History:
    """A member's purchases since a moment, with the tier periods around them."""

    state: AccountState
    since: datetime
    purchases: list[Purchase] = field(default_factory=list)
    periods: list[TierPeriod] = field(default_factory=list)

    @property
    def days(self) -> set[Any]:
        """The days on which a tier can change in the replay."""
        reviews = {clock.local_date(p.started_at) for p in self.periods if p.started_at > self.since}
        return reviews | {purchase.business_date for purchase in self.purchases}


def reassess_members(*, book: Book, rulebook: Rulebook, since: dict[int, datetime], reason: TierReason) -> None:
    """Replay the members of some locked accounts (by account id) from a moment on, in the running transaction.

    A constant number of statements, and none for members whom nothing late concerns.
    """
    if not since:
        return
    histories = _histories(book, since)
    wanted = [(h.state.member_id, day, h.state.enrolled_at) for h in histories for day in h.days]
    figures = TierFigures.load(tiers=rulebook.tiers, wanted=wanted)
    replay = _Replay(book, rulebook, figures, histories, reason)
    for history in histories:
        replay.run(history)
    replay.write()


def _histories(book: Book, since: dict[int, datetime]) -> list[History]:
    histories = {state.member_id: History(state, since[pk]) for pk, state in book.accounts.items() if pk in since}
    purchases = Purchase.objects.filter(member_id__in=histories, occurred_at__gte=min(since.values()))
    for purchase in purchases.order_by("occurred_at", "pk"):
        history = histories[purchase.member_id]
        if purchase.occurred_at >= history.since:
            history.purchases.append(purchase)
    periods = TierPeriod.objects.filter(member_id__in=histories).order_by("started_at", "pk")
    for period in periods:
        histories[period.member_id].periods.append(period)
    return list(histories.values())


class _Replay:
    """The purchases of some members scored again, and the compensations for what differs."""

    def __init__(
        self, book: Book, rulebook: Rulebook, figures: TierFigures, histories: Sequence[History], reason: TierReason
    ) -> None:
        self.book = book
        self.rulebook = rulebook
        self.figures = figures
        self.reason = reason
        purchases = [purchase for history in histories for purchase in history.purchases]
        self.lines = lines_by_purchase([purchase.pk for purchase in purchases])
        self.traces = self._latest_traces(purchases)
        self.posted = self._posted_counts(purchases)
        facts = [self._facts(purchase, self.rulebook.tiers[0].id, is_first=False) for purchase in purchases]
        self.counters = load_counters(rulebook, facts)
        self.changes: list[TierChange] = []
        self.updates: list[Row] = []
        self.events: list[Row] = []

    @staticmethod
    def _latest_traces(purchases: Sequence[Purchase]) -> dict[int, dict[str, Any]]:
        kinds = (TransferKind.EARN, TransferKind.CLAWBACK)
        rows = Transfer.objects.filter(purchase__in=purchases, kind__in=kinds).order_by("pk")
        return {pk: trace for pk, trace in rows.values_list("purchase_id", "explanation") if pk and "rules" in trace}

    @staticmethod
    def _posted_counts(purchases: Sequence[Purchase]) -> dict[int, int]:
        counts: dict[int, int] = {}
        for pk in Transfer.objects.filter(purchase__in=purchases).values_list("purchase_id", flat=True):
            counts[pk or 0] = counts.get(pk or 0, 0) + 1
        return counts

    def run(self, history: History) -> None:
        """Walk through purchases and tier periods in the order in which they happened."""
        tier = self._tier_before(history)
        starts = [p for p in history.periods if p.started_at >= history.since]
        reached_at: datetime | None = None
        for purchase in history.purchases:
            while starts and starts[0].started_at <= purchase.occurred_at:
                tier = self._through_period(history, starts.pop(0), tier)
            is_first = history.state.first_purchase_at == purchase.occurred_at and purchase is history.purchases[0]
            self._rescore(history.state, purchase, tier, is_first=is_first)
            climbed = self._reached(history, purchase.business_date)
            if climbed.rank > tier.rank:
                tier, reached_at = climbed, purchase.occurred_at
        for period in starts:
            tier = self._through_period(history, period, tier)
        self._settle_tier(history, tier, reached_at)

    def _tier_before(self, history: History) -> TierTerms:
        covering = [
            self.rulebook.tier(p.tier_id)
            for p in history.periods
            if p.started_at < history.since and (p.ended_at is None or history.since <= p.ended_at)
        ]
        return max(covering, key=lambda tier: tier.rank, default=self.rulebook.tiers[0])

    def _reached(self, history: History, day: Any) -> TierTerms:
        return self.figures.reached(member_id=history.state.member_id, as_of=day)

    def _through_period(self, history: History, period: TierPeriod, tier: TierTerms) -> TierTerms:
        """The tier after a period began: as it was where staff gave it; a review is held again."""
        begun = self.rulebook.tier(period.tier_id)
        if period.is_manual or period.start_reason in GIVEN:
            return begun
        if period.start_reason == TierReason.REVIEW:
            earned = self._reached(history, clock.local_date(period.started_at))
            return tier if earned.rank >= tier.rank else max(begun, earned, key=lambda each: each.rank)
        return tier

    def _facts(self, purchase: Purchase, tier_id: int, *, is_first: bool) -> PurchaseFacts:
        return PurchaseFacts(
            occurred_at=purchase.occurred_at,
            amount=purchase.amount,
            lines=self.lines.get(purchase.pk) or (ReceiptLine(purchase.amount),),
            store_id=purchase.store_id,
            tier_id=tier_id,
            member_id=purchase.member_id,
            is_first=is_first,
        )

    def _rescore(self, state: AccountState, purchase: Purchase, tier: TierTerms, *, is_first: bool) -> None:
        trace = self.traces.get(purchase.pk)
        self._uncount(purchase, trace)
        score = self.rulebook.score(self._facts(purchase, tier.id, is_first=is_first), self.counters)
        self.counters.add(score.additions)
        kept_amount = purchase.amount - purchase.returned_amount
        kept = score.points * kept_amount // purchase.amount if purchase.returned_amount else score.points
        difference = kept - (purchase.points_earned - purchase.points_clawed_back)
        if score.points == purchase.points_earned and not difference:
            return
        self._compensate(state, purchase, score, difference)
        explanation = {} if score.points else score.trace
        self.updates.append((purchase.pk, score.points, score.points - kept, explanation))

    def _uncount(self, purchase: Purchase, trace: dict[str, Any] | None) -> None:
        """Take what capped rules gave this purchase off their counters, since it is about to be given anew."""
        for _, version_id, points, *_ in (trace or {}).get("rules", ()):
            version = self.rulebook.version(version_id)
            if version is None or not points:
                continue
            day = clock.local_date(purchase.occurred_at)
            for key, _, _ in limits(version, member_id=purchase.member_id, day=day):
                self.counters.added[key] = self.counters.added.get(key, 0) - points

    def _compensate(self, state: AccountState, purchase: Purchase, score: Score, difference: int) -> None:
        if not difference:
            return
        number = self.posted[purchase.pk] = self.posted.get(purchase.pk, 0) + 1
        gains = difference > 0
        issuance = self.book.programme["issuance"]
        posting = Posting(
            kind=TransferKind.EARN if gains else TransferKind.CLAWBACK,
            debit_account_id=issuance if gains else state.pk,
            credit_account_id=state.pk if gains else issuance,
            points=abs(difference),
            business_key=f"rescore:purchase:{purchase.pk}:{number}",
            occurred_at=self.book.now,
            purchase_id=purchase.pk,
            explanation={**score.trace, "because": str(self.reason), "before": purchase.points_earned},
        )
        if gains:
            credit_under_terms(self.book, self.rulebook, posting, purchase.occurred_at)
        else:
            self.book.debit(posting, self.book.clawback_lots(state.pk, purchase.pk), may_owe=True)
        payload = {"purchase": purchase.pk, "points": difference, "reason": str(self.reason)}
        self.events.append(
            event_row(
                type=PURCHASE_RESCORED,
                member_id=state.member_id,
                payload=payload,
                occurred_at=self.book.now,
                now=self.book.now,
            )
        )

    def _settle_tier(self, history: History, tier: TierTerms, reached_at: datetime | None) -> None:
        """Give or take back the tier that the replay ended with, unless staff gave the present one."""
        current = next((p for p in history.periods if p.ended_at is None), None)
        if current is None or current.is_manual or current.tier_id == tier.id:
            return
        at = self.book.now
        if reached_at and tier.rank > self.rulebook.tier(current.tier_id).rank:
            at = max(reached_at, current.started_at)
        held = held_until(tier, clock.local_date(reached_at or at), history.state.enrolled_at)
        self.changes.append(
            TierChange(
                member_id=history.state.member_id,
                from_tier_id=current.tier_id,
                to_tier_id=tier.id,
                at=at,
                reason=self.reason,
                held_until_date=held,
            )
        )
        history.state.tier_id = tier.id

    def write(self) -> None:
        """Store compensations, what purchases earn now, counters and tier changes."""
        tiers = change_rows(changes=self.changes, now=self.book.now) if self.changes else []
        events = self.events + [row for kind, rows in tiers if kind is INSERT_EVENTS for row in rows]
        more = [
            (UPDATE_POINTS, self.updates),
            (ADD_COUNTERS, self.counters.rows()),
            *((kind, rows) for kind, rows in tiers if kind is not INSERT_EVENTS),
            (INSERT_EVENTS, events),
        ]
        if self.book.postings:
            self.book.write(*more)
        else:
            engine().write(more)
