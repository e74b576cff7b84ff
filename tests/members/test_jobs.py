"""A programme day: its jobs in order, logged, caught up after a standstill, and the same however often they run."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from members import clock, tasks
from members.models import Account, DomainEvent, JobRun, JobStatus, Lot, Member, Transfer, TransferKind
from members.services import jobs
from members.services.jobs import (
    DAY_JOBS,
    DayNotBegun,
    Job,
    catch_up,
    replay_days,
    run_programme_day,
    run_verification,
)
from members.services.verifications import LedgerDrift, verify_ledger
from tests.factories import MemberFactory
from tests.members.job_scenes import EARNED_AT, award, run_at
from tests.members.ledger_scenes import balance

pytestmark = pytest.mark.django_db

DAY = date(2026, 7, 1)
ORDER = ["activate_points", "expire_points", "review_tiers", "warn_of_expiry", "purge"]


def run(day: date) -> list[JobRun]:
    return run_programme_day(for_date=day, now=run_at(day))


def logged() -> list[tuple[str, date, str]]:
    return list(JobRun.objects.order_by("pk").values_list("job", "for_date", "status"))


def state() -> list[Any]:
    """All that the jobs may change."""
    return [
        list(Account.objects.order_by("pk").values_list("pk", "available", "pending", "owed", "settle_due_at")),
        list(Lot.objects.order_by("pk").values_list("pk", "remaining", "is_pending")),
        sorted(Transfer.objects.values_list("business_key", "points", "occurred_at")),
        sorted(DomainEvent.objects.values_list("type", "member_id", "occurred_at").exclude(type="points.expiring")),
        sorted(DomainEvent.objects.filter(type="points.expiring").values_list("dedupe_key", flat=True)),
    ]


@pytest.fixture
def member() -> Member:
    """With points that become available, expire and will expire."""
    member = MemberFactory.create()
    award(member, 100, last_day=date(2026, 6, 30))
    award(member, 50, available_at=clock.day_start(DAY), last_day=date(2026, 7, 31))
    award(member, 20, available_at=clock.day_start(date(2026, 6, 20)), last_day=date(2026, 6, 30))
    award(member, 7, last_day=date(2026, 7, 8))
    return member


def test_runs_all_jobs_in_their_order(member: Member) -> None:
    runs = run(DAY)

    assert [each.job for each in runs] == ORDER == [job.name for job in DAY_JOBS]
    assert balance(member) == (57, 0, 0)
    assert Transfer.objects.filter(kind=TransferKind.EXPIRY).count() == 2
    assert {event.payload["days"] for event in DomainEvent.objects.filter(type="points.expiring")} == {7, 30}
    assert verify_ledger(now=run_at(DAY)).drifts == []


def test_leaves_a_row_for_each_job_in_the_log(member: Member) -> None:
    run(DAY)

    rows = list(JobRun.objects.order_by("pk"))
    assert logged() == [(name, DAY, "done") for name in ORDER]
    assert rows[0].counts == {"accounts": 1, "lots": 2, "points": 70}
    assert rows[1].counts == {"accounts": 1, "lots": 2, "points": 120}
    assert rows[3].counts == {"in_30_days": 1, "in_7_days": 1}
    assert rows[0].started_at == run_at(DAY)
    assert all(row.duration_ms is not None and row.finished_at is not None and not row.error for row in rows)


def test_twice_late_and_out_of_order_come_to_the_same(member: Member) -> None:
    run(DAY)
    once = state()

    run(DAY)
    run(DAY - timedelta(days=20))
    run(DAY)

    assert state() == once


def test_a_day_run_late_comes_to_what_it_had_come_to_on_time(member: Member) -> None:
    run_programme_day(for_date=DAY, now=run_at(DAY) + timedelta(days=400))

    assert balance(member) == (57, 0, 0)
    assert set(Transfer.objects.filter(kind=TransferKind.EXPIRY).values_list("occurred_at", flat=True)) == {
        clock.day_start(DAY)
    }


def test_a_day_that_has_not_begun_is_refused(member: Member) -> None:
    with pytest.raises(DayNotBegun):
        run_programme_day(for_date=DAY, now=run_at(DAY - timedelta(days=1)))

    assert balance(member)[0] == 107
    assert logged() == []


def _with(monkeypatch: pytest.MonkeyPatch, name: str, run_job: Callable[[date, datetime], dict[str, int]]) -> None:
    replaced = [Job(job.name, run_job if job.name == name else job.run, job.is_due) for job in DAY_JOBS]
    monkeypatch.setattr(jobs, "DAY_JOBS", tuple(replaced))


def test_a_job_that_fails_ends_the_day_and_the_next_run_goes_on_there(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_day: date, _now: datetime) -> dict[str, int]:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken:
        _with(broken, "expire_points", fail)
        with pytest.raises(RuntimeError):
            catch_up(now=run_at(DAY))
    failed = JobRun.objects.get(job="expire_points")
    after_failure = logged()

    runs = catch_up(now=run_at(DAY) + timedelta(hours=1))

    assert after_failure == [("activate_points", DAY, "done"), ("expire_points", DAY, "failed")]
    assert failed.error == "RuntimeError: the disk is full"
    assert [each.job for each in runs] == ORDER[1:]
    assert balance(member) == (57, 0, 0)


def test_catches_up_with_every_day_missed_and_no_other(member: Member) -> None:
    first = catch_up(now=run_at(DAY))
    same_day = catch_up(now=run_at(DAY) + timedelta(hours=5))
    missed = catch_up(now=run_at(DAY + timedelta(days=3)))

    assert [(each.job, each.for_date) for each in first] == [(name, DAY) for name in ORDER]
    assert same_day == []
    days = [DAY + timedelta(days=number) for number in (1, 2, 3)]
    assert [(each.job, each.for_date) for each in missed] == [(name, day) for day in days for name in ORDER]


def test_asking_on_a_day_that_is_done_costs_one_query(
    member: Member, django_assert_num_queries: Callable[[int], Any]
) -> None:
    catch_up(now=run_at(DAY))

    with django_assert_num_queries(1):
        catch_up(now=run_at(DAY) + timedelta(hours=1))


def test_leaves_a_day_to_the_process_that_is_at_it(member: Member) -> None:
    JobRun.objects.create(job="activate_points", for_date=DAY, started_at=run_at(DAY) - timedelta(minutes=5))

    assert catch_up(now=run_at(DAY)) == []


def test_takes_over_from_a_process_that_was_killed(member: Member) -> None:
    killed = JobRun.objects.create(job="activate_points", for_date=DAY, started_at=run_at(DAY))

    runs = catch_up(now=run_at(DAY) + timedelta(hours=1))

    killed.refresh_from_db()
    assert len(runs) == len(ORDER)
    assert (killed.status, killed.error) == (JobStatus.FAILED, "The process was stopped before the job ended.")


def test_a_replay_comes_to_the_same_as_every_night_by_itself() -> None:
    replayed, nightly = MemberFactory.create_batch(2)
    days = (DAY - timedelta(days=15), DAY + timedelta(days=45))
    for each in (replayed, nightly):
        award(each, 100, last_day=date(2026, 6, 30))
        award(each, 50, available_at=clock.day_start(DAY), last_day=date(2026, 8, 20))

    with time_machine.travel(run_at(days[1]), tick=False):
        done = list(replay_days(first=days[0], last=days[1]))

    figures = [
        (balance(each), DomainEvent.objects.filter(member=each, type="points.expiring").count())
        for each in (replayed, nightly)
    ]
    assert (done[0], done[-1], len(done)) == (*days, 61)
    assert figures == [((50, 0, 0), 4)] * 2
    assert verify_ledger(now=run_at(days[1])).drifts == []


def test_a_replay_logs_what_did_something_and_its_last_day(member: Member) -> None:
    with time_machine.travel(run_at(DAY), tick=False):
        list(replay_days(first=DAY - timedelta(days=15), last=DAY))
        after = catch_up(now=clock.now())

    assert {row for row in logged() if row[1] == DAY} == {(name, DAY, "done") for name in ORDER}
    assert {row[0] for row in logged() if row[1] == date(2026, 6, 20)} == {"activate_points"}
    assert [row for row in logged() if row[1] == date(2026, 6, 22)] == []
    assert after == []


def test_a_replay_records_each_day_at_its_own_time(member: Member) -> None:
    with time_machine.travel(run_at(DAY + timedelta(days=60)), tick=False):
        list(replay_days(first=DAY, last=DAY + timedelta(days=10)))

    expiries = Transfer.objects.filter(kind=TransferKind.EXPIRY).order_by("recorded_at")
    assert [expiry.recorded_at for expiry in expiries] == [run_at(DAY)] * 2 + [run_at(date(2026, 7, 9))]


@pytest.mark.parametrize("zone", ["America/Santiago", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_begin_where_the_programme_is(settings: Any, zone: str) -> None:
    settings.PROGRAMME_TIME_ZONE = zone
    member = MemberFactory.create()
    award(member, 100, last_day=DAY - timedelta(days=1), now=EARNED_AT)

    catch_up(now=clock.day_start(DAY) - timedelta(seconds=1))
    before = balance(member)
    catch_up(now=clock.day_start(DAY))

    assert (before, balance(member)) == ((100, 0, 0), (0, 0, 0))


def test_verification_is_logged_and_drift_fails_it(member: Member) -> None:
    right = run_verification(now=run_at(DAY))
    Account.objects.filter(member=member).update(available=0)

    with pytest.raises(LedgerDrift):
        run_verification(now=run_at(DAY))

    drifted = JobRun.objects.latest("pk")
    assert (right.status, right.counts["drifts"]) == (JobStatus.DONE, 0)
    assert drifted.status == JobStatus.FAILED
    assert f"available: account {Account.objects.get(member=member).pk} says 0" in drifted.error


def test_the_worker_runs_the_same_services(member: Member) -> None:
    with time_machine.travel(run_at(DAY), tick=False):
        tasks.run_programme_day.delay()
        tasks.verify_ledger.delay()
        tasks.relay_events.delay()
        tasks.purge.delay()

    assert balance(member) == (57, 0, 0)
    assert [job for job, _, _ in logged()] == [*ORDER, "verify_ledger"]
    assert DomainEvent.objects.filter(delivered_at=None).count() == 0


def test_tasks_have_the_names_that_the_schedule_uses(settings: Any) -> None:
    named = {task.name for task in (tasks.run_programme_day, tasks.verify_ledger, tasks.relay_events, tasks.purge)}

    assert named == {
        "members.tasks.run_programme_day",
        "members.tasks.verify_ledger",
        "members.tasks.relay_events",
        "members.tasks.purge",
    }
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert named - {"members.tasks.purge"} <= scheduled  # the day's jobs purge too


def command(*arguments: str) -> str:
    output = StringIO()
    with time_machine.travel(datetime(2026, 7, 20, 4, 0, tzinfo=UTC), tick=False):
        call_command("run_day", *arguments, stdout=output)
    return output.getvalue()


def test_the_command_runs_today_or_a_day(member: Member) -> None:
    assert "expire_points: accounts 1, lots 2, points 120" in command("--date", "2026-07-01")
    assert "expire_points: accounts 1, lots 1, points 7" in command()
    assert {day for _, day, _ in logged()} == {DAY, date(2026, 7, 20)}


def test_the_command_replays_many_days(member: Member) -> None:
    assert "Replayed 20 days, 2026-07-01 to 2026-07-20" in command("--from", "2026-07-01", "--to", "2026-07-20")
    assert balance(member) == (50, 0, 0)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "2026-07-01"),
        ("--to", "2026-07-01"),
        ("--date", "2026-07-01", "--from", "2026-07-01", "--to", "2026-07-02"),
        ("--from", "2026-07-02", "--to", "2026-07-01"),
        ("--date", "2026-07-21"),
        ("--from", "2026-07-01", "--to", "2026-07-21"),
        ("--date", "yesterday"),
    ],
)
def test_the_command_says_what_it_cannot_do(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        command(*arguments)

    assert logged() == []


def test_relaying_by_hand_says_what_was_delivered(member: Member) -> None:
    output = StringIO()

    call_command("relay", "--retry-parked", stdout=output)

    assert "To be tried again: 0" in output.getvalue()
    assert "unheard 4" in output.getvalue()
