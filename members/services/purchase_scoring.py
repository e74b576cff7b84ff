"""Scoring a batch: each receipt by the rules and the tier of its own time, posted to the book, tiers climbed."""

from datetime import datetime, timedelta

from members.award_caps import Counters, counter_row
from members.engines import Write, engine
from members.locks import lock_counters
from members.models import AwardCounter, Purchase, TierPeriod, TierReason, TransferKind
from members.scoring import PurchaseFacts
from members.selectors.rulebook import Rulebook
from members.selectors.tier_figures import TierFigures
from members.services.book import Book
from members.services.ledger import new_lot
from members.services.postings import Posting
from members.services.purchase_batch import Entry, PurchaseBatch
from members.services.terms import available_at, expires_at, extended_expiry
from members.services.tier_changes import TierChange
from members.tier_windows import held_until

ENSURE_COUNTERS = Write(AwardCounter, ("key", "rule_id", "member_id", "points"), "ignore", "key")
# A receipt from before yesterday may belong to another tier than today's; one from today cannot.
FRESH = timedelta(days=1)


class TierTimeline:
    """Which tier each member had when; today's from the account, earlier ones from the periods (one query)."""

    def __init__(self, *, rulebook: Rulebook, old: dict[int, datetime], now: datetime) -> None:
        """``old`` maps members to their oldest receipt of the batch, for those with one from before yesterday."""
        self.rulebook = rulebook
        self.now = now
        self.periods: dict[int, list[tuple[datetime, datetime | None, int]]] = {}
        if not old:
            return
        rows = TierPeriod.objects.filter(member_id__in=old)
        for member_id, started_at, ended_at, tier_id in rows.values_list(
            "member_id", "started_at", "ended_at", "tier_id"
        ):
            self.periods.setdefault(member_id, []).append((started_at, ended_at, tier_id))

    def tier_at(self, entry: Entry) -> int:
        """The tier by which a receipt is scored."""
        moment = entry.receipt.occurred_at
        if entry.state.member_id not in self.periods or moment > self.now - FRESH:
            return entry.state.tier_id
        covering = [
            tier_id
            for started_at, ended_at, tier_id in self.periods[entry.state.member_id]
            if started_at <= moment and (ended_at is None or moment < ended_at)
        ]
        return max(covering or [self.rulebook.tiers[0].id], key=lambda tier_id: self.rulebook.tier(tier_id).rank)

    def climb(self, entry: Entry, tier_id: int) -> None:
        """Remember a tier reached within the batch, for the member's later receipts in it."""
        if entry.state.member_id in self.periods:
            self.periods[entry.state.member_id].append((entry.receipt.occurred_at, None, tier_id))


def score_batch(batch: PurchaseBatch) -> None:
    """Score the batch's entries in the order of their own time and post what they earn."""
    purchase_ids = batch.book.take_ids((Purchase, len(batch.entries)))[0]
    for entry, purchase_id in zip(batch.entries, purchase_ids, strict=True):
        entry.purchase_id = purchase_id
    facts = {entry: facts_of(entry) for entry in batch.entries}
    batch.counters = load_counters(batch.rulebook, list(facts.values()))
    oldest: dict[int, datetime] = {}
    for entry in batch.in_order:
        if entry.receipt.occurred_at <= batch.now - FRESH:
            oldest.setdefault(entry.state.member_id, entry.receipt.occurred_at)
    timeline = TierTimeline(rulebook=batch.rulebook, old=oldest, now=batch.now)
    figures = _figures(batch)
    for entry in batch.in_order:
        _score(batch, entry, facts[entry], timeline)
        _follow(batch, entry, figures, timeline)
    _extend_by_activity(batch)


def facts_of(entry: Entry) -> PurchaseFacts:
    """A receipt as the rules see it; tier and first purchase are filled in when its turn comes."""
    return PurchaseFacts(
        occurred_at=entry.receipt.occurred_at,
        amount=entry.receipt.amount,
        lines=entry.receipt.scored_lines,
        store_id=entry.receipt.store_id,
        tier_id=entry.state.tier_id,
        member_id=entry.state.member_id,
        is_first=False,
    )


