"""What a batch of receipts carries from step to step: entries still in play, results, and rows to write with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from members import clock
from members.award_caps import Counters
from members.engines import Row, Write
from members.event_types import PURCHASE_RECORDED
from members.models import AwardCounter, TierReason
from members.selectors.rulebook import Rulebook
from members.services.book import Book
from members.services.events import INSERT_EVENTS, event_row
from members.services.postings import AccountState
from members.services.receipts import PurchaseDiffers, PurchaseResult, Receipt, content_of
from members.services.tier_changes import TierChange, change_rows

# The counters are there and locked before scoring (purchase_scoring.load_counters).
ADD_COUNTERS = Write(AwardCounter, ("key", "rule_id", "member_id", "points"), "increase", "key")


@dataclass(slots=True, eq=False)
class Entry:
    """One receipt on its way in, with the member's locked account."""

    index: int
    receipt: Receipt
    state: AccountState
    purchase_id: int = 0
    points: int = 0
    explanation: dict[str, Any] = field(default_factory=dict)
    tier_changed: bool = False
    business_date: date = field(init=False)

    def __post_init__(self) -> None:
        """Fix the programme's day of the purchase."""
        self.business_date = clock.local_date(self.receipt.occurred_at)


class PurchaseBatch:
    """The receipts of one transaction."""

    late_reason = TierReason.LATE_RECEIPT

    def __init__(self, *, book: Book, rulebook: Rulebook, receipts: Sequence[Receipt], now: datetime) -> None:
        """Start with no entries; the service adds those that can be recorded."""
        self.book = book
        self.rulebook = rulebook
        self.receipts = receipts
        self.now = now
        self.entries: list[Entry] = []
        self.repeated: list[tuple[Entry, Entry]] = []
        self.results: list[PurchaseResult | None] = [None] * len(receipts)
        # Whose account each receipt is for: a merged card's number leads to the card that took over.
        self.states: dict[int, AccountState] = {}
        self.tier_changes: list[TierChange] = []
        self.counters = Counters()
        self.late_since: dict[int, datetime] = {}

    @cached_property
    def in_order(self) -> list[Entry]:
        """Entries in the order in which things happened; every receipt is scored on what came before it."""
        return sorted(self.entries, key=lambda entry: (entry.receipt.occurred_at, entry.index))

    def other_rows(self) -> list[tuple[Write, list[Row]]]:
        """Tier changes, counters of caps and events: written in the same statement as the purchases."""
        tiers = change_rows(changes=self.tier_changes, now=self.now) if self.tier_changes else []
        # One batch a table and verb, since one statement can neither update a row twice nor repeat a key.
        events = [self._event(entry) for entry in self.entries]
        events += [row for kind, rows in tiers if kind is INSERT_EVENTS for row in rows]
        rest = [(kind, rows) for kind, rows in tiers if kind is not INSERT_EVENTS]
        return [*rest, (ADD_COUNTERS, self.counters.rows()), (INSERT_EVENTS, events)]

    def _event(self, entry: Entry) -> Row:
        return event_row(
            type=PURCHASE_RECORDED,
            member_id=entry.state.member_id,
            payload={
                "purchase": entry.purchase_id,
                "store": entry.receipt.store_id,
                "amount": entry.receipt.amount,
                "points": entry.points,
            },
            occurred_at=entry.receipt.occurred_at,
            now=self.now,
        )

    def finished_results(self) -> list[PurchaseResult]:
        """One result a receipt, with the balances as they are after the whole batch."""
        for entry in self.entries:
            self.results[entry.index] = PurchaseResult(
                "recorded",
                purchase_id=entry.purchase_id,
                points=entry.points,
                explanation=entry.explanation,
                tier_changed=entry.tier_changed,
            )
        for entry, first in self.repeated:
            self.results[entry.index] = self._repeated_result(entry, first)
        finished = []
        for index, result in enumerate(self.results):
            assert result is not None  # noqa: S101 -- every receipt was refused, recognised or recorded above
            state = self.states.get(index)
            if state is not None and result.status != "refused":
                result.available, result.pending, result.owed = state.available, state.pending, state.owed
                result.tier_id = state.tier_id
            finished.append(result)
        return finished

    @staticmethod
    def _repeated_result(entry: Entry, first: Entry) -> PurchaseResult:
        same = entry.state is first.state and content_of(entry.receipt) == content_of(first.receipt)
        if not same:
            return PurchaseResult("refused", error=PurchaseDiffers(external_id=entry.receipt.external_id))
        return PurchaseResult("known", first.purchase_id, first.points, first.explanation)
