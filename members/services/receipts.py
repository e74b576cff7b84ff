"""What a till or web shop tells us about a purchase, and whether it can be true."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.exceptions import DomainError
from members.models import Purchase, PurchaseLine
from members.money import format_amount
from members.selectors.rulebook import Rulebook

# Tills' clocks run fast now and then; a receipt from further ahead has a wrong date.
CLOCK_TOLERANCE = timedelta(minutes=10)


class InvalidReceipt(DomainError):
    """A receipt that cannot be true as it stands."""

    status: ClassVar[int] = 422


class CurrencyNotAccepted(InvalidReceipt):
    """Another currency than the programme's."""

    code = "currency-not-accepted"
    message = _("This programme counts in %(expected)s; the receipt is in %(currency)s. Convert the amount first.")


class LinesDoNotAddUp(InvalidReceipt):
    """The lines' amounts differ from the receipt's."""

    code = "lines-do-not-add-up"
    message = _(
        "The lines add up to %(lines)s, but the amount is %(amount)s. Take discounts off the lines they belong to."
    )


class ReceiptFromTheFuture(InvalidReceipt):
    """Bought later than now."""

    code = "receipt-from-the-future"
    message = _("The time of the purchase, %(occurred_at)s, has not come yet. Check the till's clock and time zone.")


class StoreNotActive(DomainError):
    """The store is unknown or closed."""

    code = "store-not-active"
    message = _("This store does not record purchases at the moment. A manager can open it again in the admin.")


class PurchaseDiffers(DomainError):
    """The same receipt number was recorded with other content."""

    code = "purchase-differs"
    message = _(
        "Receipt %(external_id)s was recorded before with other content. Send a correction to replace it, or use a new "
        "receipt number."
    )


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line. Units: ``amount`` in minor units for the whole line."""

    amount: int
    sku: str = ""
    category: str = ""
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Receipt:
    """A purchase as told. Units: ``amount`` in minor units; without lines the amount stands for one."""

    store_id: int
    external_id: str
    member_number: str
    occurred_at: datetime
    amount: int
    currency: str
    lines: tuple[ReceiptLine, ...] = ()

    @property
    def scored_lines(self) -> tuple[ReceiptLine, ...]:
        """The lines that earn: the receipt's own, or its amount as one without SKU and category."""
        return self.lines or (ReceiptLine(self.amount),)


@dataclass(slots=True)
class PurchaseResult:
    """What became of a receipt: points, why, and where the member stands now."""

    status: Literal["recorded", "known", "refused"]
    purchase_id: int | None = None
    points: int = 0
    explanation: dict[str, Any] = field(default_factory=dict)
    available: int = 0
    pending: int = 0
    owed: int = 0
    tier_id: int | None = None
    tier_changed: bool = False
    error: DomainError | None = None


def problem_with(receipt: Receipt, *, rulebook: Rulebook, now: datetime) -> DomainError | None:
    """Why a receipt cannot be recorded, whoever it is for; None when it can."""
    store = rulebook.stores.get(receipt.store_id)
    if store is None or not store.is_active:
        return StoreNotActive()
    if receipt.currency != settings.PROGRAMME_CURRENCY:
        return CurrencyNotAccepted(expected=settings.PROGRAMME_CURRENCY, currency=receipt.currency)
    if receipt.occurred_at > now + CLOCK_TOLERANCE:
        return ReceiptFromTheFuture(occurred_at=receipt.occurred_at.isoformat())
    if receipt.lines:
        total = sum(line.amount for line in receipt.lines)
        if total != receipt.amount:
            return LinesDoNotAddUp(lines=format_amount(total), amount=format_amount(receipt.amount))
    return None


def lines_by_purchase(purchase_ids: Iterable[int]) -> dict[int, tuple[ReceiptLine, ...]]:
    """The stored lines of purchases, in order; one query."""
    lines: dict[int, list[ReceiptLine]] = {}
    rows = PurchaseLine.objects.filter(purchase_id__in=purchase_ids).order_by("purchase_id", "position")
    for purchase_id, amount, sku, category, quantity in rows.values_list(
        "purchase_id", "amount", "sku", "category", "quantity"
    ):
        lines.setdefault(purchase_id, []).append(ReceiptLine(amount, sku, category, quantity))
    return {purchase_id: tuple(each) for purchase_id, each in lines.items()}


def content_of(receipt: Receipt) -> dict[str, Any]:
    """A receipt's content in JSON, for comparing and for revisions."""
    return {
        "occurred_at": receipt.occurred_at.timestamp(),
        "amount": receipt.amount,
        "lines": [[line.sku, line.category, line.quantity, line.amount] for line in receipt.lines],
    }


def stored_content(purchase: Purchase, lines: tuple[ReceiptLine, ...]) -> dict[str, Any]:
    """The same for a stored purchase."""
    return {
        "occurred_at": purchase.occurred_at.timestamp(),
        "amount": purchase.amount,
        "lines": [[line.sku, line.category, line.quantity, line.amount] for line in lines],
    }
