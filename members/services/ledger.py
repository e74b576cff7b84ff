"""Verbs on members' points. Each locks the accounts it needs in order, settles what is due, posts and writes.

All are idempotent by ``business_key``: a second call with the same key raises DuplicateTransfer and changes nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from members.event_types import POINTS_ADJUSTED, POINTS_EARNED, POINTS_GIVEN, POINTS_RECEIVED, POINTS_SPENT
from members.exceptions import DomainError, InvalidPoints, MemberFrozen, MemberNotLive, NotEnoughPoints
from members.models import Account, MemberStatus, Transfer, TransferKind
from members.selectors.rulebook import current_rulebook
from members.services.book import Book
from members.services.events import INSERT_EVENTS, event_row
from members.services.open_books import open_book, open_book_of
from members.services.postings import AccountState, OpenLot, Posting, stored_transfer
from members.services.terms import expires_at as expiry_under
from members.transactions import retrying


class UseTerms:
    """Marks an expiry that follows from the policy in force, rather than a date or never (None)."""


USE_TERMS = UseTerms()
# Where the points come from: what staff or an older system put right is not issuance of the programme's rules.
SOURCES = {TransferKind.ADJUSTMENT: "adjustment", TransferKind.OPENING: "adjustment"}
EVENTS: dict[str, str] = {TransferKind.ADJUSTMENT: POINTS_ADJUSTED}


class DuplicateTransfer(DomainError):
    """This business key was posted before; ``transfer`` is what it did then."""

    code: ClassVar[str] = "duplicate-transfer"
    message = _("This was recorded before. Nothing was changed.")

    def __init__(self, transfer: Transfer) -> None:
        super().__init__()
        self.transfer = transfer


def _require_points(points: int) -> None:
    if points <= 0:
        raise InvalidPoints


def _require_live(account: AccountState) -> None:
    if not account.is_live:
        raise MemberNotLive(number=account.number)


def _open(
    member_ids: Sequence[int], business_key: str, now: datetime, *, spending: bool = False, takes_lots: bool = False
) -> tuple[Book, list[AccountState]]:
    """Open a book on members, refusing what was posted before; each one's status is read with the lock.

    The first member is the one who spends.
    """
    book = open_book_of(member_ids=member_ids, now=now, business_key=business_key, with_lots=takes_lots)
    accounts = [book.of_member(member_id) for member_id in member_ids]
    if book.duplicate_id is not None:
        raise DuplicateTransfer(Transfer.objects.get(pk=book.duplicate_id))
    for account in accounts:
        _require_live(account)
    if spending and accounts[0].status == MemberStatus.FROZEN:
        raise MemberFrozen
    return book, accounts


def _finish(book: Book, posting: Posting, *told: tuple[str, int]) -> Transfer:
    """Write, with an event (type, member id) for each side that hears of it."""
    payload: dict[str, Any] = {"points": posting.points, "kind": str(posting.kind), "key": posting.business_key}
    if posting.kind == TransferKind.ADJUSTMENT:
        # The one kind that goes either way.
        is_taken = posting.credit_account_id in book.programme.values()
        payload["change"] = -posting.points if is_taken else posting.points
    rows = [
        event_row(type=event, member_id=member_id, payload=payload, occurred_at=posting.occurred_at, now=book.now)
        for event, member_id in told
    ]
    book.write((INSERT_EVENTS, rows))
    return stored_transfer(posting, book.now)


@retrying
def award_points(
    *,
    member_id: int,
    points: int,
    business_key: str,
    now: datetime,
    kind: str = TransferKind.BONUS,
    explanation: dict[str, Any] | None = None,
    occurred_at: datetime | None = None,
    available_at: datetime | None = None,
    expires_at: datetime | UseTerms | None = USE_TERMS,
    reference: str = "",
) -> Transfer:
    """Give a member points for something other than a purchase.

    ``expires_at`` defaults to the policy in force at ``occurred_at``; None is never. Raises InvalidPoints,
    MemberNotLive, DuplicateTransfer.
    """
    _require_points(points)
    occurred_at = occurred_at or now
    book, [account] = _open([member_id], business_key, now)
    policy = current_rulebook(book.revision).policy_at(occurred_at)
    posting = Posting(
        kind=kind,
        debit_account_id=book.programme[SOURCES.get(TransferKind(kind), "issuance")],
        credit_account_id=account.pk,
        points=points,
        business_key=business_key,
        occurred_at=occurred_at,
        reference=reference,
        explanation=explanation or {},
    )
    expiry = expiry_under(policy, occurred_at) if isinstance(expires_at, UseTerms) else expires_at
    book.credit(posting, [new_lot(account.pk, points, available_at or occurred_at, expiry, policy.id)])
    return _finish(book, posting, (EVENTS.get(posting.kind, POINTS_EARNED), member_id))


def new_lot(  # noqa: PLR0917 -- a lot's columns, in their order
    account_id: int,
    points: int,
    available_at: datetime,
    expires_at: datetime | None,
    terms_id: int | None,
    purchase_id: int | None = None,
) -> OpenLot:
    """A lot for a credit, full; the book decides whether it is pending."""
    return OpenLot(
        account_id=account_id,
        points=points,
        remaining=points,
        is_pending=False,
        available_at=available_at,
        expires_at=expires_at,
        terms_id=terms_id,
        purchase_id=purchase_id,
    )


@retrying
def spend_points(
    *,
    member_id: int,
    points: int,
    business_key: str,
    now: datetime,
    kind: str = TransferKind.SPEND,
    to: str = "redemption",
    reference: str = "",
    explanation: dict[str, Any] | None = None,
) -> Transfer:
    """Take available points, earliest expiry first.

    Raises InvalidPoints, MemberNotLive, MemberFrozen, DuplicateTransfer, NotEnoughPoints.
    """
    _require_points(points)
    # Staff may take points from a frozen account (fraud is why it is frozen); the member may not spend.
    book, [account] = _open([member_id], business_key, now, spending=kind == TransferKind.SPEND, takes_lots=True)
    if points > account.available:
        raise NotEnoughPoints(points=points, available=account.available)
    posting = Posting(
        kind=kind,
        debit_account_id=account.pk,
        credit_account_id=book.programme[to],
        points=points,
        business_key=business_key,
        occurred_at=now,
        reference=reference,
        explanation=explanation or {},
    )
    book.debit(posting, book.open_lots(account.pk, pending=False))
    return _finish(book, posting, (EVENTS.get(posting.kind, POINTS_SPENT), member_id))


@retrying
def give_points(
    *,
    sender_id: int,
    recipient_id: int,
    points: int,
    business_key: str,
    now: datetime,
    explanation: dict[str, Any] | None = None,
) -> Transfer:
    """Move available points from one member to another; they keep their terms and their last day.

    Raises InvalidPoints, MemberNotLive, MemberFrozen, DuplicateTransfer, NotEnoughPoints.
    """
    _require_points(points)
    book, [sender, recipient] = _open([sender_id, recipient_id], business_key, now, spending=True, takes_lots=True)
    if points > sender.available:
        raise NotEnoughPoints(points=points, available=sender.available)
    posting = Posting(
        kind=TransferKind.GIFT,
        debit_account_id=sender.pk,
        credit_account_id=recipient.pk,
        points=points,
        business_key=business_key,
        occurred_at=now,
        explanation=explanation or {},
    )
    lots = book.open_lots(sender.pk, pending=False)
    before = [lot.remaining for lot in lots]
    book.debit(posting, lots)
    taken = [(lot, had - lot.remaining) for lot, had in zip(lots, before, strict=True) if had > lot.remaining]
    book.credit(posting, _same_terms(recipient.pk, taken, now))
    return _finish(book, posting, (POINTS_GIVEN, sender_id), (POINTS_RECEIVED, recipient_id))


def _same_terms(account_id: int, taken: Iterable[tuple[OpenLot, int]], now: datetime) -> list[OpenLot]:
    """New lots for points that change hands: one for each expiry and terms, so that a gift never extends a life."""
    groups: dict[tuple[datetime | None, int | None], int] = {}
    for lot, points in taken:
        key = (lot.expires_at, lot.terms_id)
        groups[key] = groups.get(key, 0) + points
    return [new_lot(account_id, points, now, expiry, terms) for (expiry, terms), points in groups.items()]


@retrying
def settle_members(*, member_ids: Iterable[int], now: datetime) -> None:
    """Settle what is due for members before somebody reads their balances."""
    due = Account.objects.filter(member_id__in=member_ids, settle_due_at__lte=now).values_list("pk", flat=True)
    ids = list(due)
    if ids:
        open_book(account_ids=ids, now=now).write()
