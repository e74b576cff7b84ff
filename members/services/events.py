"""Domain events: written in the transaction that causes them, delivered afterwards by the relay."""

from datetime import datetime
from typing import Any

from members.engines import Row, Write, engine
from members.event_types import EVENT_TYPES
from members.models import DomainEvent

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
    """A row for INSERT_EVENTS. ``type`` is one of members.event_types; ``payload`` has no personal data."""
    if type not in EVENT_TYPES:
        raise ValueError(f"{type} is not in members/event_types.py")
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
    """Store one event in the running transaction; with a known ``dedupe_key`` nothing happens."""
    row = event_row(
        type=type,
        member_id=member_id,
        payload=payload,
        occurred_at=occurred_at,
        now=now,
        dedupe_key=dedupe_key,
    )
    engine().write([(INSERT_EVENTS, [row])])
