"""What a Book holds: locked accounts, lots, debts and transfers on their way, and the rows they become.

Apart from members/services/book.py nothing writes these rows.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from members.engines import Row, Write
from members.models import LIVE_STATUSES, Account, Debt, Draw, Lot, Transfer

FAR = datetime.max.replace(tzinfo=UTC)

INSERT_TRANSFERS = Write(
    Transfer,
    (
        "id",
        "debit_account_id",
        "credit_account_id",
        "points",
        "kind",
        "occurred_at",
        "recorded_at",
        "business_key",
        "reference",
        "purchase_id",
        "reverses_id",
        "explanation",
    ),
)
INSERT_LOTS = Write(
    Lot,
    (
        "id",
        "account_id",
        "transfer_id",
        "purchase_id",
        "terms_id",
        "points",
        "remaining",
        "is_pending",
        "available_at",
        "expires_at",
    ),
)
UPDATE_LOTS = Write(Lot, ("id", "remaining", "is_pending", "expires_at"), "update")
INSERT_DRAWS = Write(Draw, ("transfer_id", "lot_id", "points"))
INSERT_DEBTS = Write(Debt, ("account_id", "transfer_id", "points", "remaining"))
UPDATE_DEBTS = Write(Debt, ("id", "remaining"), "update")
UPDATE_ACCOUNTS = Write(
    Account,
    ("id", "available", "pending", "owed", "settle_due_at", "first_purchase_at", "last_purchase_at"),
    "update",
)


@dataclass(slots=True, eq=False)
class AccountState:
    """A locked account of a member, with what a till needs of the member; read after the lock."""

    pk: int
    available: int
    pending: int
    owed: int
    settle_due_at: datetime | None
    first_purchase_at: datetime | None
    last_purchase_at: datetime | None
    member_id: int
    number: str
    status: str
    tier_id: int
    enrolled_at: datetime

    @property
    def is_live(self) -> bool:
        """Whether the card works at a till."""
        return self.status in LIVE_STATUSES


@dataclass(slots=True, eq=False)
class OpenLot:
    """A lot as the book sees it; ``id`` is reserved at writing for a new one."""

    account_id: int
    points: int
    remaining: int
    is_pending: bool
    available_at: datetime
    expires_at: datetime | None
    terms_id: int | None
    purchase_id: int | None
    transfer_id: int = 0
    id: int = 0
    posting: "Posting | None" = None
    is_changed: bool = False

    @property
    def draw_order(self) -> tuple[datetime, int]:
        """Earliest expiry first, never last, then oldest; a lot of this book is younger than any stored one."""
        return (self.expires_at or FAR, self.id or 2**63)


def open_lot(lot: Lot) -> OpenLot:
    """A stored lot as the book sees it."""
    return OpenLot(
        account_id=lot.account_id,
        points=lot.points,
        remaining=lot.remaining,
        is_pending=lot.is_pending,
        available_at=lot.available_at,
        expires_at=lot.expires_at,
        terms_id=lot.terms_id,
        purchase_id=lot.purchase_id,
        transfer_id=lot.transfer_id,
        id=lot.pk,
    )


@dataclass(slots=True, eq=False)
class Posting:
    """A transfer on its way into the ledger. ``business_key`` is unique for ever and says what it is for."""

    kind: str
    debit_account_id: int
    credit_account_id: int
    points: int
    business_key: str
    occurred_at: datetime
    purchase_id: int | None = None
    reverses_id: int | None = None
    reference: str = ""
    explanation: dict[str, Any] = field(default_factory=dict)
    id: int = 0
    is_posted: bool = False


@dataclass(slots=True)
class OpenDebt:
    """An unpaid rest of a debit: a stored one has an ``id``, a new one its posting."""

    points: int
    remaining: int
    transfer_id: int = 0
    id: int = 0
    posting: Posting | None = None
    is_changed: bool = False


def transfer_row(posting: Posting, now: datetime) -> Row:
    """A posting as INSERT_TRANSFERS takes it."""
    return (
        posting.id,
        posting.debit_account_id,
        posting.credit_account_id,
        posting.points,
        str(posting.kind),
        posting.occurred_at,
        now,
        posting.business_key,
        posting.reference,
        posting.purchase_id,
        posting.reverses_id,
        posting.explanation,
    )


def stored_transfer(posting: Posting, now: datetime) -> Transfer:
    """The transfer of a posting that was written, without asking for it again."""
    return Transfer.from_db(connection.alias, INSERT_TRANSFERS.fields, transfer_row(posting, now))


def lot_row(lot: OpenLot) -> Row:
    """A new lot as INSERT_LOTS takes it."""
    return (
        lot.id,
        lot.account_id,
        lot.transfer_id,
        lot.purchase_id,
        lot.terms_id,
        lot.points,
        lot.remaining,
        lot.is_pending,
        lot.available_at,
        lot.expires_at,
    )


def account_row(account: AccountState) -> Row:
    """A locked account as UPDATE_ACCOUNTS takes it."""
    return (
        account.pk,
        account.available,
        account.pending,
        account.owed,
        account.settle_due_at,
        account.first_purchase_at,
        account.last_purchase_at,
    )
