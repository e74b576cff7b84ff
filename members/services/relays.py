"""The relay: hands domain events to subscribers inside and webhooks outside, at least once each.

Events are claimed for a while, in a short transaction of their own, and delivered outside of it. A relay that is
killed leaves claims that run out, and the next run takes the events again; nothing else needs sweeping. Each consumer
that has dealt with an event leaves a receipt and is not asked again. What fails pauses longer and longer and after
MAX_ATTEMPTS is parked where staff see it; other events, and the event's other consumers, go on. Order is not promised.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q

from members.engines import Write, engine
from members.locks import lock_events, lock_waiting_events
from members.models import DomainEvent, EventReceipt, WebhookEndpoint
from members.outbound import NotSent
from members.services.webhooks import active_endpoints, hears, send_event
from members.subscriptions import (
    BatchSubscription,
    Subscription,
    batch_subscribers,
    recent_types,
    subscribed_types,
    subscribers,
)
from members.transactions import retrying

logger = structlog.get_logger(__name__)

BATCH = 200
UNHEARD_BATCH = 5_000
LEASE = timedelta(minutes=5)
# What is not delivered by then is given back before the lease ends and somebody else takes it.
WORK_ON_BATCH = LEASE / 2
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
# About a day of trying.
MAX_ATTEMPTS = 14
# An endpoint that failed so often in one run is left alone for the rest of it: the others must not wait for it.
FAILURES_OF_AN_ENDPOINT = 3
ERROR_LENGTH = 1_000
INSERT_RECEIPTS = Write(EventReceipt, ("event_id", "consumer", "received_at"))

Clock = Callable[[], datetime]


def relay_events(*, now: datetime, seconds: float = 50) -> dict[str, int]:
    """Deliver what waits, until nothing does or the time is over. Any number of relays may run. Returns counts."""
    began = time.monotonic()

    def at() -> datetime:
        return now + timedelta(seconds=time.monotonic() - began)

    counts: Counter[str] = Counter(delivered=0, failed=0, parked=0, unheard=_pass_over_unheard(now=now))
    failures: Counter[int] = Counter()
    while time.monotonic() - began < seconds:
        events = _claim(now=at())
        if not events:
            break
        counts.update(_Batch(events, active_endpoints(), failures, at).deliver())
    return dict(counts)


def retry_parked_events() -> int:
    """Let the relay try parked events again, after staff mended what was wrong; returns how many."""
    parked = DomainEvent.objects.filter(delivered_at=None, attempts__gte=MAX_ATTEMPTS)
    return parked.update(attempts=0, claimed_until=None)


def pause_after(attempts: int) -> timedelta:
    """How long an event rests after so many failures: twice as long each time."""
    return min(FIRST_PAUSE * (1 << (attempts - 1)), LONGEST_PAUSE)


def _pass_over_unheard(*, now: datetime) -> int:
    """Close events that nobody hears of (any more), thousands in a statement: a night may expire a million lots."""
    endpoints = active_endpoints()
    if any(not endpoint.event_types for endpoint in endpoints):
        return 0
    heard = subscribed_types().union(*(endpoint.event_types for endpoint in endpoints))
    recent = {event_type: within for event_type, within in recent_types().items() if event_type not in heard}
    nobody = ~Q(type__in=heard | recent.keys())
    for event_type, within in recent.items():
        nobody |= Q(type=event_type, occurred_at__lt=now - within)
    unheard = DomainEvent.objects.filter(nobody, delivered_at=None).order_by("pk")
    passed = 0
    while ids := list(unheard.values_list("pk", flat=True)[:UNHEARD_BATCH]):
        passed += _close_unheard(ids=ids, now=now)
    return passed


@retrying
def _close_unheard(*, ids: list[int], now: datetime) -> int:
    return DomainEvent.objects.filter(pk__in=ids, delivered_at=None).update(delivered_at=now, last_error="")


@retrying
def _claim(*, now: datetime) -> list[DomainEvent]:
    events = list(lock_waiting_events(now=now, max_attempts=MAX_ATTEMPTS, limit=BATCH).select_related("member"))
    for event in events:
        event.attempts += 1
    # Counted now, so that an event that kills its relay comes to be parked as well.
    DomainEvent.objects.filter(pk__in=[event.pk for event in events]).update(
        claimed_until=now + LEASE, attempts=F("attempts") + 1
    )
    return events


@dataclass
class _Batch:
    """Claimed events on their way."""

    events: list[DomainEvent]
    endpoints: list[WebhookEndpoint]
    failures: Counter[int]
    at: Clock
    errors: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    put_off: set[int] = field(default_factory=set)

    def deliver(self) -> Counter[str]:
        """Give every event to all who have not dealt with it, inside first: it costs no waiting."""
        give_up_at = self.at() + WORK_ON_BATCH
        known = EventReceipt.objects.filter(event__in=self.events).values_list("event_id", "consumer")
        self.receipts = set(known)
        for batch_subscription in batch_subscribers():
            self._hand_over_together(batch_subscription)
        for event in self.events:
            for subscription in subscribers(event.type):
                self._hand_over(event, subscription)
        for event in self.events:
            for endpoint in self.endpoints:
                if hears(endpoint=endpoint, event_type=event.type):
                    self._send(event, endpoint, is_late=self.at() > give_up_at)
        return self._close()

    def _hand_over_together(self, subscription: BatchSubscription) -> None:
        """Hand over all events in one transaction; where that fails, one by one, to find out which it is."""
        consumer = subscription.consumer
        waiting = [
            e for e in self.events if e.type in subscription.event_types and (e.pk, consumer) not in self.receipts
        ]
        if not waiting:
            return
        try:
            _deal_with(waiting, subscription, now=self.at())
        except Exception:  # noqa: BLE001 -- whatever it is, it is met again below
            for event in waiting:
                try:
                    _deal_with([event], subscription, now=self.at())
                except Exception as error:  # noqa: BLE001 -- as in _hand_over
                    self._failed(event, consumer, error)

    def _hand_over(self, event: DomainEvent, subscription: Subscription) -> None:
        if (event.pk, subscription.consumer) in self.receipts:
            return
        try:
            with transaction.atomic():
                # The receipt first: of two relays with the same event the second waits here, and then finds it.
                _, is_new = EventReceipt.objects.get_or_create(
                    event=event, consumer=subscription.consumer, defaults={"received_at": self.at()}
                )
                if is_new:
                    subscription.handler(event)
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with one consumer, the others must hear
            self._failed(event, subscription.consumer, error)

    def _send(self, event: DomainEvent, endpoint: WebhookEndpoint, *, is_late: bool) -> None:
        consumer = f"webhook:{endpoint.pk}"
        if (event.pk, consumer) in self.receipts:
            return
        if is_late or self.failures[endpoint.pk] >= FAILURES_OF_AN_ENDPOINT:
            self.put_off.add(event.pk)
            return
        try:
            send_event(endpoint=endpoint, event=event, now=self.at())
        except NotSent as error:
            self.failures[endpoint.pk] += 1
            self._failed(event, consumer, error)
        else:
            EventReceipt.objects.get_or_create(event=event, consumer=consumer, defaults={"received_at": self.at()})

    def _failed(self, event: DomainEvent, consumer: str, error: Exception) -> None:
        self.errors[event.pk].append(f"{consumer}: {type(error).__name__}: {error}")
        logger.warning("event_not_delivered", event_id=event.pk, type=event.type, consumer=consumer, exc_info=error)

    def _close(self) -> Counter[str]:
        """Note what became of each event; an event whose claim ran out meanwhile is somebody else's to note."""
        counts: Counter[str] = Counter()
        done = [e.pk for e in self.events if e.pk not in self.errors and e.pk not in self.put_off]
        waiting = DomainEvent.objects.filter(delivered_at=None)
        counts["delivered"] = waiting.filter(pk__in=done).update(
            delivered_at=self.at(), claimed_until=None, last_error=""
        )
        for event in self.events:
            if event.pk in self.errors:
                counts[self._pause(event)] += 1
        # Not tried, so it does not count.
        waiting.filter(pk__in=self.put_off - self.errors.keys()).update(
            attempts=F("attempts") - 1, claimed_until=self.at() + FIRST_PAUSE
        )
        return counts

    def _pause(self, event: DomainEvent) -> str:
        is_parked = event.attempts >= MAX_ATTEMPTS
        DomainEvent.objects.filter(pk=event.pk, delivered_at=None).update(
            last_error="\n".join(self.errors[event.pk])[:ERROR_LENGTH],
            claimed_until=None if is_parked else self.at() + pause_after(event.attempts),
        )
        return "parked" if is_parked else "failed"


@transaction.atomic
def _deal_with(events: list[DomainEvent], subscription: BatchSubscription, *, now: datetime) -> None:
    # The lock first: of two relays with the same events the second waits here, and then finds the receipts.
    locked = lock_events(event.pk for event in events)
    receipts = EventReceipt.objects.filter(event__in=locked, consumer=subscription.consumer)
    known = set(receipts.values_list("event_id", flat=True))
    unknown = [event for event in locked if event.pk not in known]
    if unknown:
        subscription.handler(unknown, now=now)
        engine().write([(INSERT_RECEIPTS, [(event.pk, subscription.consumer, now) for event in unknown])])
