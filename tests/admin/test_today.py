"""Today's figures: since midnight in the programme's zone, without reading the whole ledger."""

from datetime import timedelta
from typing import Any

import pytest

from members.models import Member
from members.selectors import today as figures
from members.selectors.today import DayFigures, today
from members.services.adjustments import request_adjustment
from members.services.ledger import spend_points
from tests.admin.staff_scenes import NOW, buy, shop
from tests.factories import MemberFactory
from tests.members.identity_scenes import give, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei() -> Member:
    """Mei, who joined today."""
    member: Member = MemberFactory.create(enrolled_at=NOW - timedelta(hours=1))
    return member


def test_a_quiet_day_is_all_zeros() -> None:
    day = today(now=NOW)

    assert day.so_far == DayFigures(purchases=0, amount=0, issued=0, spent=0, expired=0, new_members=0)
    assert day.yesterday == day.so_far


def test_it_counts_what_happened_since_midnight(mei: Member) -> None:
    buy(mei, shop(), "r-1", amount=6_400)
    spend_points(member_id=mei.pk, points=20, business_key="spend:1", now=NOW)

    day = today(now=NOW)

    assert day.so_far == DayFigures(purchases=1, amount=6_400, issued=64, spent=20, expired=0, new_members=1)


def test_yesterday_is_another_day(mei: Member) -> None:
    give(mei, 50, now=NOW)

    tomorrow = today(now=NOW + timedelta(days=1))

    assert (tomorrow.so_far.issued, tomorrow.so_far.new_members) == (0, 0)
    assert (tomorrow.yesterday.issued, tomorrow.yesterday.new_members) == (50, 1)


def test_what_waits_for_a_second_person_is_counted(mei: Member) -> None:
    sam = staff("service", "Sam")
    request_adjustment(member_id=mei.pk, points=900, reason="mistake", note="Two cards", requested_by=sam, now=NOW)

    assert today(now=NOW).adjustments_waiting == 1


def test_it_takes_the_same_number_of_queries_whatever_happened(mei: Member, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(6):
        today(now=NOW)
    for number in range(3):
        give(mei, 10, key=f"k{number}", now=NOW)
    with django_assert_num_queries(6):
        today(now=NOW)


def test_it_steps_back_to_the_day_rather_than_reading_everything(mei: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "STRIDES", (2, 4))
    for number in range(6):
        give(mei, 1, key=f"old{number}", now=NOW - timedelta(days=3))
    for number in range(3):
        give(mei, 10, key=f"new{number}", now=NOW)

    assert today(now=NOW).so_far.issued == 30
