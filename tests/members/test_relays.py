"""Events reach every consumer at least once, and what fails never holds up anything else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from kombu.exceptions import OperationalError

from members import subscriptions
from members.models import DomainEvent, EventReceipt, Member, WebhookEndpoint
from members.outbound import NotSent
from members.services import relays
from members.services.events import RelayBell, record_event
from members.services.relays import LEASE, MAX_ATTEMPTS, pause_after, relay_events, retry_parked_events
from members.subscriptions import subscribe
from tests.factories import MemberFactory

NOW = datetime(2026, 6, 10, 4, 0, tzinfo=UTC)
SPENT = "points.spent"
EARNED = "points.earned"


class Poisoned(Exception):
    """What a consumer with a bug raises."""


@pytest.fixture(autouse=True)
def _nobody_hears(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(subscriptions, "_subscriptions", {})


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What endpoints are sent: (endpoint, event)."""
    messages: list[tuple[int, int]] = []

    def send(*, endpoint: WebhookEndpoint, event: DomainEvent, now: datetime) -> None:
        if "broken" in endpoint.url:
            raise NotSent("answered 500")
        messages.append((endpoint.pk, event.pk))

    monkeypatch.setattr(relays, "send_event", send)
    return messages


def happen(type_: str = SPENT, member: Member | None = None) -> DomainEvent:
    record_event(type=type_, member_id=member.pk if member else None, payload={"points": 5}, occurred_at=NOW, now=NOW)
    return DomainEvent.objects.latest("pk")


def endpoint(url: str = "https://shop.example/hook", *types: str) -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(url=url, event_types=list(types), secret="whsec_c2VjcmV0", created_at=NOW)


def ok_and_poisoned(heard: list[int]) -> tuple[Callable[[DomainEvent], None], Callable[[DomainEvent], None]]:
    def listen(event: DomainEvent) -> None:
        heard.append(event.pk)

    def fail(event: DomainEvent) -> None:
        MemberFactory.create()
        raise Poisoned("cannot read this")

    return listen, fail


def test_every_consumer_hears_every_event_once() -> None:
    heard: list[tuple[str, int]] = []
    subscribe(SPENT, "stamps", lambda event: heard.append(("stamps", event.pk)))
    subscribe(SPENT, "mail", lambda event: heard.append(("mail", event.pk)))
    events = [happen(), happen()]

    counts = relay_events(now=NOW)
    relay_events(now=NOW)

    assert counts == {"delivered": 2, "failed": 0, "parked": 0, "unheard": 0}
    assert sorted(heard) == sorted((name, event.pk) for name in ("mail", "stamps") for event in events)
    assert EventReceipt.objects.count() == 4
    assert DomainEvent.objects.filter(delivered_at=None).count() == 0


def test_events_that_nobody_hears_are_closed_without_being_claimed() -> None:
    subscribe(EARNED, "stamps", lambda event: None)
    happen(SPENT)

    counts = relay_events(now=NOW)

    event = DomainEvent.objects.get()
    assert counts["unheard"] == 1
    assert (event.delivered_at, event.attempts) == (NOW, 0)


def test_a_failing_consumer_leaves_nothing_behind_and_is_tried_again_later() -> None:
    heard: list[int] = []
    listen, fail = ok_and_poisoned(heard)
    subscribe(SPENT, "fails", fail)
    subscribe(SPENT, "listens", listen)
    event = happen()

    first = relay_events(now=NOW)
    too_soon = relay_events(now=NOW + timedelta(seconds=20))
    event.refresh_from_db()

    assert (first["failed"], too_soon["failed"]) == (1, 0)
    assert heard == [event.pk]
    assert event.delivered_at is None
    assert event.last_error == "fails: Poisoned: cannot read this"
    assert event.claimed_until is not None
    assert Member.objects.count() == 0
    assert list(EventReceipt.objects.values_list("consumer", flat=True)) == ["listens"]


def test_after_a_failure_only_who_failed_is_asked_again() -> None:
    heard: list[str] = []
    is_mended = False

    def flaky(event: DomainEvent) -> None:
        if not is_mended:
            raise Poisoned
        heard.append("flaky")

    subscribe(SPENT, "steady", lambda event: heard.append("steady"))
    subscribe(SPENT, "flaky", flaky)
    event = happen()

    relay_events(now=NOW)
    is_mended = True
    counts = relay_events(now=NOW + timedelta(minutes=1))
    event.refresh_from_db()

    assert counts["delivered"] == 1
    assert heard == ["steady", "flaky"]
    assert event.last_error == ""


def test_a_poisoned_event_is_parked_where_staff_see_it_and_blocks_no_other() -> None:
    heard: list[int] = []
    listen, fail = ok_and_poisoned(heard)
    subscribe(SPENT, "fails", fail)
    subscribe(EARNED, "listens", listen)
    poisoned = happen(SPENT)
    now = NOW
    for attempt in range(MAX_ATTEMPTS):
        relay_events(now=now)
        now += pause_after(attempt + 1) + timedelta(seconds=1)
    other = happen(EARNED)

    counts = relay_events(now=now + timedelta(days=1))
    poisoned.refresh_from_db()

    assert counts["delivered"] == 1
    assert heard == [other.pk]
    assert (poisoned.attempts, poisoned.delivered_at) == (MAX_ATTEMPTS, None)
    assert "Poisoned" in poisoned.last_error


