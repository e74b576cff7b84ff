"""Stories about time: jobs that come late, twice or in the wrong order, clocks that jump, and members far away."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from members import clock
from members.exceptions import NotEnoughPoints
from members.models import Lot, Member, Purchase, Store, Transfer, TransferKind
from members.services.activations import activate_points
from members.services.expiries import expire_points
from members.services.jobs import replay_days, run_programme_day
from members.services.ledger import spend_points
from members.services.verifications import verify_ledger
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory
from tests.members.job_scenes import award, run_at
from tests.members.ledger_scenes import balance, buy

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")
# Berlin: the hour after 01:59 is missing on one night, and the hour after 02:59 comes twice on the other.
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


@pytest.fixture
def shop() -> Store:
    EarningRuleVersionFactory.create()
    return StoreFactory.create()


def last_days() -> list[date | None]:
    return [
        None if until is None else clock.last_day(until)
        for until in Lot.objects.order_by("pk").values_list("expires_at", flat=True)
    ]


def is_right(now: datetime) -> bool:
    return verify_ledger(now=now).drifts == []


def spend(member: Member, points: int, key: str, now: datetime) -> Transfer:
    return spend_points(member_id=member.pk, points=points, business_key=f"spend:{key}", now=now)


# The end of the month


@pytest.mark.parametrize(
    ("bought", "last_day"),
    [
        (date(2023, 2, 28), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2025, 2, 1), date(2026, 2, 28)),
        (date(2026, 1, 31), date(2027, 1, 31)),
        (date(2026, 12, 31), date(2027, 12, 31)),
    ],
)
def test_points_last_to_the_last_second_of_the_month_a_year_later(bought: date, last_day: date, shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop, at=clock.day_start(bought) + timedelta(hours=12))

    end = clock.day_end(last_day)
    spend(mei, 40, "last-second", end - timedelta(seconds=1))

    assert last_days() == [last_day]
    assert balance(mei) == (60, 0, 0)
    with pytest.raises(NotEnoughPoints):
        spend(mei, 1, "too-late", end)
    expire_points(for_date=last_day, now=run_at(last_day))
    assert balance(mei) == (60, 0, 0)
    expire_points(for_date=last_day + timedelta(days=1), now=run_at(last_day + timedelta(days=1)))
    assert balance(mei) == (0, 0, 0)
    assert Transfer.objects.get(kind=TransferKind.EXPIRY).occurred_at == end


def test_a_second_before_and_after_midnight_are_two_months(shop: Store) -> None:
    mei = MemberFactory.create()
    new_month = clock.day_start(date(2026, 3, 1))
    buy(mei, shop, "february", at=new_month - timedelta(seconds=1))
    buy(mei, shop, "march", at=new_month)

    assert last_days() == [date(2027, 2, 28), date(2027, 3, 31)]


# Jobs that come late, twice and in the wrong order


def test_a_week_without_a_worker_changes_nothing_for_the_member(shop: Store, settings: Any) -> None:
    settings.PENDING_DAYS = 2
    punctual, forgotten = MemberFactory.create_batch(2)
    bought = clock.day_start(date(2026, 6, 1)) + timedelta(hours=10)
    buy(punctual, shop, "a", at=bought)
    activate_points(for_date=date(2026, 6, 4))
    buy(forgotten, shop, "b", at=bought)
    now = clock.day_start(date(2026, 6, 8))

    for number, member in enumerate((punctual, forgotten)):
        spend(member, 100, f"cake-{number}", now)

    assert balance(punctual) == balance(forgotten) == (0, 0, 0)
    assert is_right(now)


def test_the_nights_of_a_year_in_any_order_come_to_the_same(shop: Store, settings: Any) -> None:
    settings.PENDING_DAYS = 14
    members = MemberFactory.create_batch(2)
    for number, day in enumerate([date(2025, 1, 20), date(2025, 2, 28), date(2025, 3, 31)]):
        for member in members:
            buy(member, shop, f"{member.pk}-{number}", at=clock.day_start(day))
    nights = [date(2026, 3, 1), date(2025, 2, 4), date(2026, 2, 1), date(2026, 2, 1), date(2025, 4, 15)]

    for night in nights:
        run_programme_day(for_date=night, now=run_at(date(2026, 3, 1)))

    assert [balance(member) for member in members] == [(100, 0, 0)] * 2
    assert Transfer.objects.filter(kind=TransferKind.EXPIRY).count() == 4
    assert is_right(run_at(date(2026, 3, 1)))


def test_a_replay_of_nights_that_were_run_already_adds_nothing(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop, at=clock.day_start(date(2025, 1, 20)))
    run_programme_day(for_date=date(2026, 2, 1), now=run_at(date(2026, 2, 1)))
    before = list(Transfer.objects.order_by("pk").values())

    assert len(list(replay_days(first=date(2026, 1, 25), last=date(2026, 2, 5)))) == 12

    assert list(Transfer.objects.order_by("pk").values()) == before


def test_the_clock_of_a_machine_that_runs_behind_takes_nothing_back(shop: Store) -> None:
    mei = MemberFactory.create()
    buy(mei, shop, at=clock.day_start(date(2025, 1, 20)))
    expire_points(for_date=date(2026, 2, 1), now=run_at(date(2026, 2, 1)))

    behind = clock.day_start(date(2026, 2, 1)) - timedelta(seconds=3)
    with pytest.raises(NotEnoughPoints):
        spend(mei, 1, "behind", behind)
    buy(mei, shop, "r-2", at=behind)

    assert balance(mei) == (100, 0, 0)
    assert is_right(run_at(date(2026, 2, 1)))


# Summer time


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 6, 10), 24)])
def test_a_last_day_counts_whole_however_long_it_is(day: date, hours: int, settings: Any) -> None:
    settings.PROGRAMME_TIME_ZONE = "Europe/Berlin"
    begins, ends = clock.day_start(day), clock.day_end(day)
    mei = MemberFactory.create()
    award(mei, 100, last_day=day, now=begins)

    assert ends - begins == timedelta(hours=hours)
    spend(mei, 1, "last-second", ends - timedelta(seconds=1))
    with pytest.raises(NotEnoughPoints):
        spend(mei, 1, "too-late", ends)


def test_pending_days_end_at_midnight_on_either_side_of_the_change(shop: Store, settings: Any) -> None:
    settings.PROGRAMME_TIME_ZONE = "Europe/Berlin"
    settings.PENDING_DAYS = 1
    mei = MemberFactory.create()
    buy(mei, shop, "spring", at=datetime(2026, 3, 28, 23, 30, tzinfo=BERLIN))
    buy(mei, shop, "autumn", at=datetime(2026, 10, 24, 23, 30, tzinfo=BERLIN))

    moments = Lot.objects.order_by("pk").values_list("available_at", flat=True)

    assert list(moments) == [
        datetime(2026, 3, 29, 22, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 23, 0, tzinfo=UTC),
    ]


def test_the_hour_that_comes_twice_orders_purchases_by_what_really_was_first(shop: Store, settings: Any) -> None:
    settings.PROGRAMME_TIME_ZONE = "Europe/Berlin"
    mei = MemberFactory.create()
    first = datetime(2026, 10, 25, 2, 50, tzinfo=BERLIN)
    second = datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=BERLIN)

    buy(mei, shop, "first", at=first.astimezone(UTC))
    buy(mei, shop, "second", at=second.astimezone(UTC))

    mei.account.refresh_from_db()
    assert second.astimezone(UTC) - first.astimezone(UTC) == timedelta(minutes=20)
    assert mei.account.first_purchase_at == first.astimezone(UTC)
    assert mei.account.last_purchase_at == second.astimezone(UTC)
    assert set(Purchase.objects.values_list("business_date", flat=True)) == {AUTUMN}


# Members far east and west


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"])
def test_the_programmes_day_decides_wherever_the_member_is(zone: str, shop: Store) -> None:
    mei = MemberFactory.create(time_zone=zone)
    buy(mei, shop, at=datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC).astimezone(ZoneInfo(zone)))

    end = datetime(2027, 1, 31, 16, 0, tzinfo=UTC)
    spend(mei, 10, "last-second", (end - timedelta(seconds=1)).astimezone(ZoneInfo(zone)))

    assert last_days() == [date(2027, 1, 31)]
    with pytest.raises(NotEnoughPoints):
        spend(mei, 10, "too-late", end.astimezone(ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Kiritimati", date(2026, 2, 1)), ("Pacific/Pago_Pago", date(2026, 1, 31))]
)
def test_a_programme_far_east_or_west_has_its_own_days(zone: str, day: date, shop: Store, settings: Any) -> None:
    settings.PROGRAMME_TIME_ZONE = zone
    buy(MemberFactory.create(), shop, at=datetime(2026, 1, 31, 12, 0, tzinfo=UTC))

    assert Purchase.objects.get().business_date == day
    assert last_days() == [date(2027, 2, 28) if day.month == 2 else date(2027, 1, 31)]
