"""The jobs of a programme day, in their order, each with a row in the job log.

Order: activate pending points -> expire -> review tiers -> warn -> purge. Points that become available and expire in
one night go through both; tiers are reviewed on settled books; nobody is warned of points that have just gone. A job
that fails ends the day, since the later ones build on it: its row keeps the error, and the next hourly run begins
again with it.

Every job takes its date and may run late, twice, out of order or ten times at once. What makes that safe is in the
data (row locks, business keys, dedupe keys), not in who runs it; the job log only spares needless repetition.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

import structlog
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from members import clock
from members.exceptions import DomainError
from members.models import IdempotencyRecord, JobRun, JobStatus
from members.services.activations import activate_points, has_pending_due
from members.services.expiries import expire_points, has_expiries_due
from members.services.expiry_warnings import has_expiry_ahead, warn_of_expiry
from members.services.idempotency import KEPT_FOR
from members.services.purges import purge
from members.services.tier_reviews import has_reviews_due, review_tiers
from members.services.verifications import require_right_books

logger = structlog.get_logger(__name__)

Counts = dict[str, int]

# A job that began this long ago and did not end was killed, or will not mind company.
ABANDONED_AFTER = timedelta(minutes=30)
# When the jobs of a replayed day run.
AFTER_MIDNIGHT = timedelta(minutes=10)
ERROR_LENGTH = 2_000


class DayNotBegun(DomainError):
    """The jobs of a day cannot run before it: points would expire too early."""

    code: ClassVar[str] = "day-not-begun"
    message = _("%(day)s has not begun yet.")


@dataclass(frozen=True, slots=True)
class Job:
    """A named piece of a day's work; ``is_due`` says, by a look at an index, whether there is any."""

    name: str
    run: Callable[[date, datetime], Counts]
    is_due: Callable[[date], bool]


def _has_old_answers(day: date) -> bool:
    # Replayed days have no relay and no readers, so neither old events nor old notifications.
    return IdempotencyRecord.objects.filter(created_at__lt=clock.day_start(day) - KEPT_FOR).exists()


DAY_JOBS = (
    Job(
        "activate_points",
        lambda day, _now: activate_points(for_date=day),
        lambda day: has_pending_due(for_date=day),
    ),
    Job(
        "expire_points",
        lambda day, now: expire_points(for_date=day, now=now),
        lambda day: has_expiries_due(for_date=day),
    ),
    Job(
        "review_tiers",
        lambda day, now: review_tiers(for_date=day, now=now),
        lambda day: has_reviews_due(for_date=day),
    ),
    Job(
        "warn_of_expiry",
        lambda day, now: warn_of_expiry(for_date=day, now=now),
        lambda day: has_expiry_ahead(for_date=day),
    ),
    Job("purge", lambda _day, now: purge(now=now), _has_old_answers),
)
VERIFICATION = Job("verify_ledger", lambda _day, now: require_right_books(now=now), lambda _day: True)


def run_programme_day(*, for_date: date, now: datetime) -> list[JobRun]:
    """Run all jobs of a day, whether or not they ran before. Raises DayNotBegun, and whatever a job raised."""
    if for_date > clock.local_date(now):
        raise DayNotBegun(day=for_date)
    return [_run(job, for_date=for_date, now=now) for job in DAY_JOBS]


def catch_up(*, now: datetime) -> list[JobRun]:
    """Run every day that was missed since the last one done, up to today; on a day that is done, one query.

    Stops where another process is at work on the same. Raises whatever a job raised.
    """
    today = clock.local_date(now)
    done = dict(
        JobRun.objects.filter(status=JobStatus.DONE, job__in=[job.name for job in DAY_JOBS])
        .values_list("job")
        .annotate(last=Max("for_date"))
    )
    # A programme's first day has nothing behind it; a job that is new joins in today.
    last_done = {job.name: done.get(job.name, today - timedelta(days=1)) for job in DAY_JOBS}
    runs: list[JobRun] = []
    for day in days(first=min(last_done.values()) + timedelta(days=1), last=today):
        for job in DAY_JOBS:
            if last_done[job.name] < day:
                if _is_running(job, for_date=day, now=now):
                    return runs
                runs.append(_run(job, for_date=day, now=now))
    return runs


def replay_days(*, first: date, last: date) -> Iterator[date]:
    """Run the jobs of past days as if each ran on its own night; yields every day when it is done.

    For programmes brought over from elsewhere. Jobs with nothing to do are not logged, except on the last day, from
    which the catch-up goes on. Raises DayNotBegun, and whatever a job raised.
    """
    if last > clock.local_date(clock.now()):
        raise DayNotBegun(day=last)
    for day in days(first=first, last=last):
        now = clock.day_start(day) + AFTER_MIDNIGHT
        for job in DAY_JOBS:
            if day == last or job.is_due(day):
                _run(job, for_date=day, now=now, is_quiet=day != last)
        yield day


def run_verification(*, now: datetime) -> JobRun:
    """Verify the ledger, with a row in the job log. Raises LedgerDrift."""
    return _run(VERIFICATION, for_date=clock.local_date(now), now=now)


def days(*, first: date, last: date) -> Iterator[date]:
    """Every day of a stretch, both ends included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _is_running(job: Job, *, for_date: date, now: datetime) -> bool:
    return JobRun.objects.filter(
        job=job.name, for_date=for_date, status=JobStatus.RUNNING, started_at__gt=now - ABANDONED_AFTER
    ).exists()


def _run(job: Job, *, for_date: date, now: datetime, is_quiet: bool = False) -> JobRun:
    """Run a job and log it; a quiet one leaves a row only if it did something or failed."""
    run = JobRun(job=job.name, for_date=for_date, started_at=now)
    if not is_quiet:
        _close_abandoned(job, now=now)
        run.save()
    began = time.monotonic()
    try:
        run.counts = job.run(for_date, now)
        run.status = JobStatus.DONE
    except Exception as error:
        run.status, run.error = JobStatus.FAILED, f"{type(error).__name__}: {error}"[:ERROR_LENGTH]
        raise
    finally:
        # What stops the process itself (a signal) is no failure of the job: its row stays "running".
        if run.status != JobStatus.RUNNING:
            _log(
                run,
                seconds=time.monotonic() - began,
                is_kept=not is_quiet or bool(run.error or any(run.counts.values())),
            )
    return run


def _close_abandoned(job: Job, *, now: datetime) -> None:
    JobRun.objects.filter(job=job.name, status=JobStatus.RUNNING, started_at__lt=now - ABANDONED_AFTER).update(
        status=JobStatus.FAILED, error="The process was stopped before the job ended."
    )


def _log(run: JobRun, *, seconds: float, is_kept: bool) -> None:
    run.duration_ms = round(seconds * 1000)
    run.finished_at = run.started_at + timedelta(seconds=seconds)
    if is_kept:
        run.save()
        logger.info("job_ended", job=run.job, for_date=str(run.for_date), status=run.status, counts=run.counts)