def test_staff_can_have_parked_events_tried_again() -> None:
    event = happen()
    heard: list[int] = []
    subscribe(SPENT, "listens", lambda event: heard.append(event.pk))
    DomainEvent.objects.filter(pk=event.pk).update(attempts=MAX_ATTEMPTS, last_error="listens: broken")

    parked = relay_events(now=NOW)
    again = retry_parked_events()
    relay_events(now=NOW)

    assert parked["delivered"] == 0
    assert again == 1
    assert heard == [event.pk]


def test_pauses_grow_and_have_an_end() -> None:
    pauses = [pause_after(attempt) for attempt in range(1, MAX_ATTEMPTS)]

    assert pauses[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert max(pauses) == timedelta(hours=6)
    assert sum(pauses, timedelta()) > timedelta(hours=20)


def test_a_claim_of_a_killed_relay_runs_out() -> None:
    heard: list[int] = []
    subscribe(SPENT, "listens", lambda event: heard.append(event.pk))
    event = happen()
    relays._claim(now=NOW)

    meanwhile = relay_events(now=NOW + LEASE / 2)
    afterwards = relay_events(now=NOW + LEASE)

    assert (meanwhile["delivered"], afterwards["delivered"]) == (0, 1)
    assert heard == [event.pk]


def test_endpoints_hear_of_what_they_asked_for(sent: list[tuple[int, int]]) -> None:
    everything, spends = endpoint(), endpoint("https://other.example/", SPENT)
    spent, earned = happen(SPENT), happen(EARNED)

    counts = relay_events(now=NOW)

    assert counts["delivered"] == 2
    assert sorted(sent) == [(everything.pk, spent.pk), (everything.pk, earned.pk), (spends.pk, spent.pk)]


def test_an_endpoint_that_is_switched_off_hears_nothing(sent: list[tuple[int, int]]) -> None:
    WebhookEndpoint.objects.filter(pk=endpoint().pk).update(is_active=False)
    happen()

    relay_events(now=NOW)

    assert sent == []


def test_a_broken_endpoint_does_not_keep_others_waiting(sent: list[tuple[int, int]]) -> None:
    endpoint("https://broken.example/")
    working = endpoint()
    events = [happen() for _ in range(10)]

    counts = relay_events(now=NOW)

    assert counts["failed"] == relays.FAILURES_OF_AN_ENDPOINT
    assert sent == [(working.pk, event.pk) for event in events]
    # What was not tried does not count as an attempt.
    assert sorted(DomainEvent.objects.values_list("attempts", flat=True)) == [0] * 7 + [1] * 3


def test_an_endpoint_that_works_again_hears_the_rest_and_nobody_twice(sent: list[tuple[int, int]]) -> None:
    broken, working = endpoint("https://broken.example/"), endpoint()
    events = [happen() for _ in range(5)]
    relay_events(now=NOW)
    WebhookEndpoint.objects.filter(pk=broken.pk).update(url="https://mended.example/")

    counts = relay_events(now=NOW + timedelta(minutes=5))

    assert counts["delivered"] == 5
    assert sorted(sent) == sorted((hook.pk, event.pk) for hook in (broken, working) for event in events)


def test_stops_when_its_time_is_over() -> None:
    subscribe(SPENT, "listens", lambda event: None)
    happen()

    counts = relay_events(now=NOW, seconds=0)

    assert counts["delivered"] == 0


def test_who_subscribes_twice_or_to_nothing_known_hears_so() -> None:
    subscribe(SPENT, "stamps", lambda event: None)

    with pytest.raises(ValueError, match="already"):
        subscribe(SPENT, "stamps", lambda event: None)
    with pytest.raises(ValueError, match="not in members/event_types"):
        subscribe("points.spend", "stamps", lambda event: None)


def test_an_event_with_a_known_key_is_recorded_once() -> None:
    for _ in range(2):
        record_event(type=SPENT, member_id=None, payload={}, occurred_at=NOW, now=NOW, dedupe_key="spent:1")

    assert DomainEvent.objects.count() == 1


def _broker(monkeypatch: pytest.MonkeyPatch, send_task: Callable[..., None]) -> None:
    """A Celery whose tasks go to a broker, rather than being run at once as in all other tests."""
    conf = SimpleNamespace(task_always_eager=False)
    monkeypatch.setattr("members.services.events.current_app", SimpleNamespace(conf=conf, send_task=send_task))


def test_the_bell_rings_once_a_second_however_many_events_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    messages: list[str] = []
    _broker(monkeypatch, lambda name, **options: messages.append(name))
    bell = RelayBell()

    bell.ring()
    bell.ring()

    assert messages == ["members.tasks.relay_events"]


def test_a_broker_that_is_down_does_not_fail_who_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[str] = []

    def refuse(name: str, **options: object) -> None:
        attempts.append(name)
        raise OperationalError("no broker")

    _broker(monkeypatch, refuse)
    bell = RelayBell()

    bell.ring()
    bell.ring()

    assert len(attempts) == 1
