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
KINDS = {
    "issued": (TransferKind.EARN, TransferKind.BONUS),
    "spent": (TransferKind.SPEND,),
    "expired": (TransferKind.EXPIRY,),
}


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What happened on one day of the programme. Units: ``amount`` in minor units, points whole."""

    purchases: int
    amount: int
    issued: int
    spent: int
    expired: int
    new_members: int


@dataclass(frozen=True, slots=True)
class Today:
    """This day so far, the whole day before, and what asks for somebody."""

    day: date
    so_far: DayFigures
    yesterday: DayFigures
    jobs_failed: int
    adjustments_waiting: int


def today(*, now: datetime) -> Today:
    """Figures of the programme's day and of the day before; a constant number of statements."""
    day = clock.local_date(now)
    start, before = clock.day_start(day), clock.day_start(day - timedelta(days=1))
    bought = _purchases(before, start, now)
    moved = _points(before, start, now)
    joined = _new_members(before, start, now)
    return Today(
        day=day,
        so_far=DayFigures(**bought[1], **moved[1], new_members=joined[1]),
        yesterday=DayFigures(**bought[0], **moved[0], new_members=joined[0]),
        jobs_failed=JobRun.objects.filter(started_at__gte=start, status=JobStatus.FAILED).count(),
        adjustments_waiting=Adjustment.objects.filter(status=AdjustmentStatus.WAITING).count(),
    )


def _purchases(before: datetime, start: datetime, now: datetime) -> tuple[dict[str, int], dict[str, int]]:
    kept = F("amount") - F("returned_amount")
    old, new = Q(occurred_at__lt=start), Q(occurred_at__gte=start)
    row = Purchase.objects.filter(occurred_at__gte=before, occurred_at__lte=now).aggregate(
        old_count=Count("pk", filter=old),
        new_count=Count("pk", filter=new),
        old_amount=Coalesce(Sum(kept, filter=old), 0),
        new_amount=Coalesce(Sum(kept, filter=new), 0),
    )
    return (
        {"purchases": row["old_count"], "amount": row["old_amount"]},
        {"purchases": row["new_count"], "amount": row["new_amount"]},
    )


def _new_members(before: datetime, start: datetime, now: datetime) -> tuple[int, int]:
    row = Member.objects.filter(enrolled_at__gte=before, enrolled_at__lte=now).aggregate(
        old=Count("pk", filter=Q(enrolled_at__lt=start)), new=Count("pk", filter=Q(enrolled_at__gte=start))
    )
    return row["old"], row["new"]


def _points(before: datetime, start: datetime, now: datetime) -> tuple[dict[str, int], dict[str, int]]:
    """Points issued, spent and expired by transfers recorded on each day."""
    days = {"old": Q(recorded_at__lt=start), "new": Q(recorded_at__gte=start)}
    row = Transfer.objects.filter(pk__gt=_last_before(before), recorded_at__gte=before, recorded_at__lte=now).aggregate(
        **{
            f"{day}_{name}": Coalesce(Sum("points", filter=condition & Q(kind__in=kinds)), 0)
            for day, condition in days.items()
            for name, kinds in KINDS.items()
        }
    )
    old, new = ({name: row[f"{day}_{name}"] for name in KINDS} for day in days)
    return old, new


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
