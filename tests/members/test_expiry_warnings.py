"""Members are warned of expiry 30 and 7 days ahead: once for each day and distance, however late the job is."""

from datetime import date, timedelta

import pytest

from members.models import DomainEvent, Member
from members.services.expiry_warnings import has_expiry_ahead, warn_of_expiry
from members.services.ledger import spend_points
from tests.factories import MemberFactory
from tests.members.job_scenes import EARNED_AT, award, run_at

pytestmark = pytest.mark.django_db

LAST_DAY = date(2026, 8, 31)


def warn(days_ahead: int) -> dict[str, int]:
    day = LAST_DAY - timedelta(days=days_ahead)
    return warn_of_expiry(for_date=day, now=run_at(day))


def warnings() -> list[tuple[int, int, str]]:
    events = DomainEvent.objects.filter(type="points.expiring").order_by("pk")
    return [(event.payload["days"], event.payload["points"], event.payload["last_day"]) for event in events]


@pytest.fixture
def member() -> Member:
    return MemberFactory.create()


def test_warns_thirty_and_seven_days_before_the_last_day(member: Member) -> None:
    award(member, 100, last_day=LAST_DAY)

    counts = {days: warn(days) for days in range(33, -1, -1)}

    assert warnings() == [(30, 100, "2026-08-31"), (7, 100, "2026-08-31")]
    assert counts[30] == {"in_30_days": 1, "in_7_days": 0}
    assert counts[7] == {"in_30_days": 0, "in_7_days": 1}


def test_one_warning_tells_of_all_points_of_a_day(member: Member) -> None:
    award(member, 100, last_day=LAST_DAY)
    award(member, 20, last_day=LAST_DAY)
    award(member, 5, last_day=LAST_DAY + timedelta(days=1))

    warn(29)

    assert sorted(warnings()) == [(30, 5, "2026-09-01"), (30, 120, "2026-08-31")]


def test_warns_of_what_is_left(member: Member) -> None:
    award(member, 100, last_day=LAST_DAY)
    spend_points(member_id=member.pk, points=60, business_key="spend:1", now=EARNED_AT)

    warn(30)

    assert warnings() == [(30, 40, "2026-08-31")]


def test_a_late_job_still_warns_once(member: Member) -> None:
    award(member, 100, last_day=LAST_DAY)

    warn(28)
    warn(28)
    warn(27)

    assert warnings() == [(30, 100, "2026-08-31")]


def test_within_seven_days_the_thirty_day_warning_is_no_longer_sent(member: Member) -> None:
    award(member, 100, last_day=LAST_DAY)

    warn(5)

    assert warnings() == [(7, 100, "2026-08-31")]


def test_still_warns_on_the_last_day_but_not_after_it(member: Member) -> None:
    award(member, 100, last_day=LAST_DAY)

    warn(-1)
    after = warnings()
    warn(0)

    assert (after, warnings()) == ([], [(7, 100, "2026-08-31")])


def test_points_that_arrive_inside_the_distance_are_warned_of(member: Member) -> None:
    warn(30)
    award(member, 100, last_day=LAST_DAY)

    warn(20)

    assert warnings() == [(30, 100, "2026-08-31")]


def test_an_earlier_day_run_again_adds_nothing(member: Member) -> None:
    award(member, 100, last_day=LAST_DAY)

    warn(30)
    warn(7)
    warn(30)
    warn(7)

    assert sorted(warnings()) == [(7, 100, "2026-08-31"), (30, 100, "2026-08-31")]


def test_who_heard_at_seven_days_is_not_told_of_thirty_afterwards(member: Member) -> None:
    award(member, 100, last_day=LAST_DAY)

    warn(7)
    warn(25)

    assert warnings() == [(7, 100, "2026-08-31")]


def test_each_member_hears_of_their_own(member: Member) -> None:
    other, never = MemberFactory.create_batch(2)
    award(member, 100, last_day=LAST_DAY)
    award(other, 7, last_day=LAST_DAY)
    award(never, 9)

    warn(30)

    events = DomainEvent.objects.filter(type="points.expiring")
    told = {event.member_id: event.payload["points"] for event in events}
    assert told == {member.pk: 100, other.pk: 7}


def test_knows_cheaply_whether_anything_expires_within_thirty_days(member: Member) -> None:
    award(member, 100, last_day=LAST_DAY)

    ahead = {days: has_expiry_ahead(for_date=LAST_DAY - timedelta(days=days)) for days in (31, 30, 0, -1)}

    assert ahead == {31: False, 30: True, 0: True, -1: False}
