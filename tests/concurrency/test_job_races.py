"""Jobs and relays that meet each other, or a till, in the middle of their work."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial, partialmethod
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet

from members import clock, subscriptions
from members.engines import jobs_postgresql
from members.engines.jobs import WARN
from members.exceptions import NotEnoughPoints
from members.locks import lock_waiting_events
from members.models import Account, DomainEvent, EventReceipt, Lot, Member, Transfer, TransferKind, WebhookEndpoint
from members.services import relays
from members.services.activations import activate_points
from members.services.book import Book
from members.services.events import record_event
from members.services.expiries import expire_points
from members.services.expiry_warnings import warn_of_expiry
from members.services.jobs import run_programme_day
from members.services.ledger import spend_points
from members.services.relays import MAX_ATTEMPTS, relay_events
from members.services.verifications import verify_ledger
from members.subscriptions import subscribe
from tests.concurrency.racing import PATIENCE, Pause, race
from tests.factories import MemberFactory
from tests.members.job_scenes import award, run_at
from tests.members.ledger_scenes import balance

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

DAY = date(2026, 7, 1)
LAST_DAY = DAY - timedelta(days=1)
LAST_MOMENT = datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC)  # one second before midnight in Shanghai
NOW = run_at(DAY)
LOCK = "members.services.settlements.lock_due_accounts"


def drifts() -> list[str]:
    return [str(drift) for drift in verify_ledger(now=NOW).drifts]


def without_lock(*, due_at: datetime, after: int, limit: int, with_pending: bool) -> QuerySet[Account]:
    return Account.objects.filter(settle_due_at__lte=due_at, pk__gt=after).order_by("pk")[:limit]


# Ten runs at once


def test_ten_runs_of_a_day_at_once_come_to_the_same_as_one() -> None:
    members = MemberFactory.create_batch(20)
    for member in members:
        award(member, 100, last_day=LAST_DAY)
        award(member, 50, available_at=clock.day_start(DAY), last_day=DAY + timedelta(days=30))

    results = race(*[partial(run_programme_day, for_date=DAY, now=NOW)] * 10)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert [balance(member) for member in members] == [(50, 0, 0)] * 20
    assert Transfer.objects.filter(kind=TransferKind.EXPIRY).count() == 20
    assert DomainEvent.objects.filter(type="points.expired").count() == 20
    assert DomainEvent.objects.filter(type="points.expiring").count() == 20
    assert sum(run.counts.get("points", 0) for runs in results for run in runs) == 20 * 150
    assert drifts() == []


# Two activations of the same points


def activate_twice(monkeypatch: pytest.MonkeyPatch) -> tuple[Member, list[Any]]:
    member = MemberFactory.create()
    award(member, 100, available_at=clock.day_start(DAY))
    award(member, 500, available_at=clock.day_start(DAY + timedelta(days=30)))
    pause = Pause(jobs_postgresql.activate)
    monkeypatch.setattr(jobs_postgresql, "activate", pause)
    job = partial(activate_points, for_date=DAY)
    return member, race(job, pause.then(job))


def test_the_second_of_two_activations_waits_and_finds_nothing_due(monkeypatch: pytest.MonkeyPatch) -> None:
    member, results = activate_twice(monkeypatch)

    assert [result["points"] for result in results] == [100, 0]
    assert balance(member) == (100, 500, 0)
    assert drifts() == []


def test_canary_without_the_lock_points_become_available_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LOCK, without_lock)

    member, _ = activate_twice(monkeypatch)

    assert balance(member) == (200, 400, 0)
    assert drifts() != []


# Expiry and a spend


def spend_then_expire(monkeypatch: pytest.MonkeyPatch) -> tuple[Member, list[Any]]:
    """The till has written but not committed when the job comes to the same account."""
    member = MemberFactory.create()
    award(member, 100, last_day=LAST_DAY)
    pause = Pause(Book.write)
    monkeypatch.setattr(Book, "write", partialmethod(pause))
    till = partial(spend_points, member_id=member.pk, points=30, business_key="spend:race", now=LAST_MOMENT)
    return member, race(till, pause.then(partial(expire_points, for_date=DAY, now=NOW)))


def test_expiry_waits_for_a_spend_and_takes_what_it_left(monkeypatch: pytest.MonkeyPatch) -> None:
    member, (spent, expired) = spend_then_expire(monkeypatch)

    assert spent.points == 30
    assert expired["points"] == 70
    assert balance(member) == (0, 0, 0)
    assert drifts() == []


def test_canary_without_the_lock_expiry_takes_points_that_were_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LOCK, without_lock)

    _, (_, expired) = spend_then_expire(monkeypatch)

    # Only the database's own rule, that nobody has less than nothing, stops it.
    assert isinstance(expired, IntegrityError)
    assert "account_available_not_negative" in str(expired)


def test_a_spend_waits_for_expiry_and_finds_nothing_left(monkeypatch: pytest.MonkeyPatch) -> None:
    member = MemberFactory.create()
    award(member, 100, last_day=LAST_DAY)
    pause = Pause(jobs_postgresql.expire)
    monkeypatch.setattr(jobs_postgresql, "expire", pause)
    till = partial(spend_points, member_id=member.pk, points=30, business_key="spend:race", now=LAST_MOMENT)

    expired, refused = race(partial(expire_points, for_date=DAY, now=NOW), pause.then(till))

    assert expired["points"] == 100
    assert isinstance(refused, NotEnoughPoints)
    assert balance(member) == (0, 0, 0)
    assert Lot.objects.get().remaining == 0
    assert drifts() == []


# Two warnings of the same points


def warn_twice(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    award(MemberFactory.create(), 100, last_day=DAY + timedelta(days=30))
    pause = Pause(jobs_postgresql.warn)
    monkeypatch.setattr(jobs_postgresql, "warn", pause)
    job = partial(warn_of_expiry, for_date=DAY, now=NOW)
    return race(job, pause.then(job))


def test_two_runs_at_once_warn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    results = warn_twice(monkeypatch)

    assert [result["in_30_days"] for result in results] == [1, 0]
    assert DomainEvent.objects.filter(type="points.expiring").count() == 1


def test_canary_without_its_conflict_clause_the_second_warning_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    careless = WARN.replace("ON CONFLICT (dedupe_key) DO NOTHING", "")
    monkeypatch.setattr("members.engines.jobs_postgresql.WARN", careless)

    _, second = warn_twice(monkeypatch)

    assert isinstance(second, IntegrityError)


# Two relays


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The events that a webhook was sent."""
    WebhookEndpoint.objects.create(url="https://shop.example/", secret="whsec_c2VjcmV0", created_at=NOW)
    events: list[int] = []

    def send(*, endpoint: WebhookEndpoint, event: DomainEvent, now: datetime) -> None:
        events.append(event.pk)
        time.sleep(2 * PATIENCE)  # a slow shop, so that its receipt comes late

    monkeypatch.setattr(relays, "send_event", send)
    return events


