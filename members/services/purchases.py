"""Recording purchases: one writer for one receipt and for a thousand, with a constant number of statements.

Order of a batch: lock the members' accounts and settle what is due -> read what is known of the receipts -> score each
in the order of its own time -> climb tiers -> write everything at once -> re-score what late receipts changed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from members.engines import Query, Row, Write, engine
from members.exceptions import MemberNotFound, MemberNotLive
from members.models import Lot, Member, MemberStatus, Purchase, PurchaseLine, Transfer
from members.selectors.rulebook import current_rulebook
from members.services import purchase_scoring
from members.services.open_books import open_book_by_number
from members.services.postings import AccountState
from members.services.purchase_batch import Entry, PurchaseBatch
from members.services.reassessments import reassess_members
from members.services.receipts import (
    PurchaseDiffers,
    PurchaseResult,
    Receipt,
    ReceiptLine,
    content_of,
    lines_by_purchase,
    problem_with,
    stored_content,
)
from members.transactions import retrying

INSERT_PURCHASES = Write(
    Purchase,
    (
        "id",
        "store_id",
        "external_id",
        "member_id",
        "occurred_at",
        "recorded_at",
        "business_date",
        "currency",
        "amount",
        "returned_amount",
        "points_earned",
        "points_clawed_back",
        "revision",
        "explanation",
    ),
)
INSERT_LINES = Write(
    PurchaseLine,
    ("purchase_id", "position", "sku", "category", "quantity", "amount", "returned_quantity", "returned_amount"),
)


def record_purchase(*, receipt: Receipt, now: datetime) -> PurchaseResult:
    """Record one receipt. Raises what its result would carry as ``error``; see record_purchases."""
    return _one(record_purchases(receipts=[receipt], now=now))


def preview_purchase(*, receipt: Receipt, now: datetime) -> PurchaseResult:
    """What a receipt would earn now, with the trace; nothing is stored. Raises like record_purchase."""
    return _one(_record(receipts=[receipt], now=now, store=False))


def _one(results: list[PurchaseResult]) -> PurchaseResult:
    result = results[0]
    if result.error:
        raise result.error
    return result


def record_purchases(*, receipts: Sequence[Receipt], now: datetime) -> list[PurchaseResult]:
    """Record receipts in one transaction: one result each, in order.

    A receipt that cannot be recorded is refused alone (``error``): MemberNotFound, MemberNotLive, StoreNotActive,
    InvalidReceipt, PurchaseDiffers. One that was recorded before with the same content is "known". Raises Busy.
    """
    return _record(receipts=receipts, now=now, store=True)


@retrying
def _record(*, receipts: Sequence[Receipt], now: datetime, store: bool) -> list[PurchaseResult]:
    book, known = open_book_by_number(
        numbers={receipt.member_number for receipt in receipts}, now=now, then=known_receipts(receipts)
    )
    batch = PurchaseBatch(book=book, rulebook=current_rulebook(book.revision), receipts=receipts, now=now)
    _refuse_impossible(batch)
    _recognise(batch, [row[0] for row in known])
    if batch.entries:
        book.reserve(*((model, len(batch.entries)) for model in (Purchase, Transfer, Lot)))
        purchase_scoring.score_batch(batch)
        if store:
            book.write(
                (INSERT_PURCHASES, _purchase_rows(batch)), (INSERT_LINES, _line_rows(batch)), *batch.other_rows()
            )
            reassess_members(book=book, rulebook=batch.rulebook, since=batch.late_since, reason=batch.late_reason)
    elif book.touched and store:
        book.write()
    if not store:
        # Counters of capped rules are made before they are locked; a preview leaves not even those.
        transaction.set_rollback(True)
    return batch.finished_results()


def _refuse_impossible(batch: PurchaseBatch) -> None:
    states = {state.number: state for state in batch.book.accounts.values()}
    missing = {receipt.member_number for receipt in batch.receipts} - {n for n, s in states.items() if s.is_live}
    states.update(_merged_into(missing, batch) if missing else {})
    for index, receipt in enumerate(batch.receipts):
        problem = problem_with(receipt, rulebook=batch.rulebook, now=batch.now)
        state = states.get(receipt.member_number)
        if problem is None and state is None:
            problem = MemberNotFound(number=receipt.member_number)
        elif problem is None and state is not None and not state.is_live:
            problem = MemberNotLive(number=receipt.member_number)
        if problem is not None or state is None:
            batch.results[index] = PurchaseResult("refused", error=problem)
        else:
            batch.states[index] = state
            batch.entries.append(Entry(index, receipt, state))


def _merged_into(numbers: set[str], batch: PurchaseBatch) -> dict[str, AccountState]:
    """The cards that took over, for receipts that still carry a merged card's number; rare, so a query of its own.

    Their accounts are locked after the others; two batches that meet crosswise are sorted out by the retry.
    """
    heirs: dict[str, str] = {}
    for member in Member.objects.filter(number__in=numbers, status=MemberStatus.MERGED).select_related("merged_into"):
        heir = member.merged_into
        while heir and heir.merged_into:
            heir = heir.merged_into
        if heir:
            heirs[member.number] = heir.number
    unlocked = set(heirs.values()) - {state.number for state in batch.book.accounts.values()}
    if unlocked:
        batch.book.absorb(open_book_by_number(numbers=unlocked, now=batch.now)[0])
    by_number = {state.number: state for state in batch.book.accounts.values()}
    return {number: by_number[heir] for number, heir in heirs.items()}


def _recognise(batch: PurchaseBatch, ids: Sequence[int]) -> None:
    """Sort out receipts that were recorded before (``ids``), and the same receipt twice in one batch."""
    stored = Purchase.objects.filter(pk__in=ids) if ids else ()
    known = {(purchase.store_id, purchase.external_id): purchase for purchase in stored}
    lines = lines_by_purchase([purchase.pk for purchase in known.values()]) if known else {}
    traces = _traces(known.values()) if known else {}
    fresh: dict[tuple[int, str], Entry] = {}
    for entry in batch.entries:
        key = (entry.receipt.store_id, entry.receipt.external_id)
        if key in known:
            purchase = known[key]
            batch.results[entry.index] = _known_result(entry, purchase, lines.get(purchase.pk, ()), traces)
        elif key in fresh:
            batch.repeated.append((entry, fresh[key]))
        else:
            fresh[key] = entry
    batch.entries = list(fresh.values())


def known_receipts(receipts: Iterable[Receipt]) -> Query:
    """The ids of those that are stored already: mostly none, so the hot query asks for no more.

    Pair by pair, so that each can be one receipt at most: with a list of stores and a list of numbers, a database
    without statistics reads all receipts of the store.
    """
    pairs = sorted({(receipt.store_id, receipt.external_id) for receipt in receipts})
    told, params = engine().table((("store", "bigint"), ("number", "text")), pairs)
    sql = (
        f"SELECT p.id FROM ({told}) told "  # noqa: S608 -- own names
        "JOIN members_purchase p ON p.store_id = told.store AND p.external_id = told.number"
    )
    return Query(sql, params)


def _traces(purchases: Iterable[Purchase]) -> dict[str, dict[str, Any]]:
    keys = [f"earn:purchase:{purchase.pk}" for purchase in purchases]
    return dict(Transfer.objects.filter(business_key__in=keys).values_list("business_key", "explanation"))


def _known_result(
    entry: Entry, purchase: Purchase, lines: tuple[ReceiptLine, ...], traces: dict[str, dict[str, Any]]
) -> PurchaseResult:
    same_member = purchase.member_id == entry.state.member_id
    content = content_of(entry.receipt)
    same = content == stored_content(purchase, lines) or (
        purchase.revision > 1 and purchase.revisions.filter(content=content).exists()
    )
    if not (same_member and same):
        return PurchaseResult("refused", error=PurchaseDiffers(external_id=entry.receipt.external_id))
    return PurchaseResult(
        "known",
        purchase_id=purchase.pk,
        points=purchase.points_earned,
        explanation=traces.get(f"earn:purchase:{purchase.pk}", purchase.explanation),
    )


def _purchase_rows(batch: PurchaseBatch) -> list[Row]:
    return [
        (
            entry.purchase_id,
            entry.receipt.store_id,
            entry.receipt.external_id,
            entry.state.member_id,
            entry.receipt.occurred_at,
            batch.now,
            entry.business_date,
            entry.receipt.currency,
            entry.receipt.amount,
            0,
            entry.points,
            0,
            1,
            {} if entry.points else entry.explanation,
        )
        for entry in batch.entries
    ]


def _line_rows(batch: PurchaseBatch) -> list[Row]:
    return [
        (entry.purchase_id, position, line.sku, line.category, line.quantity, line.amount, 0, 0)
        for entry in batch.entries
        for position, line in enumerate(entry.receipt.lines, 1)
    ]
