"""The proof that the books are right: every balance and lot rebuilt from transfers and draws. Reads, never repairs."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import DataError, connection, transaction
from django.db.models import Count, Q

from members.engines.checks import Check, differences, snapshot, suspects
from members.models import Account
from members.selectors.ledger_checks import ledger_checks

LISTED = 100


@dataclass(frozen=True, slots=True)
class Drift:
    """A figure that does not agree with the entries it stands for."""

    check: str
    subject: str
    key: int
    stored: int
    rebuilt: int

    def __str__(self) -> str:
        return f"{self.check}: {self.subject} {self.key} says {self.stored}, its entries say {self.rebuilt}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found: without drifts the books are right. ``counts`` says how many checks were made, and how."""

    drifts: list[Drift]
    counts: dict[str, int]


def verify_ledger(*, now: datetime, limit: int = LISTED, is_exact: bool = False) -> Verification:
    """Rebuild every balance, lot, debt, purchase and tier from its entries, in one snapshot; list what disagrees.

    At most ``limit`` drifts of each check. On PostgreSQL fingerprints say which checks need the exact look (see
    engines/checks.py); ``is_exact`` looks exactly at all of them.
    """
    with snapshot():
        checks = ledger_checks()
        looked_at = checks if is_exact or connection.vendor != "postgresql" else _suspects(checks)
        drifts = [Drift(*found) for check in looked_at for found in differences(check, limit=limit)]
        drifts.extend(_late_settlements(now=now, limit=limit))
    counts = {"checks": len(checks) + 1, "looked_at_exactly": len(looked_at), "drifts": len(drifts)}
    return Verification(drifts, counts)


class LedgerDrift(Exception):
    """Figures do not agree with the entries they stand for; the message lists them."""


def require_right_books(*, now: datetime) -> dict[str, int]:
    """Verify the ledger as a job: returns what was counted. Raises LedgerDrift."""
    result = verify_ledger(now=now)
    if result.drifts:
        raise LedgerDrift("\n".join(str(drift) for drift in result.drifts))
    return result.counts


def _suspects(checks: list[Check]) -> list[Check]:
    try:
        with transaction.atomic():
            return suspects(checks, seed=secrets.randbits(62))
    except DataError:
        # Somebody holds thousands of millions of points: too many for the factors, not for the exact look.
        return checks


def _late_settlements(*, now: datetime, limit: int) -> Iterator[Drift]:
    """Accounts with overdue lots that neither a till nor the nightly job would notice.

    ``settle_due_at`` may be too early, never too late. Where the books are right either side of this join is small.
    """
    thinks_nothing_is_due = Q(settle_due_at=None) | Q(settle_due_at__gt=now)
    expired = Q(lots__remaining__gt=0, lots__expires_at__lte=now)
    matured = Q(lots__remaining__gt=0, lots__is_pending=True, lots__available_at__lte=now)
    for overdue in (expired, matured):
        found = Account.objects.filter(overdue, thinks_nothing_is_due).annotate(lots_due=Count("lots")).order_by("pk")
        for pk, lots in found.values_list("pk", "lots_due")[:limit]:
            yield Drift("settlement", "account", pk, 0, lots)
