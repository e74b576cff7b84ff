"""What members are told of: each event once, in their own language, and nothing that is no news."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from members import event_types
from members.demo.inboxes import fill_inboxes
from members.models import DomainEvent, EventReceipt, Member, Notification, NotificationKind
from members.selectors import notifications as inbox
from members.selectors.rulebook import current_rulebook
from members.services import notifications, relays
from members.services.adjustments import request_adjustment
from members.services.closures import close_member
from members.services.events import record_event
from members.services.gifts import give_gift
from members.services.jobs import run_programme_day
from members.services.merges import merge_members
from members.services.purchases import record_purchase
from members.services.relays import relay_events
from tests.factories import MemberFactory, TierFactory, UserFactory
from tests.members.job_scenes import award, run_at
from tests.members.ledger_scenes import buy, receipt_for
from tests.members.page_scenes import member_who_signs_in, shop_with_rate

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 10, 4, 0, tzinfo=UTC)
TODAY = NOW.date()
SHOP = "Riverside shop"


def relay(now: datetime = NOW) -> None:
    relay_events(now=now)


def told(member: Member, today: date = TODAY) -> list[tuple[str, str]]:
    """What the member's inbox says, newest first."""
    found = inbox.lines(inbox.for_member(member.pk), rulebook=current_rulebook(), today=today)
    return [(line.headline, line.text) for line in found]


def happen(
    member: Member | None,
    type_: str,
    payload: dict[str, Any] | None = None,
    *,
    at: datetime = NOW,
    recorded: datetime = NOW,
) -> None:
    record_event(
        type=type_,
        member_id=member.pk if member else None,
        payload={"points": 5, **(payload or {})},
        occurred_at=at,
        now=recorded,
    )


def test_a_purchase_is_told_with_its_points_and_where_it_was() -> None:
    mei = member_who_signs_in()
    buy(mei, shop_with_rate(SHOP), at=NOW - timedelta(minutes=5))

    relay()

    assert told(mei) == [("You earned 100 points", "¥100 at Riverside shop")]
    assert Notification.objects.get().created_at == NOW - timedelta(minutes=5)


def test_a_purchase_without_points_is_not_told() -> None:
    mei = member_who_signs_in()
    buy(mei, shop_with_rate(SHOP), amount=50)

    relay()

    assert told(mei) == []


def test_giver_and_receiver_read_of_a_gift_with_names_cut_short() -> None:
    mei, jing = member_who_signs_in("Mei Tan"), member_who_signs_in("李静")
    award(mei, 100, now=NOW - timedelta(days=90))
    give_gift(sender_id=mei.pk, recipient_number=jing.number, points=40, key="g1", now=NOW, message="For your first")

    relay()

    assert told(mei) == [("You gave ＊静 40 points", "“For your first”")]
    assert told(jing) == [("Mei T. gave you 40 points", "“For your first”")]


@pytest.mark.parametrize(
    ("points", "headline"), [(50, "Our staff added 50 points"), (-1, "Our staff took off 1 point")]
)
def test_an_adjustment_says_which_way_it_went(points: int, headline: str) -> None:
    mei = member_who_signs_in()
    award(mei, 100, now=NOW - timedelta(days=90))
    anna = UserFactory.create(is_staff=True, is_superuser=True)
    request_adjustment(
        member_id=mei.pk, points=points, reason="goodwill", note="Cold coffee", requested_by=anna, now=NOW
    )

    relay()

    assert told(mei)[0] == (headline, "Open to see why.")


def test_tiers_are_told_up_and_down() -> None:
    TierFactory.create(rank=1, code="silver", name="Silver", name_en="Silver", threshold=10**9)
    mei = member_who_signs_in()
    happen(mei, event_types.TIER_CHANGED, {"from": "member", "to": "silver", "held_until": "2027-06-30"})
    lowest = current_rulebook().tiers[0]
    DomainEvent.objects.update(payload={"from": lowest.code, "to": "silver", "held_until": "2027-06-30"})
    happen(
        mei,
        event_types.TIER_CHANGED,
        {"from": "silver", "to": lowest.code, "held_until": None},
        at=NOW + timedelta(minutes=1),
    )

    relay()

    name = str(lowest.names)
    assert told(mei) == [
        (f"Your tier is now {name}", "It was Silver. See what brings you back there."),
        ("Welcome to Silver", "It is yours until June 30, 2027. See what it brings."),
    ]


