"""Arrangements that the tests of the nightly jobs share: points with a last day, and the moment a job runs."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from members import clock
from members.models import Member, Transfer
from members.services.ledger import award_points

EARNED_AT = datetime(2026, 6, 10, 4, 0, tzinfo=UTC)

_keys = count(1)


def award(
    member: Member,
    points: int,
    *,
    last_day: date | None = None,
    available_at: datetime | None = None,
    now: datetime = EARNED_AT,
) -> Transfer:
    """Points that can be used up to and on ``last_day``; never expiring without one."""
    return award_points(
        member_id=member.pk,
        points=points,
        business_key=f"bonus:test:{next(_keys)}",
        now=now,
        available_at=available_at,
        expires_at=clock.day_end(last_day) if last_day else None,
    )


def run_at(day: date) -> datetime:
    """When the jobs of a day run."""
    return clock.day_start(day) + timedelta(minutes=10)
