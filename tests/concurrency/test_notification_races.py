"""Members who read, merge or close while the relay tells them something, and two relays that tell the same."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection

from members import event_types, subscriptions
from members.models import DomainEvent, EventReceipt, Member, Notification
from members.selectors import notifications as inbox
from members.services import closures, merges, notifications, relays
from members.services.events import record_event
from members.services.notifications import CONSUMER, mark_all_read, tell_members
from members.services.relays import relay_events
from members.subscriptions import BatchSubscription
from tests.concurrency.racing import Pause, race
from tests.members.page_scenes import member_who_signs_in

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 6, 10, 4, 0, tzinfo=UTC)
ONCE = {
    "members_notification": ("notification_told_once", "event_id, member_id"),
    "members_eventreceipt": ("event_received_once", "event_id, consumer"),
}


def happen(member: Member) -> None:
    record_event(type=event_types.POINTS_EARNED, member_id=member.pk, payload={"points": 5}, occurred_at=NOW, now=NOW)


def relay() -> dict[str, int]:
    """A relay that takes every event, as if all claims had run out."""
    DomainEvent.objects.update(claimed_until=None)
    return relay_events(now=NOW, seconds=1)


def errors(results: Iterable[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, Exception)]


@pytest.fixture
def telling(monkeypatch: pytest.MonkeyPatch) -> Pause:
    """The inbox's handler, which has written and not yet committed while others act."""
    pause = Pause(tell_members)
    [known] = [each for each in subscriptions.batch_subscribers() if each.consumer == CONSUMER]
    slow = BatchSubscription(CONSUMER, pause, known.event_types, known.within)
    monkeypatch.setattr(subscriptions, "_batch_subscriptions", {CONSUMER: slow})
    return pause


# Two relays with the same events


def tell_twice(telling: Pause) -> Member:
    mei = member_who_signs_in()
    for _ in range(3):
        happen(mei)
    assert errors(race(relay, telling.then(relay))) == []
    return mei


def test_two_relays_with_the_same_events_tell_once(telling: Pause) -> None:
    mei = tell_twice(telling)

    assert Notification.objects.filter(member=mei).count() == 3
    assert EventReceipt.objects.count() == 3


@contextmanager
def without_constraints() -> Iterator[None]:
    with connection.cursor() as cursor:
        for table, (name, _) in ONCE.items():
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        Notification.objects.all().delete()
        EventReceipt.objects.all().delete()
        with connection.cursor() as cursor:
            for table, (name, columns) in ONCE.items():
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE ({columns})")


def unlocked(ids: Iterable[int]) -> list[DomainEvent]:
    return list(DomainEvent.objects.filter(pk__in=list(ids)).order_by("pk"))


def test_without_the_lock_the_constraints_still_keep_it_at_once(
    telling: Pause, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "lock_events", unlocked)

    mei = tell_twice(telling)

    assert Notification.objects.filter(member=mei).count() == 3


def test_canary_without_lock_and_constraints_everything_is_told_twice(
    telling: Pause, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "lock_events", unlocked)
    with without_constraints():
        mei = tell_twice(telling)
        told = Notification.objects.filter(member=mei).count()

    assert told == 6


# A merge and a closure


def merge(keep: Member, absorb: Member) -> None:
    merges.merge_members(keep_id=keep.pk, absorb_id=absorb.pk, actor=None, reason="same person", now=NOW)


def close(member: Member) -> None:
    closures.close_member(member_id=member.pk, actor=None, reason="wish", points_may_be_lost=True, now=NOW)


def nothing(**_: Any) -> None: ...


def relay_then_merge(telling: Pause) -> tuple[int, int]:
    """What the kept and the absorbed card have, after a merge came while the relay had written for the absorbed one."""
    keep, absorb = member_who_signs_in("Mei"), member_who_signs_in("Mei")
    happen(absorb)
    assert errors(race(relay, telling.then(partial(merge, keep, absorb)))) == []
    return inbox.unread_count(keep.pk), inbox.unread_count(absorb.pk)


def test_a_merge_takes_along_what_the_relay_is_writing(telling: Pause) -> None:
    assert relay_then_merge(telling) == (1, 0)


def test_canary_without_holding_the_relay_a_merge_leaves_it_behind(
    telling: Pause, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merges, "hold_notifications", nothing)

    assert relay_then_merge(telling) == (0, 1)


def merge_then_relay(monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """The same with a relay that comes while the merge has moved everything and not committed."""
    keep, absorb = member_who_signs_in("Mei"), member_who_signs_in("Mei")
    happen(absorb)
    moving = Pause(notifications.move_notifications)
    monkeypatch.setattr(merges, "move_notifications", moving)
    assert errors(race(partial(merge, keep, absorb), moving.then(partial(relay_events, now=NOW, seconds=1)))) == []
    relay()
    return inbox.unread_count(keep.pk), inbox.unread_count(absorb.pk)


def test_a_relay_that_comes_during_a_merge_tells_the_kept_card(monkeypatch: pytest.MonkeyPatch) -> None:
    assert merge_then_relay(monkeypatch) == (1, 0)


def test_canary_without_holding_it_the_relay_tells_a_card_that_nobody_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merges, "hold_notifications", nothing)

    assert merge_then_relay(monkeypatch) == (0, 1)


def relay_then_close(telling: Pause) -> int:
    mei = member_who_signs_in()
    happen(mei)
    assert errors(race(relay, telling.then(partial(close, mei)))) == []
    return Notification.objects.count()


def test_closing_deletes_what_the_relay_is_writing(telling: Pause) -> None:
    assert relay_then_close(telling) == 0


def test_canary_without_holding_the_relay_a_closed_account_is_told_something(
    telling: Pause, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closures, "hold_notifications", nothing)

    assert relay_then_close(telling) == 1


# Reading while the relay writes


def read_while_telling(telling: Pause, up_to: Callable[[int], int]) -> int:
    """How much is unread after "mark all as read" on a page from before the second notification."""
    mei = member_who_signs_in()
    happen(mei)
    tell_members(list(DomainEvent.objects.all()), now=NOW)
    EventReceipt.objects.bulk_create(
        EventReceipt(event=event, consumer=CONSUMER, received_at=NOW) for event in DomainEvent.objects.all()
    )
    shown = inbox.newest_id(mei.pk)
    happen(mei)

    def read() -> None:
        mark_all_read(member_id=mei.pk, up_to=up_to(shown), now=NOW)

    results = race(relay, telling.then(read))
    assert errors(results) == []
    read()
    return inbox.unread_count(mei.pk)


def test_what_the_relay_writes_while_somebody_reads_stays_unread(telling: Pause) -> None:
    assert read_while_telling(telling, lambda shown: shown) == 1


def test_canary_marking_all_there_is_would_hide_what_nobody_saw(telling: Pause) -> None:
    assert read_while_telling(telling, lambda shown: 2**62) == 0