def test_points_about_to_expire_are_told_at_30_and_7_days_and_when_they_are_gone() -> None:
    mei, last_day = member_who_signs_in(), date(2026, 7, 10)
    award(mei, 80, last_day=last_day, now=NOW - timedelta(days=60))
    DomainEvent.objects.all().delete()

    for day in (date(2026, 6, 10), date(2026, 7, 3), date(2026, 7, 11)):
        run_programme_day(for_date=day, now=run_at(day))
        relay(run_at(day))

    assert told(mei, today=date(2026, 7, 11)) == [
        ("80 points expired", "The last day was July 10."),
        ("Use 80 points by July 10", "That day has passed."),
        ("Use 80 points by July 10", "That day has passed."),
    ]
    assert told(mei, today=date(2026, 7, 9))[1] == ("Use 80 points by July 10", "1 day is left.")
    assert told(mei, today=last_day)[1] == ("Use 80 points by July 10", "Today is the last day.")


def test_texts_are_made_at_reading_in_the_language_of_the_reader() -> None:
    mei = member_who_signs_in()
    happen(mei, event_types.POINTS_EXPIRING, {"last_day": "2026-06-30", "days": 30})
    relay()

    with translation.override("zh-hans"):
        [(chinese, _)] = told(mei)

    assert Notification.objects.get().payload == {"points": 5, "last_day": "2026-06-30", "days": 30}
    assert told(mei)[0][0] == "Use 5 points by June 30"
    assert "6月30日" in chinese


def test_a_relay_that_runs_twice_tells_once() -> None:
    mei = member_who_signs_in()
    happen(mei, event_types.POINTS_EARNED)
    relay()
    DomainEvent.objects.update(delivered_at=None, claimed_until=None)
    relay()
    # Even if the receipt were lost.
    EventReceipt.objects.all().delete()
    DomainEvent.objects.update(delivered_at=None, claimed_until=None)
    relay()

    assert Notification.objects.count() == 1
    assert EventReceipt.objects.count() == 1


def test_what_was_read_and_purged_is_not_told_again() -> None:
    mei = member_who_signs_in()
    happen(mei, event_types.POINTS_EARNED)
    relay()
    Notification.objects.all().delete()
    DomainEvent.objects.update(delivered_at=None, claimed_until=None)

    relay()

    assert Notification.objects.count() == 0


def test_nobody_is_told_of_what_was_learned_a_week_late() -> None:
    mei = member_who_signs_in()
    shop = shop_with_rate(SHOP)
    for number, age in enumerate([timedelta(days=7), timedelta(days=7, seconds=1)]):
        record_purchase(receipt=receipt_for(mei, shop, f"late-{number}", at=NOW - age), now=NOW)

    relay()

    assert [told_of.created_at for told_of in Notification.objects.filter(kind="purchase")] == [NOW - timedelta(days=7)]


def test_history_that_the_relay_comes_to_late_is_passed_over_at_once() -> None:
    mei = member_who_signs_in()
    for days in (31, 31, 29):
        moment = NOW - timedelta(days=days)
        happen(mei, event_types.POINTS_EARNED, at=moment, recorded=moment)

    counts = relay_events(now=NOW)

    assert (counts["unheard"], counts["delivered"]) == (2, 1)
    assert Notification.objects.count() == 1


def test_cards_that_nobody_signs_in_with_are_told_nothing() -> None:
    happen(MemberFactory.create(), event_types.POINTS_EARNED)
    happen(None, event_types.POINTS_EARNED)

    counts = relay_events(now=NOW)

    assert counts["delivered"] == 2
    assert Notification.objects.count() == 0


def relay_of(count: int) -> int:
    """How many statements a relay of so many events takes."""
    mei = member_who_signs_in()
    for _ in range(count):
        happen(mei, event_types.POINTS_EARNED)
        happen(mei, event_types.TIER_CHANGED, {"from": "x", "to": "y"})
    with CaptureQueriesContext(connection) as queries:
        relay()
    return len(queries)


def test_a_chunk_costs_the_same_for_one_event_and_for_a_hundred() -> None:
    relay_of(1)

    assert relay_of(1) == relay_of(100)


def test_ten_thousand_events_take_a_number_of_statements_that_grows_with_chunks_alone() -> None:
    mei = member_who_signs_in()
    DomainEvent.objects.bulk_create(
        DomainEvent(type=event_types.POINTS_EARNED, member=mei, occurred_at=NOW, recorded_at=NOW, payload={"points": 1})
        for _ in range(10_000)
    )
    chunks = 10_000 // relays.BATCH

    with CaptureQueriesContext(connection) as queries:
        relay()

    assert Notification.objects.count() == 10_000
    assert len(queries) <= 16 * chunks + 10


