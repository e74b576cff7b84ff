"""When points become available and when they expire, by the policy under which they were earned.

``expires_at`` is the exclusive moment: the start of the day after the last day, in the programme's zone.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.conf import settings

from members.clock import day_end, day_start, local_date
from members.models import ExpiryKind
from members.rule_terms import PolicyTerms


def expires_at(policy: PolicyTerms, occurred_at: datetime) -> datetime | None:
    """The moment from which points earned at ``occurred_at`` are gone; None means never."""
    return expires_after(policy, local_date(occurred_at))


def expires_after(policy: PolicyTerms, earned_date: date) -> datetime | None:
    """The moment from which points earned on a programme day are gone; None means never."""
    last = last_date(policy.kind, policy.months, policy.fixed_month, policy.fixed_day, earned_date)
    return None if last is None else day_end(last)


def extended_expiry(policy: PolicyTerms, activity_at: datetime) -> datetime | None:
    """The moment to which a purchase at ``activity_at`` extends points; None where the policy extends none."""
    return expires_at(policy, activity_at) if policy.kind == ExpiryKind.ACTIVITY else None


def available_at(occurred_at: datetime) -> datetime:
    """The moment from which points of a purchase can be used.

    At once without pending days; else the start of the day after that many whole days.
    """
    if not settings.PENDING_DAYS:
        return occurred_at
    return day_start(local_date(occurred_at) + timedelta(days=settings.PENDING_DAYS + 1))


@lru_cache(maxsize=8192)
def last_date(kind: str, months: int, fixed_month: int | None, fixed_day: int | None, earned: date) -> date | None:
    """The last day, which counts whole; None for never. The arguments are those of a policy."""
    if kind == ExpiryKind.NEVER:
        return None
    due = _clamped(earned.year, earned.month + months, earned.day)
    if kind == ExpiryKind.END_OF_MONTH:
        return _clamped(due.year, due.month, 31)
    if kind == ExpiryKind.FIXED_DATE and fixed_month and fixed_day:
        this_year = _clamped(due.year, fixed_month, fixed_day)
        return this_year if this_year >= due else _clamped(due.year + 1, fixed_month, fixed_day)
    return due


def _clamped(year: int, month: int, day: int) -> date:
    """A day of a month counted on over the end of the year; the month's last day where it has no such day."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, min(day, monthrange(year, month)[1]))
