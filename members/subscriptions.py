"""Who hears of domain events inside the portal. Apps subscribe when they are ready (AppConfig.ready)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from members.event_types import EVENT_TYPES
from members.models import DomainEvent

Handler = Callable[[DomainEvent], None]


class BatchHandler(Protocol):
    """Deals with many events at once."""

    def __call__(self, events: Sequence[DomainEvent], *, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """A consumer's name, under which receipts are kept as long as the event, and what it does with an event."""

    consumer: str
    handler: Handler


@dataclass(frozen=True, slots=True)
class BatchSubscription:
    """The same for a consumer that takes many events at once."""

    consumer: str
    handler: BatchHandler
    event_types: frozenset[str]
    within: timedelta


_subscriptions: dict[str, list[Subscription]] = {}
_batch_subscriptions: dict[str, BatchSubscription] = {}


def subscribe(event_type: str, consumer_name: str, handler: Handler) -> None:
    """Have ``handler`` called with every event of a type, in one transaction with the note that it was.

    Its changes to the database therefore happen once, though it may be called again after a failure. It must not
    speak to the network: a transaction is open. Order is not promised. Raises ValueError for an unknown type or a name
    that is taken.
    """
    _require_known(event_type)
    taken = _subscriptions.setdefault(event_type, [])
    if consumer_name in _batch_subscriptions or any(known.consumer == consumer_name for known in taken):
        raise ValueError(f"{consumer_name} hears of {event_type} already")
    taken.append(Subscription(consumer_name, handler))


def subscribe_to_batches(
    event_types: Iterable[str], consumer_name: str, handler: BatchHandler, *, within: timedelta
) -> None:
    """Have ``handler`` called with all events of some types that the relay has in hand, as ``subscribe`` does with one.

    The events come locked, fresh from the database, in the order of their ids, and each only once. Where a batch
    fails, its events come again one by one, so that one that cannot be dealt with holds up no other. What happened
    longer than ``within`` ago may be left out: an imported history is then passed over thousands at a time. For
    consumers whose statements do not depend on the number of events. Raises ValueError as ``subscribe`` does.
    """
    types = frozenset(event_types)
    for event_type in types:
        _require_known(event_type)
    if consumer_name in _batch_subscriptions or any(
        known.consumer == consumer_name for taken in _subscriptions.values() for known in taken
    ):
        raise ValueError(f"{consumer_name} hears of events already")
    _batch_subscriptions[consumer_name] = BatchSubscription(consumer_name, handler, types, within)


def _require_known(event_type: str) -> None:
    if event_type not in EVENT_TYPES:
        raise ValueError(f"{event_type} is not in members/event_types.py")


def subscribers(event_type: str) -> list[Subscription]:
    """Who hears of a type."""
    return list(_subscriptions.get(event_type, ()))


def batch_subscribers() -> list[BatchSubscription]:
    """Who takes many events at once."""
    return list(_batch_subscriptions.values())


def subscribed_types() -> set[str]:
    """The types that somebody inside hears of, however long ago."""
    return {event_type for event_type, taken in _subscriptions.items() if taken}


def recent_types() -> dict[str, timedelta]:
    """The types that only takers of batches hear of, with how long after the event the most patient one still does."""
    within: dict[str, timedelta] = {}
    for subscription in batch_subscribers():
        for event_type in subscription.event_types - subscribed_types():
            within[event_type] = max(subscription.within, within.get(event_type, subscription.within))
    return within
