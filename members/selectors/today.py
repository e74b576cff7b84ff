"""Today in figures, for the start page of the staff."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from members import clock
from members.models import (
    Adjustment,
    AdjustmentStatus,
    JobRun,
    JobStatus,
    Member,
    Purchase,
    Transfer,
    TransferKind,
)

# How many transfers to step back at once when looking for the first one of a day.
STRIDES = (1_000, 20_000, 400_000)


@dataclass(frozen=True, slots=True)
class Today:
    """What happened since midnight in the programme's zone. Units: ``amount`` in minor units, points whole."""

    day: date
    purchases: int
    amount: int
    purchases_before: int
    issued: int
    spent: int
    expired: int
    new_members: int
    new_members_before: int
    jobs_failed: int
    adjustments_waiting: int


def today(*, now: datetime) -> Today:
    """Figures of the programme's day, and of yesterday by this hour; a constant number of statements."""
    day = clock.local_date(now)
    start = clock.day_start(day)
    before = (clock.day_start(day - timedelta(days=1)), now - timedelta(days=1))
    bought = Purchase.objects.filter(occurred_at__gte=start, occurred_at__lte=now).aggregate(
        count=Count("pk"), amount=Coalesce(Sum(F("amount") - F("returned_amount")), 0)
    )
    moved = _points_since(start)
    return Today(
        day=day,
        purchases=bought["count"],
        amount=bought["amount"],
        purchases_before=Purchase.objects.filter(occurred_at__range=before).count(),
        issued=moved["issued"],
        spent=moved["spent"],
        expired=moved["expired"],
        new_members=Member.objects.filter(enrolled_at__gte=start, enrolled_at__lte=now).count(),
        new_members_before=Member.objects.filter(enrolled_at__range=before).count(),
        jobs_failed=JobRun.objects.filter(started_at__gte=start, status=JobStatus.FAILED).count(),
        adjustments_waiting=Adjustment.objects.filter(status=AdjustmentStatus.WAITING).count(),
    )


def _points_since(start: datetime) -> dict[str, int]:
    """Points issued, spent and expired by transfers recorded since a moment."""

    def total(*kinds: TransferKind) -> Coalesce:
        return Coalesce(Sum("points", filter=Q(kind__in=kinds)), 0)

    transfers = Transfer.objects.filter(pk__gt=_last_before(start), recorded_at__gte=start)
    return transfers.aggregate(
        issued=total(TransferKind.EARN, TransferKind.BONUS),
        spent=total(TransferKind.SPEND),
        expired=total(TransferKind.EXPIRY),
    )


def _last_before(start: datetime) -> int:
    """The id of a transfer from before a moment, not far below the first one after it.

    Transfers are numbered in the order in which they are recorded, so that a few steps back through the primary key
    stand in for an index that each purchase would have to maintain.
    """
    newest_first = Transfer.objects.order_by("-pk").values_list("pk", "recorded_at")
    for stride in STRIDES:
        row = newest_first[stride : stride + 1].first()
        if row is None:
            break
        if row[1] < start:
            return row[0]
    return 0
