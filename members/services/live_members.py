"""Locking a member before changing them, and the account that holds a member's points today."""

from collections.abc import Callable, Sequence
from datetime import datetime

from members.exceptions import MemberNotLive
from members.locks import lock_accounts_of
from members.models import Account, Member
from members.services.book import Book
from members.services.open_books import open_book
from members.services.postings import AccountState


def lock_live_member(member_id: int) -> Member:
    """The member, read under the lock of their account. Raises MemberNotLive for closed and merged cards."""
    [member] = lock_live_members([member_id])
    return member


def lock_live_members(member_ids: list[int]) -> list[Member]:
    """Members in the order asked for, read under the locks of their accounts. Raises MemberNotLive."""
    lock_accounts_of(member_ids)
    found = Member.objects.in_bulk(member_ids)
    members = [found[member_id] for member_id in member_ids]
    for member in members:
        if not member.is_live:
            raise MemberNotLive(number=member.number)
    return members


def live_account(member: Member) -> Account:
    """The account that holds a member's points today: of the card that took over, where cards were merged."""
    while member.merged_into is not None:
        member = member.merged_into
    return Account.objects.get(member=member)


def open_live_book(*, owners: Callable[[], Sequence[Member]], now: datetime) -> tuple[Book, list[AccountState]]:
    """Lock the accounts that hold some members' points today; the book, and their states in the order of ``owners``.

    Who that is is only certain under the locks: a merge or a correction that we waited for may have moved points and
    purchases to another card. So ``owners`` is asked again, and cards that are new are locked as well; where that
    breaks the order of locks, the retry of a deadlock sorts it out.
    """
    book = open_book(account_ids={live_account(member).pk for member in owners()}, now=now)
    while True:
        accounts = [live_account(member).pk for member in owners()]
        missing = set(accounts) - set(book.accounts)
        if not missing:
            return book, [book.accounts[pk] for pk in accounts]
        book.absorb(open_book(account_ids=missing, now=now))
