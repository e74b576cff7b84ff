"""Pending points become available when their day has come, whether the job is on time or late."""

from datetime import date, timedelta

import pytest

from members import clock
from members.models import Account, Lot, Transfer, TransferKind
from members.services.activations import activate_points, has_pending_due
from members.services.expiries import expire_points
from members.services.ledger import spend_points
from members.services.verifications import verify_ledger
from tests.factories import MemberFactory
from tests.members.job_scenes import award, run_at
from tests.members.ledger_scenes import balance

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 24)
LAST_DAY = date(2026, 7, 31)


def test_makes_pending_points_available_on_their_day() -> None:
    member = MemberFactory.create()
    award(member, 100, available_at=clock.day_start(DAY), last_day=LAST_DAY)

    early = activate_points(for_date=DAY - timedelta(days=1))
    before = balance(member)
    counts = activate_points(for_date=DAY)

    assert (early["lots"], before) == (0, (0, 100, 0))
    assert counts == {"accounts": 1, "lots": 1, "points": 100}
    assert balance(member) == (100, 0, 0)
    assert Lot.objects.get().is_pending is False
    assert Account.objects.get(member=member).settle_due_at == clock.day_end(LAST_DAY)
    assert verify_ledger(now=run_at(DAY)).drifts == []


def test_moves_no_points_between_accounts() -> None:
    member = MemberFactory.create()
    award(member, 100, available_at=clock.day_start(DAY))

    activate_points(for_date=DAY)

    assert Transfer.objects.count() == 1


def test_twice_is_once_and_late_is_as_good_as_on_time() -> None:
    member = MemberFactory.create()
    award(member, 100, available_at=clock.day_start(DAY))

    late = activate_points(for_date=DAY + timedelta(days=40))
    again = activate_points(for_date=DAY)

    assert (late["points"], again["points"]) == (100, 0)
    assert balance(member) == (100, 0, 0)


def test_leaves_other_pending_points_pending() -> None:
    member = MemberFactory.create()
    award(member, 100, available_at=clock.day_start(DAY))
    award(member, 7, available_at=clock.day_start(DAY + timedelta(days=5)))

    activate_points(for_date=DAY)

    assert balance(member) == (100, 7, 0)
    assert Account.objects.get(member=member).settle_due_at == clock.day_start(DAY + timedelta(days=5))


@pytest.mark.parametrize("chunk_size", [1, 2, 3, 100])
def test_goes_through_any_number_of_chunks(chunk_size: int) -> None:
    members = MemberFactory.create_batch(4)
    for member in members:
        award(member, 100, available_at=clock.day_start(DAY))

    counts = activate_points(for_date=DAY, chunk_size=chunk_size)

    assert counts == {"accounts": 4, "lots": 4, "points": 400}


def test_looks_only_at_accounts_with_pending_points() -> None:
    member = MemberFactory.create()
    award(member, 100, last_day=date(2026, 6, 20))

    assert has_pending_due(for_date=DAY) is False
    assert activate_points(for_date=DAY)["accounts"] == 0


def test_a_lot_that_is_due_and_past_its_last_day_is_activated_then_expired() -> None:
    member = MemberFactory.create()
    award(member, 100, available_at=clock.day_start(DAY), last_day=DAY)
    late = DAY + timedelta(days=30)

    activated = activate_points(for_date=late)
    expired = expire_points(for_date=late, now=run_at(late))

    assert (activated["points"], expired["points"]) == (100, 100)
    assert balance(member) == (0, 0, 0)
    assert Transfer.objects.get(kind=TransferKind.EXPIRY).occurred_at == clock.day_end(DAY)
    assert verify_ledger(now=run_at(late)).drifts == []


def test_a_spend_before_the_late_job_finds_the_points_already() -> None:
    member = MemberFactory.create()
    award(member, 100, available_at=clock.day_start(DAY))

    spend_points(member_id=member.pk, points=80, business_key="spend:1", now=run_at(DAY))
    counts = activate_points(for_date=DAY)

    assert counts["points"] == 0
    assert balance(member) == (20, 0, 0)
