"""Opening a book: members' accounts locked in order, with what is due in them settled."""

from collections.abc import Collection
from datetime import datetime

from members.engines import Query, Row
from members.locks import Locked, lock_cards
from members.selectors.accounts import programme_accounts
from members.services.book import Book
from members.services.postings import AccountState


def open_book(*, account_ids: Collection[int], now: datetime) -> Book:
    """Lock members' accounts in order and settle what is due in them."""
    return _open(lock_cards(by="a.id", values=account_ids), now)


def open_book_of(
    *, member_ids: Collection[int], now: datetime, business_key: str = "", with_lots: bool = False
) -> Book:
    """The same by members; the book says whether a transfer with ``business_key`` is there already.

    ``with_lots`` for a service that will need the open lots in any case.
    """
    locked = lock_cards(by="a.member_id", values=member_ids, business_key=business_key, with_lots=with_lots)
    return _open(locked, now, with_lots=with_lots)


def open_book_by_number(
    *, numbers: Collection[str], now: datetime, then: Query | None = None
) -> tuple[Book, list[Row]]:
    """The same for the cards presented at tills; numbers that no member has are simply not in the book.

    Also the rows of a query that runs right after the lock.
    """
    locked = lock_cards(by="m.number", values=numbers, then=[then] if then else [])
    return _open(locked, now), locked.answers[0] if then else []


def _open(locked: Locked, now: datetime, *, with_lots: bool = False) -> Book:
    book = Book(accounts=[AccountState(*row[:-2]) for row in locked.cards], programme=programme_accounts(), now=now)
    if locked.cards:
        book.revision, book.duplicate_id = locked.cards[0][-2:]
    if with_lots:
        book.take_lots(book.accounts, locked.lots)
    book.settle()
    return book
