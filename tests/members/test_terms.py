"""When points become available and expire: whole days of the programme's zone, whatever its clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from members import clock
from members.rule_terms import PolicyTerms
from members.services import terms


def policy(kind: str, months: int = 12, fixed_month: int | None = None, fixed_day: int | None = None) -> PolicyTerms:
    return PolicyTerms(1, kind, months, fixed_month, fixed_day, datetime(2000, 1, 1, tzinfo=UTC))


def last(rules: PolicyTerms, earned: date) -> date | None:
    """The last day on which points earned around noon of a day can be used."""
    noon = datetime(earned.year, earned.month, earned.day, 12, tzinfo=clock.programme_zone())
    moment = terms.expires_at(rules, noon)
    return moment and clock.last_day(moment)


@pytest.mark.parametrize(
    ("months", "earned", "expected"),
    [
        (12, date(2026, 11, 21), date(2027, 11, 30)),
        (12, date(2026, 11, 1), date(2027, 11, 30)),
        (12, date(2026, 11, 30), date(2027, 11, 30)),
        (12, date(2027, 2, 3), date(2028, 2, 29)),
        (12, date(2028, 2, 29), date(2029, 2, 28)),
        (3, date(2026, 11, 30), date(2027, 2, 28)),
        (1, date(2026, 12, 31), date(2027, 1, 31)),
        (24, date(2026, 1, 1), date(2028, 1, 31)),
    ],
)
def test_end_of_month(months: int, earned: date, expected: date) -> None:
    assert last(policy("end_of_month", months), earned) == expected


@pytest.mark.parametrize(
    ("months", "earned", "expected"),
    [
        (12, date(2026, 11, 21), date(2027, 11, 21)),
        (12, date(2028, 2, 29), date(2029, 2, 28)),
        (48, date(2028, 2, 29), date(2032, 2, 29)),
        (1, date(2027, 1, 31), date(2027, 2, 28)),
        (1, date(2028, 1, 31), date(2028, 2, 29)),
        (3, date(2026, 11, 30), date(2027, 2, 28)),
    ],
)
@pytest.mark.parametrize("kind", ["rolling", "activity"])
def test_rolling_and_activity_are_to_the_day(kind: str, months: int, earned: date, expected: date) -> None:
    assert last(policy(kind, months), earned) == expected


@pytest.mark.parametrize(
    ("months", "fixed", "earned", "expected"),
    [
        (6, (3, 31), date(2026, 11, 21), date(2028, 3, 31)),
        (6, (3, 31), date(2026, 9, 30), date(2027, 3, 31)),
        (6, (3, 31), date(2026, 10, 1), date(2028, 3, 31)),
        (0, (12, 31), date(2026, 12, 31), date(2026, 12, 31)),
        (0, (1, 1), date(2026, 12, 31), date(2027, 1, 1)),
        (12, (2, 29), date(2026, 1, 15), date(2027, 2, 28)),
        (12, (2, 29), date(2027, 1, 15), date(2028, 2, 29)),
        (12, (2, 29), date(2027, 2, 28), date(2028, 2, 29)),
        (12, (2, 29), date(2028, 2, 29), date(2029, 2, 28)),
    ],
)
def test_a_fixed_day_is_the_first_one_far_enough_away(
    months: int, fixed: tuple[int, int], earned: date, expected: date
) -> None:
    assert last(policy("fixed_date", months, *fixed), earned) == expected


def test_never_is_none() -> None:
    assert terms.expires_at(policy("never"), datetime(2026, 11, 21, tzinfo=UTC)) is None


def test_the_last_day_counts_whole() -> None:
    moment = terms.expires_at(policy("rolling"), datetime(2026, 11, 21, 4, tzinfo=UTC))
    # 22 November 2027, 00:00 in Shanghai.
    assert moment == datetime(2027, 11, 21, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Shanghai", date(2027, 12, 31)),
        ("Pacific/Kiritimati", date(2027, 12, 31)),
        ("Pacific/Pago_Pago", date(2027, 11, 30)),
        ("UTC", date(2027, 11, 30)),
    ],
)
def test_the_month_is_that_of_the_programme_s_day(settings: Settings, zone: str, expected: date) -> None:
    settings.PROGRAMME_TIME_ZONE = zone
    evening = datetime(2026, 11, 30, 18, tzinfo=UTC)
    moment = terms.expires_at(policy("end_of_month"), evening)
    assert moment is not None
    assert clock.last_day(moment) == expected


def test_a_day_without_midnight_begins_when_its_clocks_do(settings: Settings) -> None:
    # Sao Paulo skipped 00:00 to 01:00 on 4 November 2018: points whose last day was the 3rd went at 01:00.
    settings.PROGRAMME_TIME_ZONE = "America/Sao_Paulo"
    moment = terms.expires_at(policy("rolling", 1), datetime(2018, 10, 3, 15, tzinfo=UTC))
    assert moment == datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert clock.last_day(moment) == date(2018, 11, 3)


def test_a_day_with_two_midnights_lasts_until_the_second(settings: Settings) -> None:
    # Cairo's clocks went back from 24:00 to 23:00 on 30 October 2025, a day of 25 hours.
    settings.PROGRAMME_TIME_ZONE = "Africa/Cairo"
    moment = terms.expires_at(policy("rolling", 1), datetime(2025, 9, 30, 10, tzinfo=UTC))
    assert moment == datetime(2025, 10, 30, 22, tzinfo=UTC)
    assert clock.day_end(date(2025, 10, 30)) - clock.day_start(date(2025, 10, 30)) == timedelta(hours=25)


def test_points_without_a_return_window_are_available_at_once(settings: Settings) -> None:
    settings.PENDING_DAYS = 0
    bought = datetime(2026, 11, 21, 4, tzinfo=UTC)
    assert terms.available_at(bought) == bought


def test_pending_days_are_whole_days_after_the_purchase_s(settings: Settings) -> None:
    settings.PENDING_DAYS = 14
    # Bought on 21 November in Shanghai, to be brought back until the end of 5 December.
    assert terms.available_at(datetime(2026, 11, 20, 16, tzinfo=UTC)) == datetime(2026, 12, 5, 16, tzinfo=UTC)
    assert terms.available_at(datetime(2026, 11, 21, 15, 59, tzinfo=UTC)) == datetime(2026, 12, 5, 16, tzinfo=UTC)


def test_pending_days_end_with_the_day_though_clocks_change(settings: Settings) -> None:
    settings.PENDING_DAYS = 1
    settings.PROGRAMME_TIME_ZONE = "America/Sao_Paulo"
    assert terms.available_at(datetime(2018, 11, 2, 15, tzinfo=UTC)) == datetime(2018, 11, 4, 3, tzinfo=UTC)


def test_only_activity_extends() -> None:
    moment = datetime(2026, 11, 21, 4, tzinfo=UTC)
    assert terms.extended_expiry(policy("activity"), moment) == terms.expires_at(policy("rolling"), moment)
    for kind in ("end_of_month", "rolling", "never"):
        assert terms.extended_expiry(policy(kind), moment) is None


POLICIES = st.one_of(
    st.builds(policy, st.sampled_from(["end_of_month", "rolling", "activity"]), st.integers(1, 120)),
    st.builds(
        lambda months, day: policy("fixed_date", months, day.month, day.day),
        st.integers(0, 36),
        st.dates(date(2028, 1, 1), date(2028, 12, 31)),
    ),
)
ZONES = st.sampled_from(
    ["Asia/Shanghai", "America/Sao_Paulo", "Africa/Cairo", "Pacific/Kiritimati", "Pacific/Pago_Pago"]
)


@given(POLICIES, ZONES, st.datetimes(datetime(2010, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 -- hypothesis adds the zone
def test_points_live_at_least_their_months_and_expire_at_the_start_of_a_day(
    rules: PolicyTerms, zone: str, earned_at: datetime
) -> None:
    local = ZoneInfo(zone)
    earned = earned_at.astimezone(local).date()
    found = terms.last_date(rules.kind, rules.months, rules.fixed_month, rules.fixed_day, earned)
    assert found is not None
    whole_months = (found.year - earned.year) * 12 + found.month - earned.month
    assert whole_months >= rules.months
    assert found >= earned
    if rules.kind == "fixed_date":
        assert whole_months <= rules.months + 12
    else:
        assert whole_months == rules.months
    assert found.day == earned.day or (found + timedelta(days=1)).day == 1 or rules.kind == "fixed_date"


@given(POLICIES, st.dates(date(2010, 1, 1), date(2035, 1, 1)))
def test_later_points_never_expire_earlier(rules: PolicyTerms, earned: date) -> None:
    arguments = (rules.kind, rules.months, rules.fixed_month, rules.fixed_day)
    today, tomorrow = terms.last_date(*arguments, earned), terms.last_date(*arguments, earned + timedelta(days=1))
    assert today is not None
    assert tomorrow is not None
    assert tomorrow >= today
