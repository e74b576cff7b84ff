"""Real input: every purchase of CDNOW's customers of early 1997, imported, lived through, and counted by other means.

The expected figures are worked out from the file in plain Python: 1 point for each full dollar, gone at the end of
the month twelve months later.
"""

import csv
import gzip
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Sum

from members import clock
from members.models import Account, ExternalMember, ImportKind, Lot, Member, Purchase, Store, Transfer, TransferKind
from members.services.imports import ImportCounts, ImportSettings, import_file
from members.services.verifications import verify_ledger
from tests.factories import EarningRuleVersionFactory, StoreFactory

FILE = Path(__file__).parents[2].parent / "shared" / "data" / "cdnow_purchases.csv.gz"
ROWS, CUSTOMERS, CENTS = 69_659, 23_570, 250_031_563
# The programme opens on the day after its last purchase, and then lives through every day since the first.
OPENED = datetime(1998, 7, 1, 4, 0, tzinfo=UTC)
LAST = date(1998, 12, 31)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FILE.is_file(), reason=f"needs the CDNOW data in {FILE}"),
]


class Expected:
    """What must come out, straight from the file."""

    def __init__(self) -> None:
        self.earned = 0
        self.cents = 0
        self.expired: Counter[date] = Counter()
        self.left: Counter[str] = Counter()
        self.members: set[str] = set()
        with gzip.open(FILE, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                self._count(row)

    def _count(self, row: dict[str, str]) -> None:
        points = int(Decimal(row["amount"]))
        year, month = map(int, row["date"].split("-")[:2])
        # The day on which what was earned twelve months ago, and to the end of that month, is gone.
        gone = date(year + 2, 1, 1) if month == 12 else date(year + 1, month + 1, 1)
        self.members.add(row["member"])
        self.earned += points
        self.cents += int(Decimal(row["amount"]) * 100)
        if gone <= LAST:
            self.expired[gone] += points
        else:
            self.left[row["member"]] += points


def bring_in(shop: Store) -> tuple[ImportCounts, str]:
    found, rejects = ImportCounts(), StringIO()

    def on_progress(counts: ImportCounts, read: int, total: int) -> None:
        nonlocal found
        found = counts

    settings = ImportSettings(ImportKind.PURCHASES, shop, {"occurred_at": "date"}, enrol=True)
    import_file(path=FILE, settings=settings, rejects=lambda: rejects, on_progress=on_progress, now=lambda: OPENED)
    return found, rejects.getvalue() if not rejects.closed else "rejects"


def drifts(now: datetime) -> list[str]:
    return [str(drift) for drift in verify_ledger(now=now, is_exact=True).drifts]


def balances() -> dict[str, int]:
    rows = ExternalMember.objects.values_list("external_id", "member__account__available")
    return {number: points for number, points in rows if points}


def expired_by_day() -> dict[date, int]:
    found: dict[date, int] = defaultdict(int)
    rows = Transfer.objects.filter(kind=TransferKind.EXPIRY).values_list("occurred_at", "points")
    for moment, points in rows.iterator():
        found[clock.local_date(moment)] += points
    return dict(found)


def test_cdnow_imported_and_lived_through_agrees_with_the_file(settings: Any) -> None:
    settings.PROGRAMME_CURRENCY = "USD"
    EarningRuleVersionFactory.create(valid_from=datetime(1990, 1, 1, tzinfo=UTC))
    shop = StoreFactory.create(channel="web")
    expected = Expected()

    first, rejected = bring_in(shop)

    assert (first.rows, first.recorded, first.known, first.rejected, rejected) == (ROWS, ROWS, 0, 0, "")
    assert (expected.cents, len(expected.members)) == (CENTS, CUSTOMERS)
    assert Purchase.objects.aggregate(cents=Sum("amount"))["cents"] == CENTS
    assert Member.objects.count() == CUSTOMERS

    again, _ = bring_in(shop)

    assert (again.rows, again.recorded, again.known, again.rejected) == (ROWS, 0, ROWS, 0)
    assert drifts(OPENED) == []

    call_command("run_day", "--from", "1997-01-01", "--to", str(LAST), stdout=StringIO(), stderr=StringIO())

    now = clock.day_start(LAST) + timedelta(minutes=10)
    assert drifts(now) == []
    assert Transfer.objects.filter(kind=TransferKind.EARN).aggregate(points=Sum("points"))["points"] == expected.earned
    assert Purchase.objects.aggregate(points=Sum("points_earned"))["points"] == expected.earned
    assert expired_by_day() == {day: points for day, points in expected.expired.items() if points}
    assert balances() == {number: points for number, points in expected.left.items() if points}
    totals = Account.objects.filter(member__isnull=False).aggregate(available=Sum("available"), owed=Sum("owed"))
    assert totals == {"available": expected.left.total(), "owed": 0}
    assert expected.left.total() + expected.expired.total() == expected.earned
    assert Lot.objects.filter(remaining__gt=0).aggregate(points=Sum("remaining"))["points"] == expected.left.total()
    again, _ = bring_in(shop)
    assert (again.recorded, again.known) == (0, ROWS)
