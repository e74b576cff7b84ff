"""Arrangements that the ledger's tests share: a shop, a rate, receipts, and the balances that must come out."""

from collections.abc import Sequence
from datetime import UTC, datetime

from members.models import Account, Member, Store
from members.services.purchases import record_purchase
from members.services.receipts import PurchaseResult, Receipt, ReceiptLine

NOW = datetime(2026, 6, 10, 4, 0, tzinfo=UTC)


def receipt_for(
    member: Member,
    shop: Store,
    number: str = "r-1",
    *,
    amount: int = 10_000,
    at: datetime = NOW,
    lines: Sequence[ReceiptLine] = (),
) -> Receipt:
    """A receipt of 100.00 unless said otherwise."""
    return Receipt(shop.pk, number, member.number, at, amount, "CNY", tuple(lines))


def buy(
    member: Member,
    shop: Store,
    number: str = "r-1",
    *,
    amount: int = 10_000,
    at: datetime = NOW,
    lines: Sequence[ReceiptLine] = (),
) -> PurchaseResult:
    """Record a receipt at the time it is from."""
    return record_purchase(receipt=receipt_for(member, shop, number, amount=amount, at=at, lines=lines), now=at)


def balance(member: Member) -> tuple[int, int, int]:
    """Available, pending, owed."""
    account = Account.objects.get(member=member)
    return account.available, account.pending, account.owed
