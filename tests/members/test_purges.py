"""What is forgotten and what is kept."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from members.models import DomainEvent, EventReceipt, Member, Notification, NotificationKind
from members.services import purges
from members.services.events import record_event
from members.services.expiry_warnings import warn_of_expiry
from members.services.purges import purge, purge_events, purge_notifications
from tests.factories import MemberFactory
from tests.members.job_scenes import award, run_at

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 10, 4, 0, tzinfo=UTC)
DAY = date(2026, 7, 1)
OLD = NOW - timedelta(days=91)


def event(*, recorded: datetime, delivered: datetime | None, key: str | None = None) -> DomainEvent:
    record_event(type="points.earned", member_id=None, payload={}, occurred_at=recorded, now=recorded, dedupe_key=key)
    found = DomainEvent.objects.latest("pk")
    DomainEvent.objects.filter(pk=found.pk).update(delivered_at=delivered)
    EventReceipt.objects.create(event=found, consumer="stamps", received_at=recorded)
    return found


def notification(member: Member, *, days: int, read_days: int | None = None, of: DomainEvent | None = None) -> int:
    return Notification.objects.create(
        member=member,
        event=of,
        kind=NotificationKind.BONUS,
        payload={"points": 5},
        created_at=NOW - timedelta(days=days),
        read_at=None if read_days is None else NOW - timedelta(days=read_days),
    ).pk


def test_delivered_events_go_with_their_receipts_after_90_days() -> None:
    event(recorded=OLD, delivered=OLD)
    young = event(recorded=NOW - timedelta(days=89), delivered=NOW - timedelta(days=89))

    assert purge_events(now=NOW) == 1

    assert list(DomainEvent.objects.all()) == [young]
    assert [receipt.event_id for receipt in EventReceipt.objects.all()] == [young.pk]


def test_events_that_wait_are_parked_or_were_delivered_lately_stay_however_old() -> None:
    event(recorded=OLD, delivered=None)
    event(recorded=OLD, delivered=NOW - timedelta(days=1))

    assert purge_events(now=NOW) == 0


def test_how_long_is_a_setting(settings: Settings) -> None:
    settings.EVENT_RETENTION_DAYS = 2
    event(recorded=NOW - timedelta(days=3), delivered=NOW - timedelta(days=3))

    assert purge_events(now=NOW) == 1


def test_an_event_whose_key_guards_a_job_stays_for_two_months(settings: Settings) -> None:
    settings.EVENT_RETENTION_DAYS = 2
    event(recorded=NOW - timedelta(days=59), delivered=NOW - timedelta(days=59), key="expiring:1:x:30")
    event(recorded=NOW - timedelta(days=61), delivered=NOW - timedelta(days=61), key="expiring:2:x:30")

    assert purge_events(now=NOW) == 1


def test_a_warning_is_not_repeated_after_a_purge(settings: Settings) -> None:
    settings.EVENT_RETENTION_DAYS = 1
    award(MemberFactory.create(), 100, last_day=DAY + timedelta(days=30))
    warn_of_expiry(for_date=DAY, now=run_at(DAY))
    DomainEvent.objects.update(delivered_at=run_at(DAY))

    later = DAY + timedelta(days=20)
    purge_events(now=run_at(later))

    assert warn_of_expiry(for_date=later, now=run_at(later))["in_30_days"] == 0


def test_notifications_outlive_their_event() -> None:
    old = event(recorded=OLD, delivered=OLD)
    pk = notification(MemberFactory.create(), days=91, of=old)

    purge(now=NOW)

    kept = Notification.objects.get(pk=pk)
    assert (kept.event_id, kept.payload) == (None, {"points": 5})


def test_read_ones_go_90_days_after_reading_and_unread_ones_after_a_year() -> None:
    mei = MemberFactory.create()
    kept = [
        notification(mei, days=120, read_days=89),
        notification(mei, days=364),
        notification(mei, days=1, read_days=0),
    ]
    notification(mei, days=120, read_days=91)
    notification(mei, days=366)

    assert purge_notifications(now=NOW) == 2

    assert sorted(Notification.objects.values_list("pk", flat=True)) == sorted(kept)


def test_more_than_a_chunk_is_worked_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purges, "BATCH", 2)
    mei = MemberFactory.create()
    for _ in range(5):
        event(recorded=OLD, delivered=OLD)
        notification(mei, days=120, read_days=91)
    waiting = event(recorded=OLD, delivered=None)
    event(recorded=OLD, delivered=OLD)

    assert purge(now=NOW) == {"idempotency_records": 0, "events": 6, "notifications": 5}

    assert list(DomainEvent.objects.all()) == [waiting]
    assert purge(now=NOW) == {"idempotency_records": 0, "events": 0, "notifications": 0}


def test_a_walk_ends_where_everything_is_young(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purges, "BATCH", 2)
    for _ in range(6):
        event(recorded=NOW, delivered=NOW)

    assert list(purges._chunks(DomainEvent, "recorded_at", until=OLD)) == []