def test_one_event_that_cannot_be_told_holds_up_no_other() -> None:
    mei = member_who_signs_in()
    happen(mei, event_types.TIER_CHANGED, {"to": "nowhere"})
    for _ in range(3):
        happen(mei, event_types.POINTS_EARNED)

    counts = relay_events(now=NOW)

    assert (counts["delivered"], counts["failed"]) == (3, 1)
    assert Notification.objects.count() == 3
    assert DomainEvent.objects.get(delivered_at=None).last_error == "inbox: KeyError: 'from'"


def test_merging_keeps_what_both_cards_were_told_and_what_waits() -> None:
    keep, absorb = member_who_signs_in("Mei"), member_who_signs_in("Mei again")
    happen(keep, event_types.POINTS_EARNED)
    happen(absorb, event_types.POINTS_EARNED)
    relay()
    happen(absorb, event_types.POINTS_EARNED, {"points": 7})

    merge_members(keep_id=keep.pk, absorb_id=absorb.pk, actor=None, reason="same person", now=NOW)
    relay()

    assert Notification.objects.filter(member=keep).count() == 3
    assert Notification.objects.filter(member=absorb).count() == 0


def test_closing_an_account_empties_its_inbox_for_good() -> None:
    mei = member_who_signs_in()
    happen(mei, event_types.POINTS_EARNED)
    relay()
    happen(mei, event_types.POINTS_EARNED)

    close_member(member_id=mei.pk, actor=None, reason="wish", points_may_be_lost=True, now=NOW)
    relay()

    assert Notification.objects.count() == 0


def test_marking_counts_and_is_only_for_ones_own() -> None:
    mei, jing = member_who_signs_in("Mei"), member_who_signs_in("Jing")
    for member in (mei, mei, jing):
        happen(member, event_types.POINTS_EARNED)
    relay()
    [first, second] = Notification.objects.filter(member=mei).order_by("pk")

    notifications.mark_read(member_id=mei.pk, notification_id=first.pk, now=NOW)
    with pytest.raises(Notification.DoesNotExist):
        notifications.mark_read(member_id=jing.pk, notification_id=second.pk, now=NOW)

    assert (inbox.unread_count(mei.pk), inbox.unread_count(jing.pk)) == (1, 1)


def test_reading_twice_keeps_the_first_moment() -> None:
    mei = member_who_signs_in()
    happen(mei, event_types.POINTS_EARNED)
    relay()
    pk = Notification.objects.get().pk

    for later in (0, 5):
        notifications.mark_read(member_id=mei.pk, notification_id=pk, now=NOW + timedelta(minutes=later))

    assert Notification.objects.get().read_at == NOW


def test_marking_all_leaves_what_came_after_the_page() -> None:
    mei = member_who_signs_in()
    happen(mei, event_types.POINTS_EARNED)
    relay()
    shown = inbox.newest_id(mei.pk)
    happen(mei, event_types.POINTS_EARNED)
    relay()

    marked = notifications.mark_all_read(member_id=mei.pk, up_to=shown, now=NOW)

    assert (marked, inbox.unread_count(mei.pk)) == (1, 1)


def test_counting_stops_at_a_hundred() -> None:
    mei = member_who_signs_in()
    Notification.objects.bulk_create(
        Notification(member=mei, kind=NotificationKind.BONUS, payload={"points": 1}, created_at=NOW) for _ in range(130)
    )

    assert inbox.unread_count(mei.pk) == 100
    assert Member.objects.annotate(unread=inbox.UNREAD).get(pk=mei.pk).unread == 100


@pytest.mark.parametrize("kind", NotificationKind.values)
def test_every_kind_has_an_event_and_a_sentence_even_where_names_are_unknown(kind: str) -> None:
    kinds = {*notifications.KINDS.values(), NotificationKind.TIER_UP, NotificationKind.TIER_DOWN}
    payload = {"points": 3, "amount": 300, "last_day": "2026-06-30", "expired_at": NOW.isoformat()}

    [line] = inbox.lines(
        [Notification(pk=1, kind=kind, payload=payload, created_at=NOW)],
        rulebook=current_rulebook(),
        today=TODAY,
    )

    assert kind in kinds
    assert line.headline
    assert "%" not in line.headline + line.text


def test_the_demos_inboxes_are_filled_by_the_relay_and_read_but_for_the_latest() -> None:
    mei = member_who_signs_in()
    for days in (40, 20, 3):
        moment = NOW - timedelta(days=days)
        happen(mei, event_types.POINTS_EARNED, at=moment, recorded=moment)

    fill_inboxes(until=NOW)

    read = Notification.objects.order_by("pk").values_list("read_at", flat=True)
    assert list(read) == [NOW, None]
