"""Telling members in their inbox what happened to their points and their tier.

Fed by the relay, chunk by chunk, with the same few statements for one event and for two hundred. What nobody could
read, or nobody calls news, is left out: docs/decisions/notifications.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from members import event_types
from members.locks import lock_waiting_events_of
from members.models import LIVE_STATUSES, DomainEvent, Member, Notification, NotificationKind
from members.selectors.rulebook import current_rulebook
from members.subscriptions import subscribe_to_batches
from members.transactions import retrying

CONSUMER = "inbox"
# What we learn of later than this (an old receipt, an imported history) is not news to anybody.
NEWS = timedelta(days=7)
# What the relay comes to later than this (a programme brought over by replaying its days) is history.
TOLD_WITHIN = timedelta(days=30)

KINDS = {
    event_types.PURCHASE_RECORDED: NotificationKind.PURCHASE,
    event_types.PURCHASE_RETURNED: NotificationKind.RETURN,
    event_types.POINTS_EARNED: NotificationKind.BONUS,
    event_types.POINTS_RECEIVED: NotificationKind.GIFT_RECEIVED,
    event_types.POINTS_GIVEN: NotificationKind.GIFT_GIVEN,
    event_types.POINTS_ADJUSTED: NotificationKind.ADJUSTMENT,
    event_types.POINTS_EXPIRING: NotificationKind.EXPIRING,
    event_types.POINTS_EXPIRED: NotificationKind.EXPIRED,
}


def tell_members(events: Sequence[DomainEvent], *, now: datetime) -> None:
    """Write what members are told of some events: a handler for the relay, which brings each event once."""
    news = [event for event in events if event.member_id and is_news(event, now)]
    readers = _readers({event.member_id for event in news if event.member_id})
    told = [event for event in news if event.member_id in readers]
    ranks = _ranks(told)
    notifications = [
        Notification(
            member_id=readers[event.member_id],
            event=event,
            kind=kind,
            payload=event.payload,
            created_at=event.occurred_at,
        )
        for event in told
        if event.member_id and (kind := _kind(event, ranks))
    ]
    Notification.objects.bulk_create(notifications, ignore_conflicts=True)


def is_news(event: DomainEvent, now: datetime) -> bool:
    """Whether it is recent enough to tell anybody."""
    return event.recorded_at - event.occurred_at <= NEWS and now - event.occurred_at <= TOLD_WITHIN


def _readers(member_ids: Iterable[int]) -> dict[int, int]:
    """By member, the card in whose inbox it goes; cards that nobody signs in with have none."""
    columns = ("pk", "status", "user_id", "merged_into_id", "merged_into__status", "merged_into__user_id")
    readers = {}
    for pk, status, user_id, heir_id, heir_status, heir_user_id in Member.objects.filter(
        pk__in=list(member_ids)
    ).values_list(*columns):
        reader, its_status, its_user = (heir_id, heir_status, heir_user_id) if heir_id else (pk, status, user_id)
        if its_status in LIVE_STATUSES and its_user:
            readers[pk] = reader
    return readers


def _ranks(events: Iterable[DomainEvent]) -> dict[str, int]:
    if not any(event.type == event_types.TIER_CHANGED for event in events):
        return {}
    return {tier.code: tier.rank for tier in current_rulebook().tiers}


def _kind(event: DomainEvent, ranks: Mapping[str, int]) -> NotificationKind | None:
    if event.type == event_types.TIER_CHANGED:
        return _direction(event.payload, ranks)
    return KINDS[event.type] if event.payload.get("points") else None


def _direction(payload: Mapping[str, Any], ranks: Mapping[str, int]) -> NotificationKind | None:
    before, after = ranks.get(payload["from"]), ranks.get(payload["to"])
    if before is None or after is None or before == after:
        return None
    return NotificationKind.TIER_UP if after > before else NotificationKind.TIER_DOWN


@retrying
def mark_read(*, member_id: int, notification_id: int, now: datetime) -> Notification:
    """Mark one of a member's notifications as read, and return it. Raises Notification.DoesNotExist."""
    notification = Notification.objects.get(member_id=member_id, pk=notification_id)
    if notification.read_at is None:
        # Conditional, so that of two clicks the first one's moment stays.
        Notification.objects.filter(pk=notification_id, read_at=None).update(read_at=now)
    return notification


@retrying
def mark_all_read(*, member_id: int, up_to: int, now: datetime) -> int:
    """Mark a member's notifications as read, up to the newest id that they were shown; returns how many.

    What the relay writes between the page and the click stays unread.
    """
    unread = Notification.objects.filter(member_id=member_id, read_at=None, pk__lte=up_to)
    return unread.update(read_at=now)


def hold_notifications(*, member_ids: Iterable[int]) -> None:
    """Keep the relay from telling some members anything until this transaction is over."""
    lock_waiting_events_of(member_ids)


def move_notifications(*, from_member_id: int, to_member_id: int) -> None:
    """Give the notifications of a card that is merged to the card that is kept."""
    Notification.objects.filter(member_id=from_member_id).update(member_id=to_member_id)


def delete_notifications(*, member_id: int) -> None:
    """Empty the inbox of an account that is closed."""
    Notification.objects.filter(member_id=member_id).delete()


def connect() -> None:
    """Hear of events; called once the apps are ready."""
    subscribe_to_batches([*KINDS, event_types.TIER_CHANGED], CONSUMER, tell_members, within=TOLD_WITHIN)
