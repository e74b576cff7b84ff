"""Writes that are sent twice and happen once: the answer is stored with the effect, in one transaction."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.engines import engine
from members.exceptions import Busy, DomainError
from members.models import IdempotencyRecord
from members.transactions import retrying

KEPT_FOR = timedelta(days=30)
PURGE_BATCH = 5_000


class IdempotencyKeyReused(DomainError):
    """The key was used for another request: another address or another body."""

    code = "idempotency-key-reused"
    status = 422
    message = _(
        "This Idempotency-Key was used for another request. Nothing was changed. Take a new key for each new request, "
        "and the same key only to repeat one unchanged."
    )


class IdempotencyInFlight(Busy):
    """The same request is being carried out at this moment."""

    code = "idempotency-in-flight"
    message = _(
        "The first request with this Idempotency-Key is still running. Repeat it with the same key in a moment to get "
        "its answer."
    )
    retry_after_seconds = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller gets: the HTTP status and the JSON text, kept to the letter."""

    status: int
    text: str
    is_replayed: bool = False


def fingerprint(*, method: str, path: str, body: Any) -> str:
    """What makes two requests the same: method, path and content, whatever the order of fields or white space."""
    canonical = json.dumps([method, path, body], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@retrying
def answer_once(
    *,
    api_key_id: str,
    key: str,
    fingerprint: str,
    now: datetime,
    act: Callable[[], Answer],
    refuse: Callable[[DomainError], Answer],
) -> Answer:
    """Carry out ``act`` once for a key, and answer every repetition with the stored answer.

    Successes and refusals by the programme's rules are stored. Whatever says "not now" or "not like this" (Busy,
    a request that is wrong in itself) is raised and stored nowhere, so the key stays free. Raises
    IdempotencyInFlight and IdempotencyKeyReused.
    """
    if not engine().try_lock(f"idempotency:{api_key_id}:{key}"):
        raise IdempotencyInFlight
    # Read after the lock: its previous holder has committed, and this statement sees what it stored.
    record = IdempotencyRecord.objects.filter(api_key_id=api_key_id, key=key).first()
    if record and record.created_at > now - KEPT_FOR:
        return _replay(record, fingerprint)
    if record:
        record.delete()
    answer = _attempt(act, refuse)
    IdempotencyRecord.objects.create(
        api_key_id=api_key_id,
        key=key,
        fingerprint=fingerprint,
        status=answer.status,
        body=answer.text,
        created_at=now,
    )
    return answer


def _replay(record: IdempotencyRecord, fingerprint: str) -> Answer:
    if record.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    return Answer(status=record.status or 200, text=str(record.body), is_replayed=True)


def _attempt(act: Callable[[], Answer], refuse: Callable[[DomainError], Answer]) -> Answer:
    try:
        # A savepoint, so that a refusal takes back what was begun and yet its record survives.
        with transaction.atomic():
            return act()
    except DomainError as refusal:
        if not refusal.is_final:
            raise
        return refuse(refusal)


def purge_idempotency_records(*, now: datetime) -> int:
    """Delete answers older than 30 days, a few thousand at a time; returns how many. What they did stays unique."""
    purged = 0
    while True:
        ids = list(
            IdempotencyRecord.objects.filter(created_at__lt=now - KEPT_FOR)
            .order_by("created_at")
            .values_list("pk", flat=True)[:PURGE_BATCH]
        )
        if not ids:
            return purged
        purged += IdempotencyRecord.objects.filter(pk__in=ids).delete()[0]
