"""Members hear of points that will expire 30 and 7 days ahead, as domain events."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction

from members import clock
from members.engines.jobs import job_engine
from members.models import Lot

# Furthest first. A warning is due from its distance down to the next one: a job that runs days late still warns, once.
WARNING_DAYS = (30, 7)


def warn_of_expiry(*, for_date: date, now: datetime) -> dict[str, int]:
    """Write a ``points.expiring`` event for each account, last day and distance that was not warned of yet.

    Within 7 days the 30-day warning is no longer sent. Points that arrive inside a distance (a late receipt, a
    transfer from an older system) are warned of on the next run. Returns the number of warnings by distance.
    """
    counts = {}
    for days, next_days in zip(WARNING_DAYS, (*WARNING_DAYS[1:], -1), strict=True):
        first, last = for_date + timedelta(days=next_days + 1), for_date + timedelta(days=days)
        counts[f"in_{days}_days"] = sum(
            _warn(last_day=day, days=days, next_days=next_days, now=now) for day in _last_days(first=first, last=last)
        )
    return counts


def _last_days(*, first: date, last: date) -> Iterator[date]:
    """The days in a stretch on which some points can be used for the last time; one look at the index for each."""
    after, until = clock.day_start(first), clock.day_end(last)
    open_lots = Lot.objects.filter(remaining__gt=0, expires_at__lte=until).order_by("expires_at")
    while expires_at := open_lots.filter(expires_at__gt=after).values_list("expires_at", flat=True).first():
        day = clock.last_day(expires_at)
        yield day
        after = clock.day_end(day)


@transaction.atomic
def _warn(*, last_day: date, days: int, next_days: int, now: datetime) -> int:
    return job_engine().warn(
        after=clock.day_start(last_day),
        until=clock.day_end(last_day),
        last_day=last_day,
        days=days,
        next_days=next_days,
        now=now,
    )


def has_expiry_ahead(*, for_date: date) -> bool:
    """Whether any points expire within the furthest distance."""
    ahead = clock.day_end(for_date + timedelta(days=max(WARNING_DAYS)))
    return Lot.objects.filter(remaining__gt=0, expires_at__gt=clock.day_start(for_date), expires_at__lte=ahead).exists()
