from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from members import clock
from members.models import Member, Scope
from members.services.ledger import award_points
from tests.api.till import MEMBERS, Till, is_problem
from tests.factories import MemberFactory, TierFactory

pytestmark = pytest.mark.django_db


def address(member: Member) -> str:
    return f"{MEMBERS}{member.number}/points/"


def test_it_tells_balance_tier_and_what_expires(till: Till, member: Member) -> None:
    TierFactory.create(code="silver", name="Silver", rank=1, threshold=100_000)
    now = clock.now()
    soon = clock.day_start(clock.local_date(now) + timedelta(days=10))
    award_points(member_id=member.pk, points=30, business_key="a", explanation={}, now=now, expires_at=soon)
    award_points(member_id=member.pk, points=5, business_key="b", explanation={}, now=now, expires_at=None)

    response = till.get(address(member))

    assert response.status_code == 200, response.content
    answer = response.json()
    assert answer["member"] == member.number
    assert answer["balance"] == {"available": 35, "pending": 0, "owed": 0}
    assert answer["tier"]["code"] == "regular"
    assert answer["next_tier"] == {
        "tier": {"code": "silver", "name": "Silver", "rank": 1},
        "measure": "spend",
        "missing": "1000.00",
        "percent": 0,
        "by": None,
    }
    assert answer["sentences"]
    last_day = clock.local_date(now) + timedelta(days=9)
    assert answer["expiring"] == [{"last_day": last_day.isoformat(), "points": 30}]


def test_what_expired_is_gone_though_no_job_ran(till: Till, member: Member) -> None:
    now = clock.now()
    past = now - timedelta(days=3)
    award_points(
        member_id=member.pk, points=30, business_key="a", explanation={}, now=past, expires_at=now - timedelta(days=1)
    )

    answer = till.get(address(member)).json()

    assert answer["balance"]["available"] == 0
    assert answer["expiring"] == []


def test_at_the_top_there_is_no_next_tier(till: Till, member: Member) -> None:
    assert till.get(address(member)).json()["next_tier"] is None


def test_every_store_sees_it(other_till: Till, member: Member) -> None:
    assert other_till.get(address(member)).status_code == 200


def test_it_requires_the_scope(till_without: Callable[[Scope], Till], member: Member) -> None:
    assert is_problem(till_without(Scope.POINTS_READ).get(address(member)), 403, "scope-missing")


def test_an_unknown_member_is_not_found(till: Till) -> None:
    assert is_problem(till.get(f"{MEMBERS}100000000000/points/"), 404, "member-not-found")


def test_it_takes_a_constant_number_of_queries(
    till: Till, member: Member, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    till.get(address(member))

    # Key with its store; number; member with account; lots; revision of the rulebook; at most four for the progress.
    with django_assert_max_num_queries(9):
        till.get(address(member))


def test_points_of_others_are_not_counted(till: Till, member: Member) -> None:
    award_points(member_id=MemberFactory.create().pk, points=30, business_key="a", explanation={}, now=clock.now())

    assert till.get(address(member)).json()["balance"]["available"] == 0