def load_counters(rulebook: Rulebook, facts: list[PurchaseFacts]) -> Counters:
    """Lock and load what capped rules have given so far; no query where no rule in force has a cap."""
    keys = sorted({key for each in facts for key in rulebook.counter_keys(each)})
    if not keys:
        return Counters()
    # Before they are locked they must be there: two first awards of a programme-wide cap would both read nothing.
    engine().write([(ENSURE_COUNTERS, [counter_row(key) for key in keys])])
    return Counters(dict(lock_counters(keys).values_list("key", "points")))


def _figures(batch: PurchaseBatch) -> TierFigures:
    wanted = [
        (entry.state.member_id, entry.business_date, entry.state.enrolled_at)
        for entry in batch.entries
        if batch.rulebook.tier(entry.state.tier_id).rank < batch.rulebook.top_rank
    ]
    return TierFigures.load(tiers=batch.rulebook.tiers, wanted=wanted)


def _score(batch: PurchaseBatch, entry: Entry, facts: PurchaseFacts, timeline: TierTimeline) -> None:
    state, occurred_at = entry.state, entry.receipt.occurred_at
    facts.tier_id = timeline.tier_at(entry)
    facts.is_first = state.first_purchase_at is None or occurred_at < state.first_purchase_at
    score = batch.rulebook.score(facts, batch.counters)
    batch.counters.add(score.additions)
    entry.points, entry.explanation = score.points, score.trace
    batch.book.touched.add(state.pk)
    if score.points:
        posting = Posting(
            kind=TransferKind.EARN,
            debit_account_id=batch.book.programme["issuance"],
            credit_account_id=state.pk,
            points=score.points,
            business_key=f"earn:purchase:{entry.purchase_id}",
            occurred_at=occurred_at,
            purchase_id=entry.purchase_id,
            explanation=score.trace,
        )
        credit_under_terms(batch.book, batch.rulebook, posting, occurred_at)


def credit_under_terms(book: Book, rulebook: Rulebook, posting: Posting, occurred_at: datetime) -> None:
    """Credit a purchase's points as one lot, under the policy in force when it happened."""
    policy = rulebook.policy_at(occurred_at)
    lot = new_lot(
        posting.credit_account_id,
        posting.points,
        available_at(occurred_at),
        expires_at(policy, occurred_at),
        policy.id,
        posting.purchase_id,
    )
    book.credit(posting, [lot])


def _follow(batch: PurchaseBatch, entry: Entry, figures: TierFigures, timeline: TierTimeline) -> None:
    """Count the purchase towards tiers: climb at once, or have the member re-assessed where it came late."""
    state, occurred_at = entry.state, entry.receipt.occurred_at
    figures.add_purchase(
        member_id=state.member_id, on=entry.business_date, amount=entry.receipt.amount, points=entry.points
    )
    is_late = state.last_purchase_at is not None and occurred_at < state.last_purchase_at
    state.first_purchase_at = min(state.first_purchase_at or occurred_at, occurred_at)
    state.last_purchase_at = max(state.last_purchase_at or occurred_at, occurred_at)
    if is_late:
        batch.late_since.setdefault(state.pk, occurred_at)
        return
    current = batch.rulebook.tier(state.tier_id)
    if current.rank >= batch.rulebook.top_rank:
        return
    reached = figures.reached(member_id=state.member_id, as_of=entry.business_date)
    if reached.rank > current.rank:
        batch.tier_changes.append(
            TierChange(
                member_id=state.member_id,
                from_tier_id=current.id,
                to_tier_id=reached.id,
                at=occurred_at,
                reason=TierReason.UPGRADE,
                held_until_date=held_until(reached, entry.business_date, state.enrolled_at),
                explanation={"purchase": entry.purchase_id},
            )
        )
        state.tier_id, entry.tier_changed = reached.id, True
        timeline.climb(entry, reached.id)


def _extend_by_activity(batch: PurchaseBatch) -> None:
    """Let lots whose terms say "some months after the last purchase" live on."""
    policies = {policy.id: policy for policy in batch.rulebook.policies if policy.kind == "activity"}
    if not policies:
        return
    latest = {entry.state.pk: entry.receipt.occurred_at for entry in batch.in_order}
    batch.book.load_lots(latest)
    for account_id, moment in latest.items():
        for lot in batch.book.lots[account_id]:
            if lot.remaining and lot.terms_id in policies:
                until = extended_expiry(policies[lot.terms_id], moment)
                if until:
                    batch.book.extend(lot, until)
