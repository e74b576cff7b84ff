"""Expiry takes what is left of a lot, once, on the day after its last day in the programme's zone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from members import clock
from members.models import Account, DomainEvent, Draw, Lot, Transfer, TransferKind
from members.services.expiries import expire_points, has_expiries_due
from members.services.ledger import award_points, spend_points
from members.services.verifications import verify_ledger
from tests.factories import MemberFactory
from tests.members.job_scenes import EARNED_AT, award, run_at
from tests.members.ledger_scenes import balance

pytestmark = pytest.mark.django_db

LAST_DAY = date(2026, 6, 30)
NEXT_DAY = date(2026, 7, 1)


def expire(day: date, **options: int) -> dict[str, int]:
    return expire_points(for_date=day, now=run_at(day), **options)


def test_takes_what_is_left_to_breakage_on_the_day_after_the_last() -> None:
    member = MemberFactory.create()
    award(member, 100, last_day=LAST_DAY)
    spend_points(member_id=member.pk, points=30, business_key="spend:1", now=EARNED_AT)

    counts = expire(NEXT_DAY)

    transfer = Transfer.objects.get(kind=TransferKind.EXPIRY)
    lot = Lot.objects.get()
    assert counts == {"accounts": 1, "lots": 1, "points": 70}
    assert balance(member) == (0, 0, 0)
    assert (transfer.points, transfer.credit_account.code) == (70, "breakage")
    assert transfer.business_key == f"expire:lot:{lot.pk}"
    assert transfer.occurred_at == clock.day_start(NEXT_DAY)
    assert transfer.recorded_at == run_at(NEXT_DAY)
    assert list(Draw.objects.filter(transfer=transfer).values_list("lot_id", "points")) == [(lot.pk, 70)]
    assert lot.remaining == 0
    assert verify_ledger(now=run_at(NEXT_DAY)).drifts == []


def test_leaves_points_alone_on_their_last_day() -> None:
    member = MemberFactory.create()
    award(member, 100, last_day=LAST_DAY)

    counts = expire(LAST_DAY)

    assert counts["lots"] == 0
    assert balance(member) == (100, 0, 0)


def test_points_that_never_expire_stay() -> None:
    member = MemberFactory.create()
    award_points(member_id=member.pk, points=100, business_key="b:1", now=EARNED_AT, expires_at=None)

    expire(date(2100, 1, 1))

    assert balance(member) == (100, 0, 0)


def test_running_twice_or_late_or_out_of_order_changes_nothing() -> None:
    member = MemberFactory.create()
    award(member, 100, last_day=LAST_DAY)
    award(member, 50, last_day=date(2026, 7, 31))

    late = expire(date(2026, 7, 15))
    twice = expire(date(2026, 7, 15))
    earlier = expire(NEXT_DAY)

    assert (late["points"], twice["points"], earlier["points"]) == (100, 0, 0)
    assert balance(member) == (50, 0, 0)


def test_tells_each_member_once_of_all_that_expired() -> None:
    member = MemberFactory.create()
    award(member, 100, last_day=LAST_DAY)
    award(member, 50, last_day=LAST_DAY)

    expire(NEXT_DAY)
    expire(NEXT_DAY)

    event = DomainEvent.objects.get(type="points.expired")
    expired_at = event.payload.pop("expired_at")
    assert event.member == member
    assert event.payload == {"points": 150, "lots": 2}
    assert datetime.fromisoformat(expired_at) == event.occurred_at == clock.day_start(NEXT_DAY)


def test_knows_when_the_account_is_due_next() -> None:
    member = MemberFactory.create()
    award(member, 100, last_day=LAST_DAY)
    award(member, 50, last_day=date(2026, 12, 31))

    expire(NEXT_DAY)

    assert Account.objects.get(member=member).settle_due_at == clock.day_start(date(2027, 1, 1))
    assert has_expiries_due(for_date=date(2026, 12, 31)) is False
    assert has_expiries_due(for_date=date(2027, 1, 1)) is True


def test_an_account_that_was_noted_too_early_is_looked_at_once() -> None:
    member = MemberFactory.create()
    award(member, 100, last_day=LAST_DAY)
    Account.objects.filter(member=member).update(settle_due_at=EARNED_AT)

    counts = expire(date(2026, 6, 15))

    assert counts == {"accounts": 1, "lots": 0, "points": 0}
    assert Account.objects.get(member=member).settle_due_at == clock.day_start(NEXT_DAY)


def test_a_pending_lot_past_its_last_day_expires_from_what_is_pending() -> None:
    member = MemberFactory.create()
    award(member, 100, last_day=LAST_DAY, available_at=clock.day_start(date(2026, 8, 1)))

    expire(NEXT_DAY)

    assert balance(member) == (0, 0, 0)
    assert Transfer.objects.get(kind=TransferKind.EXPIRY).points == 100
    assert verify_ledger(now=run_at(NEXT_DAY)).drifts == []


@pytest.mark.parametrize("chunk_size", [1, 2, 3, 100])
def test_goes_through_any_number_of_chunks(chunk_size: int) -> None:
    members = MemberFactory.create_batch(5)
    for member in members:
        award(member, 100, last_day=LAST_DAY)

    counts = expire(NEXT_DAY, chunk_size=chunk_size)

    assert counts == {"accounts": 5, "lots": 5, "points": 500}
    assert [balance(member) for member in members] == [(0, 0, 0)] * 5


def test_agrees_with_what_a_till_settles_for_one_member() -> None:
    by_job, at_till = MemberFactory.create(), MemberFactory.create()
    for member in (by_job, at_till):
        award(member, 100, last_day=LAST_DAY)
        award(member, 60, last_day=date(2026, 7, 31), available_at=clock.day_start(NEXT_DAY))

    now = clock.day_start(NEXT_DAY) + timedelta(hours=1)
    award(at_till, 1, last_day=date(2026, 12, 31), now=now)
    expire(NEXT_DAY)

    assert balance(at_till) == (61, 0, 0)
    assert balance(by_job) == (0, 60, 0)  # activation is the job before this one
    told = DomainEvent.objects.filter(type="points.expired").values_list("occurred_at", "payload")
    event_of_till, event_of_job = told.get(member=at_till), told.get(member=by_job)
    assert event_of_till[0] == event_of_job[0]
    assert {name: event_of_till[1][name] for name in ("points", "lots")} == {"points": 100, "lots": 1}
    assert event_of_till[1].keys() == event_of_job[1].keys()
    figures = ("points", "occurred_at", "kind", "credit_account_id")
    transfers = Transfer.objects.filter(kind=TransferKind.EXPIRY)
    of_job, of_till = (transfers.filter(debit_account__member=m).values_list(*figures) for m in (by_job, at_till))
    assert list(of_job) == list(of_till)


@pytest.mark.parametrize(
    ("zone", "last_day", "first_moment_without"),
    [
        # The clocks of Santiago go forward at midnight: 6 September 2026 begins at 01:00 (04:00 UTC).
        ("America/Santiago", date(2026, 9, 5), datetime(2026, 9, 6, 4, 0, tzinfo=UTC)),
        # Berlin's 25 October 2026 has 25 hours.
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 25, 23, 0, tzinfo=UTC)),
        # Berlin's 29 March 2026 has 23 hours.
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        ("Pacific/Kiritimati", date(2026, 6, 30), datetime(2026, 6, 30, 10, 0, tzinfo=UTC)),
        ("Pacific/Pago_Pago", date(2026, 6, 30), datetime(2026, 7, 1, 11, 0, tzinfo=UTC)),
        ("Asia/Shanghai", date(2028, 2, 29), datetime(2028, 2, 29, 16, 0, tzinfo=UTC)),
    ],
)
def test_the_last_day_counts_whole_in_the_programmes_zone(
    settings: Any, zone: str, last_day: date, first_moment_without: datetime
) -> None:
    settings.PROGRAMME_TIME_ZONE = zone
    member = MemberFactory.create()
    award(member, 100, last_day=last_day, now=first_moment_without - timedelta(days=10))

    expire(last_day)
    kept = balance(member)
    expire(last_day + timedelta(days=1))

    assert kept == (100, 0, 0)
    assert balance(member) == (0, 0, 0)
    assert Transfer.objects.get(kind=TransferKind.EXPIRY).occurred_at == first_moment_without
