"""What a cashier does at the counter: the programme's own services, with a note of who did it in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from members.exceptions import AlreadyEnrolled, NotReachable
from members.models import Channel, Purchase, User
from members.selectors.members import find_by_email, find_by_phone
from members.services.audits import record_audit
from members.services.enrolments import enrol_member
from members.services.purchases import record_purchase
from members.services.receipts import PurchaseDiffers, PurchaseResult, Receipt
from members.services.returns import ReturnedLine, ReturnResult, find_purchase, record_return
from members.transactions import retrying


@dataclass(frozen=True, slots=True)
class GoodsBack:
    """What comes back of a receipt, by lines or by an amount in minor units; ``number`` is the return's own."""

    store_id: int
    receipt: str
    number: str
    amount: int | None = None
    lines: Sequence[ReturnedLine] = ()


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Somebody who has a card now; ``is_new`` is false where they had one already."""

    number: str
    is_new: bool


@retrying
def record_sale(*, receipt: Receipt, cashier: User, now: datetime) -> PurchaseResult:
    """Record a receipt typed at the counter, once however often its form is sent. Raises what record_purchase does.

    A form that is sent again is later than the first time, so that the receipt differs in nothing but its moment;
    then the first moment is the one that counts.
    """
    try:
        result = record_purchase(receipt=receipt, now=now)
    except PurchaseDiffers:
        result = record_purchase(receipt=replace(receipt, occurred_at=_first_told(receipt)), now=now)
    if result.status == "recorded":
        member_id = Purchase.objects.values_list("member_id", flat=True).get(pk=result.purchase_id or 0)
        details = {"receipt": receipt.external_id, "amount": receipt.amount, "points": result.points}
        record_audit(actor=cashier, action="counter.purchase", member_id=member_id, details=details, now=now)
    return result


def _first_told(receipt: Receipt) -> datetime:
    known = Purchase.objects.filter(store_id=receipt.store_id, external_id=receipt.external_id)
    return known.values_list("occurred_at", flat=True).get()


@retrying
def preview_return(*, back: GoodsBack, now: datetime) -> ReturnResult:
    """What a return would take back now; nothing is stored. Raises what record_return does."""
    result = _record(back, now)
    transaction.set_rollback(True)
    return result


@retrying
def take_back(*, back: GoodsBack, cashier: User, now: datetime) -> ReturnResult:
    """Record goods brought to the counter, once a return number. Raises what record_return does."""
    result = _record(back, now)
    if result.status == "recorded":
        purchase = find_purchase(store_id=back.store_id, external_id=back.receipt)
        details = {
            "receipt": back.receipt,
            "return": back.number,
            "amount": result.amount,
            "points": -result.points_clawed_back,
        }
        record_audit(actor=cashier, action="counter.return", member_id=purchase.member_id, details=details, now=now)
    return result


def _record(back: GoodsBack, now: datetime) -> ReturnResult:
    return record_return(
        store_id=back.store_id,
        purchase_external_id=back.receipt,
        external_id=back.number,
        occurred_at=now,
        now=now,
        amount=back.amount,
        lines=back.lines,
    )


@retrying
def enrol_customer(
    *, reach: str, language: str, store_id: int, channel: Channel, cashier: User, now: datetime
) -> Enrolled:
    """Give a customer a card, by a phone or an email; who has one already keeps it.

    Raises NotReachable, InvalidPhone, InvalidEmail, InvalidLanguage and InvalidStore.
    """
    is_email = "@" in reach
    try:
        member = enrol_member(
            channel=channel,
            phone=None if is_email else reach,
            email=reach if is_email else None,
            language=language,
            store_id=store_id,
            now=now,
        )
    except AlreadyEnrolled:
        known = find_by_email(reach) if is_email else find_by_phone(reach)
        if known is None:
            raise NotReachable from None
        return Enrolled(known.number, is_new=False)
    record_audit(actor=cashier, action="counter.enrolled", member_id=member.pk, now=now)
    return Enrolled(member.number, is_new=True)
