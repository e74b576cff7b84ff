"""Domain events: written in the transaction that causes them, delivered afterwards by the relay."""

import time
from datetime import datetime
from typing import Any

import structlog
from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from members.engines import Row, Write, engine
from members.event_types import EVENT_TYPES
from members.models import DomainEvent

logger = structlog.get_logger(__name__)

# A relay that was asked for runs this much later and takes along what was recorded meanwhile: one message a process
# and second is enough, however many tills are busy.
WAKE_SECONDS = 1
# A broker that does not answer is left alone for a while; the relay runs each minute anyway.
BROKER_REST_SECONDS = 30

_FIELDS = ("type", "member_id", "occurred_at", "recorded_at", "payload", "dedupe_key", "attempts", "last_error")

# For events of a Book: Book.write((INSERT_EVENTS, rows)) stores them with the entries they tell of. An event whose
# dedupe_key is known already is left out, so that whatever runs twice tells once.
INSERT_EVENTS = Write(DomainEvent, _FIELDS, "ignore", "dedupe_key")


def event_row(
    *,
    type: str,  # noqa: A002 -- the field's name
    member_id: int | None,
    payload: dict[str, Any],
    occurred_at: datetime,
    now: datetime,
    dedupe_key: str | None = None,
) -> Row:
    """A row for INSERT_EVENTS. ``type`` is one of members.event_types; ``payload`` has no personal data.

    Also asks for the relay, once the running transaction is committed.
    """
    if type not in EVENT_TYPES:
        raise ValueError(f"{type} is not in members/event_types.py")
    relay_bell.ring_on_commit()
    return (type, member_id, occurred_at, now, payload, dedupe_key, 0, "")


def record_event(
    *,
    type: str,  # noqa: A002
    member_id: int | None,
    payload: dict[str, Any],
    occurred_at: datetime,
    now: datetime,
    dedupe_key: str | None = None,
) -> None:
    """Store one event in the running transaction; with a known ``dedupe_key`` nothing happens.

    A key is known for at least 60 days (services/purges.py).
    """
    row = event_row(
        type=type,
        member_id=member_id,
        payload=payload,
        occurred_at=occurred_at,
        now=now,
        dedupe_key=dedupe_key,
    )
    engine().write([(INSERT_EVENTS, [row])])


class RelayBell:
    """Wakes the relay, so that events need not wait for its minute. Nothing depends on it."""

    def __init__(self) -> None:
        self.silent_until = 0.0

    def ring_on_commit(self) -> None:
        """Ring when the transaction is committed, unless that was done a moment ago.

        A batch of a thousand events asks a thousand times; once is enough.
        """
        hooks = connection.run_on_commit
        if time.monotonic() >= self.silent_until and not (hooks and hooks[-1][1] == self.ring):
            transaction.on_commit(self.ring, robust=True)

    def ring(self) -> None:
        """Ask the worker for a relay. A broker that fails is no reason for a purchase to fail."""
        if time.monotonic() < self.silent_until or current_app.conf.task_always_eager:
            return
        self.silent_until = time.monotonic() + WAKE_SECONDS
        try:
            current_app.send_task("members.tasks.relay_events", countdown=WAKE_SECONDS, expires=55, retry=False)
        except (OperationalError, OSError) as error:
            self.silent_until = time.monotonic() + BROKER_REST_SECONDS
            logger.warning("relay_not_woken", error=str(error))


relay_bell = RelayBell()
