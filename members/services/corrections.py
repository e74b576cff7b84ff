"""A correction replaces a purchase: what it said before is kept as a revision, and points follow by compensation."""

from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from django.db.models import Max, Min
from django.utils.translation import gettext_lazy as _

from members import clock
from members.event_types import PURCHASE_CORRECTED
from members.exceptions import DomainError, MemberNotFound, MemberNotLive
from members.models import (
    Member,
    MemberStatus,
    Purchase,
    PurchaseLine,
    PurchaseRevision,
    TierReason,
    TransferKind,
)
from members.selectors.rulebook import current_rulebook
from members.services.book import Book
from members.services.events import record_event
from members.services.live_members import open_live_book
from members.services.postings import AccountState, Posting
from members.services.reassessments import reassess_members
from members.services.receipts import (
    PurchaseResult,
    Receipt,
    content_of,
    lines_by_purchase,
    problem_with,
    stored_content,
)
from members.services.returns import find_purchase
from members.transactions import retrying


class PurchaseHasReturns(DomainError):
    """A purchase of which something came back can no longer be replaced."""

    code: ClassVar[str] = "purchase-has-returns"
    message = _(
        "Something of this purchase was returned already, so it can't be replaced. Record a further return instead."
    )


@retrying
def correct_purchase(*, receipt: Receipt, reason: str, now: datetime) -> PurchaseResult:
    """Replace a purchase by what the receipt says now (time, amount, lines, and the member too).

    Points, caps and tiers of everything since then follow as compensating entries. The same content again changes
    nothing. Raises PurchaseNotFound, PurchaseHasReturns, MemberNotFound, MemberNotLive, InvalidReceipt, Busy.
    """
    rulebook = current_rulebook()
    problem = problem_with(receipt, rulebook=rulebook, now=now)
    if problem:
        raise problem
    find = partial(find_purchase, store_id=receipt.store_id, external_id=receipt.external_id)
    book, [before, after] = open_live_book(owners=lambda: [find().member, _member_with(receipt.member_number)], now=now)
    if not after.is_live:
        raise MemberNotLive(number=receipt.member_number)
    purchase = find()
    lines = lines_by_purchase([purchase.pk]).get(purchase.pk, ())
    old = stored_content(purchase, lines)
    if old == content_of(receipt) and before.pk == after.pk:
        book.write()
        return _result(after, purchase, "known")
    if purchase.returned_amount:
        raise PurchaseHasReturns
    since = min(purchase.occurred_at, receipt.occurred_at)
    if before.pk != after.pk:
        _take_from(book, before.pk, purchase)
    _replace(purchase, receipt, member_id=after.member_id, old=old, reason=reason, now=now)
    pks = {before.pk, after.pk}
    for pk in pks:
        _refresh_purchase_dates(book, pk)
    book.write()
    reassess_members(book=book, rulebook=rulebook, since=dict.fromkeys(pks, since), reason=TierReason.CORRECTION)
    purchase.refresh_from_db()
    record_event(
        type=PURCHASE_CORRECTED,
        member_id=purchase.member_id,
        payload={"purchase": purchase.pk, "amount": purchase.amount, "points": purchase.points_earned},
        occurred_at=now,
        now=now,
    )
    return _result(after, purchase, "recorded")


def _member_with(number: str) -> Member:
    member = Member.objects.filter(number=number).first()
    if member is None:
        raise MemberNotFound(number=number)
    if member.status == MemberStatus.CLOSED:
        raise MemberNotLive(number=number)
    return member


def _take_from(book: Book, account_id: int, purchase: Purchase) -> None:
    """Take from the member who was named by mistake all that the purchase brought."""
    points = purchase.points_earned - purchase.points_clawed_back
    if points:
        posting = Posting(
            kind=TransferKind.CLAWBACK,
            debit_account_id=account_id,
            credit_account_id=book.programme["issuance"],
            points=points,
            business_key=f"move:purchase:{purchase.pk}:{purchase.revision}",
            occurred_at=book.now,
            purchase_id=purchase.pk,
            explanation={"because": "other_member"},
        )
        book.debit(posting, book.clawback_lots(account_id, purchase.pk), may_owe=True)
    purchase.points_earned = purchase.points_clawed_back = 0


def _replace(
    purchase: Purchase, receipt: Receipt, *, member_id: int, old: dict[str, Any], reason: str, now: datetime
) -> None:
    PurchaseRevision.objects.create(
        purchase=purchase, revision=purchase.revision, content=old, reason=reason, recorded_at=now
    )
    purchase.member_id = member_id
    purchase.occurred_at = receipt.occurred_at
    purchase.business_date = clock.local_date(receipt.occurred_at)
    purchase.amount = receipt.amount
    purchase.revision += 1
    purchase.save()
    purchase.lines.all().delete()
    PurchaseLine.objects.bulk_create(
        PurchaseLine(
            purchase=purchase,
            position=position,
            sku=line.sku,
            category=line.category,
            quantity=line.quantity,
            amount=line.amount,
        )
        for position, line in enumerate(receipt.lines, 1)
    )


def _refresh_purchase_dates(book: Book, account_id: int) -> None:
    state = book.accounts[account_id]
    dates = Purchase.objects.filter(member_id=state.member_id).aggregate(
        first=Min("occurred_at"), last=Max("occurred_at")
    )
    state.first_purchase_at, state.last_purchase_at = dates["first"], dates["last"]
    book.touched.add(account_id)


def _result(state: AccountState, purchase: Purchase, status: Any) -> PurchaseResult:
    return PurchaseResult(
        status,
        purchase_id=purchase.pk,
        points=purchase.points_earned,
        explanation=purchase.explanation,
        available=state.available,
        pending=state.pending,
        owed=state.owed,
        tier_id=state.tier_id,
    )
