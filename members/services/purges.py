"""Forgetting what need not be kept for ever: a few thousand rows at a time, each chunk in a transaction of its own."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from members.locks import lock_events
from members.models import DomainEvent, EventReceipt, Notification
from members.services.idempotency import purge_idempotency_records
from members.transactions import retrying

BATCH = 5_000
# An event's key keeps a job from telling the same again, and a warning of expiry is written up to 30 days ahead.
KEYS_KEPT_FOR = timedelta(days=60)


def purge(*, now: datetime) -> dict[str, int]:
    """Forget old answers, events and notifications; returns how many of each. May run late, twice or beside itself."""
    return {
        "idempotency_records": purge_idempotency_records(now=now),
        "events": purge_events(now=now),
        "notifications": purge_notifications(now=now),
    }


def purge_events(*, now: datetime) -> int:
    """Delete events that were delivered EVENT_RETENTION_DAYS ago, with their receipts; returns how many.

    What waits or is parked stays, however old, and so does what guards a job with its key. Everything else that
    matters has a place of its own: the ledger, purchases, tier periods, the audit log; notifications hold a copy.
    """
    limit = now - timedelta(days=settings.EVENT_RETENTION_DAYS)
    free = Q(dedupe_key=None) | Q(recorded_at__lt=now - KEYS_KEPT_FOR)
    # In the order of their ids events are recorded; none is delivered before it is recorded.
    chunks = _chunks(DomainEvent, "recorded_at", until=limit)
    return sum(_delete_events(Q(pk__range=chunk, delivered_at__lt=limit) & free) for chunk in chunks)


@retrying
def _delete_events(condition: Q) -> int:
    # Locked, so that a relay whose claim ran out meanwhile finds them gone, rather than leaving a receipt behind.
    ids = [event.pk for event in lock_events(DomainEvent.objects.filter(condition).values_list("pk", flat=True))]
    Notification.objects.filter(event__in=ids).update(event=None)
    EventReceipt.objects.filter(event__in=ids).delete()
    DomainEvent.objects.filter(pk__in=ids).delete()
    return len(ids)


def purge_notifications(*, now: datetime) -> int:
    """Delete what was read NOTIFICATION_RETENTION_DAYS ago, and what nobody read in NOTIFICATION_UNREAD_RETENTION_DAYS.

    Returns how many.
    """
    limit = now - timedelta(days=settings.NOTIFICATION_RETENTION_DAYS)
    unread_limit = now - timedelta(days=settings.NOTIFICATION_UNREAD_RETENTION_DAYS)
    old = Q(read_at__lt=limit) | Q(read_at=None, created_at__lt=unread_limit)
    # Whatever was written after something of that age was neither read nor left unread that long ago.
    chunks = _chunks(Notification, "created_at", until=max(limit, unread_limit))
    return sum(_delete_notifications(Q(pk__range=chunk) & old) for chunk in chunks)


@retrying
def _delete_notifications(condition: Q) -> int:
    return Notification.objects.filter(condition).delete()[0]


def _chunks(model: type[DomainEvent | Notification], moment: str, *, until: datetime) -> Iterator[tuple[int, int]]:
    """Ranges of ids, oldest first, up to the first chunk in which all is younger: a walk that needs no other index."""
    after = 0
    while True:
        rows = list(model.objects.filter(pk__gt=after).order_by("pk").values_list("pk", moment)[:BATCH])
        if all(at >= until for _, at in rows):
            return
        yield rows[0][0], rows[-1][0]
        after = rows[-1][0]