def happen() -> DomainEvent:
    record_event(type="points.spent", member_id=None, payload={}, occurred_at=NOW, now=NOW)
    return DomainEvent.objects.latest("pk")


def relay_twice(monkeypatch: pytest.MonkeyPatch, lock: Callable[..., QuerySet[DomainEvent]]) -> list[Any]:
    """The second relay claims while the first has read its events and not yet committed its claim."""
    pause = Pause(lambda **asked: list(lock(**asked)))

    class Claimed:
        """What the relay asks of the query, answered from the paused read."""

        def __init__(self, **asked: Any) -> None:
            self.asked = asked

        def select_related(self, *names: str) -> Any:
            return pause(**self.asked)

    monkeypatch.setattr(relays, "lock_waiting_events", Claimed)
    relay = partial(relay_events, now=NOW, seconds=1)
    return race(relay, pause.then(relay))


def test_two_relays_share_events_without_waiting_for_each_other(
    monkeypatch: pytest.MonkeyPatch, sent: list[int]
) -> None:
    event = happen()

    results = relay_twice(monkeypatch, lock_waiting_events)

    assert [result["delivered"] for result in results] == [1, 0]
    assert sent == [event.pk]


def test_canary_without_the_lock_both_relays_send_the_same_event(
    monkeypatch: pytest.MonkeyPatch, sent: list[int]
) -> None:
    event = happen()

    def unlocked(*, now: datetime, max_attempts: int, limit: int) -> QuerySet[DomainEvent]:
        return DomainEvent.objects.filter(delivered_at=None, attempts__lt=MAX_ATTEMPTS, claimed_until=None)

    relay_twice(monkeypatch, unlocked)

    assert sent == [event.pk, event.pk]


# A claim that ran out while its relay was still at work


def deliver_twice(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Two relays hold the same event; the first is inside the subscriber when the second comes to it."""
    monkeypatch.setattr(subscriptions, "_subscriptions", {})
    event, heard = happen(), []
    handler = Pause(lambda event: heard.append(event.pk))
    subscribe("points.spent", "stamps", handler)

    def deliver() -> None:
        DomainEvent.objects.update(claimed_until=None)
        relay_events(now=NOW, seconds=1)

    race(deliver, handler.then(deliver))
    assert set(heard) == {event.pk}
    return heard


def test_a_subscriber_deals_with_an_event_once_even_when_two_relays_bring_it(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = deliver_twice(monkeypatch)

    assert len(heard) == 1
    assert EventReceipt.objects.count() == 1


def test_canary_without_unique_receipts_a_subscriber_deals_with_it_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE members_eventreceipt DROP CONSTRAINT event_received_once")
    try:
        heard = deliver_twice(monkeypatch)
    finally:
        EventReceipt.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE members_eventreceipt ADD CONSTRAINT event_received_once UNIQUE (event_id, consumer)"
            )

    assert len(heard) == 2
