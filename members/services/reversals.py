"""Giving back what a transfer took, or taking back what it gave: by the original's figures, never today's rules."""

from datetime import datetime, timedelta

from django.conf import settings

from members import clock
from members.event_types import POINTS_CLAWED_BACK, POINTS_RESTORED
from members.exceptions import AlreadyReversed, NotReversible
from members.models import Draw, Lot, Member, Transfer, TransferKind
from members.services.book import Book
from members.services.events import INSERT_EVENTS, event_row
from members.services.ledger import new_lot
from members.services.live_members import open_live_book
from members.services.postings import OpenLot, Posting
from members.transactions import retrying

REVERSIBLE = (TransferKind.SPEND, TransferKind.ADJUSTMENT, TransferKind.BONUS)


@retrying
def reverse_transfer(*, transfer_id: int, now: datetime) -> Transfer:
    """Reverse a spend, an adjustment or a bonus in full, once.

    Points that were taken go back to the lots they came from; where a lot expired meanwhile they are reinstated with
    PROGRAMME_REINSTATEMENT_DAYS of grace. Points that were given are taken from their own lots first, then from
    others, and the rest is owed. Raises AlreadyReversed, NotReversible.
    """
    original = Transfer.objects.select_related("debit_account__member", "credit_account__member").get(pk=transfer_id)
    owner = original.debit_account.member or original.credit_account.member
    if original.kind not in REVERSIBLE or owner is None:
        raise NotReversible
    book, [account] = open_live_book(owners=lambda: [Member.objects.get(pk=owner.pk)], now=now)
    if Transfer.objects.filter(reverses=original).exists():
        raise AlreadyReversed
    was_taken = original.debit_account.member is not None
    posting = Posting(
        kind=TransferKind.REVERSAL,
        debit_account_id=original.credit_account_id if was_taken else account.pk,
        credit_account_id=account.pk if was_taken else original.debit_account_id,
        points=original.points,
        business_key=f"reverse:transfer:{original.pk}",
        occurred_at=now,
        reverses_id=original.pk,
        reference=original.reference,
        explanation={"reverses": original.kind},
    )
    if was_taken:
        _give_back(book, posting, original, account.pk)
    else:
        _take_back(book, posting, original, account.pk)
    payload = {"points": original.points, "kind": "reversal", "reverses": original.pk}
    row = event_row(
        type=POINTS_RESTORED if was_taken else POINTS_CLAWED_BACK,
        member_id=account.member_id,
        payload=payload,
        occurred_at=now,
        now=now,
    )
    book.write((INSERT_EVENTS, [row]))
    return Transfer.objects.get(pk=posting.id)


def _give_back(book: Book, posting: Posting, original: Transfer, account_id: int) -> None:
    taken: dict[int, int] = {}
    for lot_id, points in Draw.objects.filter(transfer=original).values_list("lot_id", "points"):
        taken[lot_id] = taken.get(lot_id, 0) + points
    # A lot may be past its last day for others already, whose clock is ahead of ours: it expires once.
    keys = [f"expire:lot:{lot_id}" for lot_id in taken]
    gone = set(Transfer.objects.filter(business_key__in=keys).values_list("business_key", flat=True))
    living: list[tuple[OpenLot, int]] = []
    reinstated: list[OpenLot] = []
    for lot in Lot.objects.filter(pk__in=taken).order_by("pk"):
        points = taken[lot.pk]
        if (lot.expires_at and lot.expires_at <= book.now) or f"expire:lot:{lot.pk}" in gone:
            grace = clock.day_end(clock.local_date(book.now) + timedelta(days=settings.PROGRAMME_REINSTATEMENT_DAYS))
            reinstated.append(new_lot(account_id, points, book.now, grace, lot.terms_id, lot.purchase_id))
        elif lot.account_id != account_id:
            reinstated.append(new_lot(account_id, points, book.now, lot.expires_at, lot.terms_id, lot.purchase_id))
        else:
            living.append((book.adopt(lot), points))
    book.restore(posting, living, reinstated)


def _take_back(book: Book, posting: Posting, original: Transfer, account_id: int) -> None:
    lots = book.open_lots(account_id)
    lots.sort(key=lambda lot: lot.transfer_id != original.pk)
    book.debit(posting, lots, may_owe=True)
