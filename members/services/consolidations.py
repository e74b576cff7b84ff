"""Moving all that an account holds: into another card (merge), or to breakage (closure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from members.models import Transfer, TransferKind
from members.services.book import Book
from members.services.ledger import new_lot
from members.services.open_books import open_book_of
from members.services.postings import AccountState, OpenLot, Posting
from members.transactions import retrying


@retrying
def move_everything(*, from_member_id: int, to_member_id: int, business_key: str, now: datetime) -> list[Transfer]:
    """Move available, pending and owed points from one member to another; lots keep purchase, terms and dates.

    Posts up to two transfers, ``business_key`` + ":points" and ":owed". The caller checks who may merge whom.
    """
    book = open_book_of(member_ids=[from_member_id, to_member_id], now=now)
    source, target = book.of_member(from_member_id), book.of_member(to_member_id)
    _move_points(book, source, target, f"{business_key}:points")
    _move_debt(book, source, target, f"{business_key}:owed")
    _join_purchase_dates(source, target)
    book.touched.add(target.pk)
    postings = book.postings
    book.write()
    return list(Transfer.objects.filter(pk__in=[posting.id for posting in postings]).order_by("pk"))


def _move_points(book: Book, source: AccountState, target: AccountState, business_key: str) -> None:
    lots = book.open_lots(source.pk)
    points = sum(lot.remaining for lot in lots)
    if not points:
        return
    posting = Posting(
        kind=TransferKind.MERGE,
        debit_account_id=source.pk,
        credit_account_id=target.pk,
        points=points,
        business_key=business_key,
        occurred_at=book.now,
    )
    copies = [
        new_lot(target.pk, lot.remaining, lot.available_at, lot.expires_at, lot.terms_id, lot.purchase_id)
        for lot in lots
    ]
    book.debit(posting, lots)
    book.credit(posting, copies)


def _move_debt(book: Book, source: AccountState, target: AccountState, business_key: str) -> None:
    owed = source.owed
    if not owed:
        return
    posting = Posting(
        kind=TransferKind.MERGE,
        debit_account_id=target.pk,
        credit_account_id=source.pk,
        points=owed,
        business_key=business_key,
        occurred_at=book.now,
        explanation={"owed": owed},
    )
    # The credit repays the source's debts at once, so its lot is empty when it is written.
    book.credit(posting, [new_lot(source.pk, owed, book.now, None, None)])
    book.debit(posting, book.open_lots(target.pk), may_owe=True)


def _join_purchase_dates(source: AccountState, target: AccountState) -> None:
    firsts = [moment for moment in (source.first_purchase_at, target.first_purchase_at) if moment]
    lasts = [moment for moment in (source.last_purchase_at, target.last_purchase_at) if moment]
    target.first_purchase_at = min(firsts, default=None)
    target.last_purchase_at = max(lasts, default=None)


@retrying
def forfeit_everything(*, member_id: int, business_key: str, now: datetime) -> Transfer | None:
    """Take all that a member holds, pending too, to breakage; None when there is nothing."""
    book = open_book_of(member_ids=[member_id], now=now)
    account_id = book.of_member(member_id).pk
    lots = book.open_lots(account_id)
    points = sum(lot.remaining for lot in lots)
    if not points:
        book.write()
        return None
    posting = Posting(
        kind=TransferKind.CLOSURE,
        debit_account_id=account_id,
        credit_account_id=book.programme["breakage"],
        points=points,
        business_key=business_key,
        occurred_at=now,
    )
    book.debit(posting, lots)
    book.write()
    return Transfer.objects.get(pk=posting.id)


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """Points from an older system: ``reference`` is unique within its ``source``; no expiry means never."""

    member_id: int
    points: int
    reference: str
    expires_at: datetime | None


@retrying
def open_balances(*, balances: Sequence[OpeningBalance], source: str, now: datetime) -> list[bool]:
    """Post opening balances, a constant number of statements for any number; False where one is known already."""
    keys = [f"opening:{source}:{balance.reference}" for balance in balances]
    book = open_book_of(member_ids={balance.member_id for balance in balances}, now=now)
    accounts = {state.member_id: state.pk for state in book.accounts.values()}
    known = set(Transfer.objects.filter(business_key__in=keys).values_list("business_key", flat=True))
    posted = []
    for key, balance in zip(keys, balances, strict=True):
        posted.append(key not in known)
        if key not in known:
            known.add(key)
            _open_balance(book, accounts[balance.member_id], key, balance)
    book.write()
    return posted


def _open_balance(book: Book, account_id: int, key: str, balance: OpeningBalance) -> None:
    posting = Posting(
        kind=TransferKind.OPENING,
        debit_account_id=book.programme["adjustment"],
        credit_account_id=account_id,
        points=balance.points,
        business_key=key,
        occurred_at=book.now,
    )
    lot: OpenLot = new_lot(account_id, balance.points, book.now, balance.expires_at, None)
    book.credit(posting, [lot])
