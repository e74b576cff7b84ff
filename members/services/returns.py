"""Goods brought back: points are taken back pro rata, by what the purchase earned then, never by today's rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar, Literal

from django.utils.translation import gettext_lazy as _

from members.engines import Row, Write
from members.event_types import PURCHASE_RETURNED
from members.exceptions import DomainError
from members.models import Purchase, PurchaseLine, Return, ReturnLine, TierReason, TransferKind
from members.money import format_amount
from members.services.book import Book
from members.services.events import INSERT_EVENTS, event_row
from members.services.live_members import open_live_book
from members.services.postings import AccountState, Posting
from members.services.receipts import CLOCK_TOLERANCE, InvalidReceipt, ReceiptFromTheFuture
from members.services.tiers import reevaluate_member
from members.transactions import retrying

INSERT_RETURNS = Write(
    Return, ("id", "purchase_id", "external_id", "occurred_at", "recorded_at", "amount", "points_clawed_back")
)
INSERT_RETURN_LINES = Write(ReturnLine, ("return_record_id", "line_id", "quantity", "amount"))
UPDATE_RETURNED = Write(Purchase, ("id", "returned_amount", "points_clawed_back"), "update")
UPDATE_RETURNED_LINES = Write(PurchaseLine, ("id", "returned_quantity", "returned_amount"), "update")


class PurchaseNotFound(DomainError):
    """No such receipt at this store."""

    code = "purchase-not-found"
    status: ClassVar[int] = 404
    message = _("Receipt %(external_id)s was not recorded at this store.")


class ReturnDiffers(DomainError):
    """The same return number was recorded with other content."""

    code = "return-differs"
    message = _("Return %(external_id)s was recorded before with other content. Use a new return number.")


class MoreThanWasBought(InvalidReceipt):
    """More comes back than is still with the customer."""

    code = "more-than-was-bought"
    message = _("%(asked)s would come back, but only %(left)s of this purchase is left to return.")


class NothingToReturn(InvalidReceipt):
    """A return of nothing."""

    code = "nothing-to-return"
    message = _("Say what comes back: an amount above zero, or lines of the receipt.")


class LineNotFound(InvalidReceipt):
    """The receipt has no such line, or it was named twice."""

    code = "line-not-found"
    message = _("The receipt has no line %(position)s, or the line is named twice.")


class ReturnBeforePurchase(InvalidReceipt):
    """Returned before it was bought."""

    code = "return-before-purchase"
    message = _("The return is dated before the purchase. Check the till's clock and time zone.")


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """What comes back of a line (by its position, from 1): a quantity, an amount in minor units, or all of it."""

    position: int
    quantity: int | None = None
    amount: int | None = None


@dataclass(slots=True)
class ReturnResult:
    """What became of a return, and where the member stands now."""

    status: Literal["recorded", "known"]
    return_id: int
    amount: int
    points_clawed_back: int
    available: int
    pending: int
    owed: int
    tier_id: int


LineShare = tuple[PurchaseLine, int, int]


@retrying
def record_return(
    *,
    store_id: int,
    purchase_external_id: str,
    external_id: str,
    occurred_at: datetime,
    now: datetime,
    amount: int | None = None,
    lines: Sequence[ReturnedLine] = (),
) -> ReturnResult:
    """Record a return by lines or by an amount in minor units, once per purchase and return number.

    Points kept = floor(points x amount kept / amount). Taken back from pending lots, then from the lots this purchase
    made, then from others by earliest expiry; the rest is owed. Raises PurchaseNotFound, ReturnDiffers,
    MoreThanWasBought, NothingToReturn, LineNotFound, ReturnBeforePurchase, ReceiptFromTheFuture, Busy.
    """
    if occurred_at > now + CLOCK_TOLERANCE:
        raise ReceiptFromTheFuture(occurred_at=occurred_at.isoformat())
    find = partial(find_purchase, store_id=store_id, external_id=purchase_external_id)
    book, [account] = open_live_book(owners=lambda: [find().member], now=now)
    purchase = find()
    known = purchase.returns.filter(external_id=external_id).first()
    if known:
        return _known(book, account.pk, known, amount, lines)
    if occurred_at < purchase.occurred_at:
        raise ReturnBeforePurchase
    shares = _line_shares(purchase, lines)
    total = _total(purchase, amount, shares)
    record = Return(
        pk=book.take_ids((Return, 1))[0][0],
        purchase=purchase,
        external_id=external_id,
        occurred_at=occurred_at,
        recorded_at=now,
        amount=total,
    )
    _claw_back(book, account.pk, purchase, record)
    _write(book, purchase, record, shares)
    tier_id = _tier_after(account, now)
    return _result(book, account.pk, record, "recorded", tier_id)


def find_purchase(*, store_id: int, external_id: str) -> Purchase:
    """A purchase by its store and receipt number, with its member. Raises PurchaseNotFound."""
    purchase = Purchase.objects.select_related("member").filter(store_id=store_id, external_id=external_id).first()
    if purchase is None:
        raise PurchaseNotFound(external_id=external_id)
    return purchase


def _tier_after(account: AccountState, now: datetime) -> int:
    if not account.is_live:
        # Goods come back after an account was closed, too; there is no tier left to look at then.
        return account.tier_id
    changed = reevaluate_member(member_id=account.member_id, reason=TierReason.RETURN, now=now)
    return account.tier_id if changed is None else changed.to_tier_id


def _known(
    book: Book, account_id: int, known: Return, amount: int | None, lines: Sequence[ReturnedLine]
) -> ReturnResult:
    """The first answer again, if the till says the same again."""
    stored = {line.line.position: line for line in known.lines.select_related("line")}
    same_lines = {line.position for line in lines} == set(stored) and all(
        line.quantity in (None, stored[line.position].quantity) and line.amount in (None, stored[line.position].amount)
        for line in lines
    )
    if not same_lines or (amount is not None and amount != known.amount):
        raise ReturnDiffers(external_id=known.external_id)
    book.write()
    return _result(book, account_id, known, "known", book.accounts[account_id].tier_id)


def _result(
    book: Book, account_id: int, record: Return, status: Literal["recorded", "known"], tier_id: int
) -> ReturnResult:
    state = book.accounts[account_id]
    return ReturnResult(
        status=status,
        return_id=record.pk,
        amount=record.amount,
        points_clawed_back=record.points_clawed_back,
        available=state.available,
        pending=state.pending,
        owed=state.owed,
        tier_id=tier_id,
    )


def _line_shares(purchase: Purchase, asked: Sequence[ReturnedLine]) -> list[LineShare]:
    """For each returned line its quantity and amount, checked against what is left of it."""
    stored = {line.position: line for line in purchase.lines.order_by("position")} if asked else {}
    shares: list[LineShare] = []
    for each in asked:
        line = stored.pop(each.position, None)
        if line is None:
            raise LineNotFound(position=each.position)
        shares.append(_line_share(line, each))
    return shares


def _line_share(line: PurchaseLine, asked: ReturnedLine) -> LineShare:
    left_quantity, left_amount = line.quantity - line.returned_quantity, line.amount - line.returned_amount
    quantity = asked.quantity if asked.quantity is not None else (left_quantity if asked.amount is None else 0)
    if quantity > left_quantity:
        raise MoreThanWasBought(asked=quantity, left=left_quantity)
    # Cumulative, so that several partial returns add up to the line to the last cent.
    share = (
        line.amount * (line.returned_quantity + quantity) // line.quantity - line.returned_amount
        if line.quantity
        else 0
    )
    amount = asked.amount if asked.amount is not None else max(min(share, left_amount), 0)
    if asked.amount is None and quantity == left_quantity:
        amount = left_amount
    if amount > left_amount:
        raise MoreThanWasBought(asked=format_amount(amount), left=format_amount(left_amount))
    return line, quantity, amount


def _total(purchase: Purchase, amount: int | None, shares: list[LineShare]) -> int:
    by_lines = sum(share for _, _, share in shares)
    total = by_lines if amount is None else amount
    left = purchase.amount - purchase.returned_amount
    if total <= 0 or total < by_lines:
        raise NothingToReturn
    if total > left:
        raise MoreThanWasBought(asked=format_amount(total), left=format_amount(left))
    return total


def _claw_back(book: Book, account_id: int, purchase: Purchase, record: Return) -> None:
    purchase.returned_amount += record.amount
    kept = purchase.points_earned * (purchase.amount - purchase.returned_amount) // purchase.amount
    points = purchase.points_earned - kept - purchase.points_clawed_back
    purchase.points_clawed_back += points
    record.points_clawed_back = points
    if points:
        posting = Posting(
            kind=TransferKind.CLAWBACK,
            debit_account_id=account_id,
            credit_account_id=book.programme["issuance"],
            points=points,
            business_key=f"clawback:return:{record.pk}",
            occurred_at=record.occurred_at,
            purchase_id=purchase.pk,
            reference=record.external_id,
            explanation={
                "returned": record.amount,
                "amount": purchase.amount,
                "kept_amount": purchase.amount - purchase.returned_amount,
                "earned": purchase.points_earned,
                "kept": kept,
            },
        )
        book.debit(posting, book.clawback_lots(account_id, purchase.pk), may_owe=True)


def _write(book: Book, purchase: Purchase, record: Return, shares: list[LineShare]) -> None:
    event: Row = event_row(
        type=PURCHASE_RETURNED,
        member_id=purchase.member_id,
        payload={
            "purchase": purchase.pk,
            "return": record.pk,
            "amount": record.amount,
            "points": record.points_clawed_back,
        },
        occurred_at=record.occurred_at,
        now=book.now,
    )
    row: Row = (
        record.pk,
        purchase.pk,
        record.external_id,
        record.occurred_at,
        record.recorded_at,
        record.amount,
        record.points_clawed_back,
    )
    book.write(
        (INSERT_RETURNS, [row]),
        (INSERT_RETURN_LINES, [(record.pk, line.pk, quantity, amount) for line, quantity, amount in shares]),
        (UPDATE_RETURNED, [(purchase.pk, purchase.returned_amount, purchase.points_clawed_back)]),
        (
            UPDATE_RETURNED_LINES,
            [
                (line.pk, line.returned_quantity + quantity, line.returned_amount + amount)
                for line, quantity, amount in shares
            ],
        ),
        (INSERT_EVENTS, [event]),
    )
