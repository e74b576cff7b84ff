"""The programme's time: one place that knows what "now" and "today" mean.

Services take ``now`` as an argument; only the edges (views, API, tasks, commands) call ``now()``.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """The present moment, aware."""
    return timezone.now()


def programme_zone() -> ZoneInfo:
    """The zone in which the programme's days begin and end."""
    return _zone(settings.PROGRAMME_TIME_ZONE)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_date(moment: datetime) -> date:
    """The programme's day that a moment falls on."""
    return _local_date(moment, settings.PROGRAMME_TIME_ZONE)


# A file of a year's receipts asks for the same days and minutes over and over.
@lru_cache(maxsize=16_384)
def _local_date(moment: datetime, zone: str) -> date:
    return moment.astimezone(_zone(zone)).date()


@lru_cache(maxsize=4096)
def _day_start(day: date, zone: str) -> datetime:
    # Through UTC, since a zone that changes its clocks at midnight has days whose 00:00 does not exist: the day
    # then starts at the first moment after the gap.
    return datetime.combine(day, time.min, tzinfo=_zone(zone)).astimezone(UTC)


def day_start(day: date) -> datetime:
    """The first moment of a programme day, in UTC."""
    return _day_start(day, settings.PROGRAMME_TIME_ZONE)


def day_end(day: date) -> datetime:
    """The first moment after a programme day (exclusive end), in UTC."""
    return day_start(day + timedelta(days=1))


def last_day(expires_at: datetime) -> date:
    """The last day on which points that expire at a moment can still be used."""
    return local_date(expires_at - timedelta(microseconds=1))
