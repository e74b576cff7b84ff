"""Who hears of domain events inside the portal. Apps subscribe when they are ready (AppConfig.ready)."""

from collections.abc import Callable
from dataclasses import dataclass

from members.event_types import EVENT_TYPES
from members.models import DomainEvent

Handler = Callable[[DomainEvent], None]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A consumer's name, under which receipts are kept for ever, and what it does with an event."""

    consumer: str
    handler: Handler


_subscriptions: dict[str, list[Subscription]] = {}


def subscribe(event_type: str, consumer_name: str, handler: Handler) -> None:
    """Have ``handler`` called with every event of a type, in one transaction with the note that it was.

    Its changes to the database therefore happen once, though it may be called again after a failure. It must not
    speak to the network: a transaction is open. Order is not promised. Raises ValueError for an unknown type or a name
    that is taken.
    """
    if event_type not in EVENT_TYPES:
        raise ValueError(f"{event_type} is not in members/event_types.py")
    taken = _subscriptions.setdefault(event_type, [])
    if any(subscription.consumer == consumer_name for subscription in taken):
        raise ValueError(f"{consumer_name} hears of {event_type} already")
    taken.append(Subscription(consumer_name, handler))


def subscribers(event_type: str) -> list[Subscription]:
    """Who hears of a type."""
    return list(_subscriptions.get(event_type, ()))


def subscribed_types() -> set[str]:
    """The types that somebody inside hears of."""
    return {event_type for event_type, taken in _subscriptions.items() if taken}
