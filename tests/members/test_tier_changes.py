from datetime import date, timedelta
from typing import Any

import pytest

from members.engines import engine
from members.models import DomainEvent, Member, Tier, TierPeriod, TierReason
from members.selectors.rulebook import current_rulebook
from members.services.tier_changes import TierChange, change_rows, write_changes
from members.tier_windows import held_until
from tests.factories import MemberFactory, TierFactory
from tests.members.tier_scenes import noon, open_period, reasons, terms_of, utc

pytestmark = pytest.mark.django_db

DAY = date(2026, 5, 20)


def step(member: Member, start: Tier, end: Tier, **fields: Any) -> TierChange:
    values = {"at": noon(DAY), "reason": TierReason.UPGRADE, "held_until_date": date(2027, 5, 31), **fields}
    return TierChange(member_id=member.pk, from_tier_id=start.pk, to_tier_id=end.pk, **values)


def ladder() -> tuple[Tier, Tier, Tier]:
    return Tier.objects.get(rank=0), TierFactory.create(rank=1), TierFactory.create(rank=2)


def celebrated(member: Member) -> list[tuple[str, bool]]:
    events = DomainEvent.objects.filter(member=member, type="tier.changed").order_by("pk")
    return [(event.payload["to"], event.payload["celebrate"]) for event in events]


def test_a_climb_ends_the_period_begins_the_next_and_tells_of_it() -> None:
    regular, silver, _ = ladder()
    member = MemberFactory.create()

    write_changes(changes=[step(member, regular, silver, explanation={"purchase": 7})], now=noon(DAY))

    member.refresh_from_db()
    before, period = TierPeriod.objects.filter(member=member).order_by("pk")
    assert member.tier == silver
    assert (before.ended_at, before.end_reason) == (noon(DAY), "upgrade")
    assert (period.tier, period.started_at, period.ended_at, period.start_reason) == (
        silver,
        noon(DAY),
        None,
        "upgrade",
    )
    assert (period.held_until_date, period.explanation) == (date(2027, 5, 31), {"purchase": 7})
    assert DomainEvent.objects.get(member=member).payload == {
        "from": "regular",
        "to": "tier-1",
        "reason": "upgrade",
        "held_until": "2027-05-31",
        "celebrate": True,
    }


def test_two_climbs_of_one_batch_leave_both_periods() -> None:
    regular, silver, gold = ladder()
    member = MemberFactory.create()
    later = noon(DAY) + timedelta(days=1)

    write_changes(changes=[step(member, regular, silver), step(member, silver, gold, at=later)], now=later)

    member.refresh_from_db()
    periods = TierPeriod.objects.filter(member=member).select_related("tier").order_by("pk")
    assert member.tier == gold
    assert reasons(periods) == [
        ("regular", "enrolled", "upgrade"),
        ("tier-1", "upgrade", "upgrade"),
        ("tier-2", "upgrade", ""),
    ]
    assert [period.ended_at for period in periods] == [noon(DAY), later, None]


def test_the_number_of_statements_does_not_grow_with_the_changes(django_assert_num_queries: Any) -> None:
    regular, silver, _ = ladder()
    members = MemberFactory.create_batch(3)
    current_rulebook()

    with django_assert_num_queries(2):
        change_rows(changes=[step(members[0], regular, silver)], now=noon(DAY))
    with django_assert_num_queries(2):
        change_rows(changes=[step(member, regular, silver) for member in members], now=noon(DAY))
    with django_assert_num_queries(0):
        change_rows(changes=[], now=noon(DAY))


def test_a_late_receipt_can_reach_back_before_the_open_period() -> None:
    _, silver, gold = ladder()
    member = MemberFactory.create(enrolled_at=noon(DAY))
    late = step(member, silver, gold, at=noon(DAY) - timedelta(days=3), reason=TierReason.LATE_RECEIPT)

    write_changes(changes=[late], now=noon(DAY))

    before = TierPeriod.objects.get(member=member, ended_at__isnull=False)
    assert before.ended_at == before.started_at
    assert open_period(member).started_at == noon(DAY) - timedelta(days=3)


def test_a_tier_regained_within_its_grace_is_not_celebrated_again() -> None:
    regular, silver, _ = ladder()
    member = MemberFactory.create()
    fall, back = noon(DAY) + timedelta(days=40), noon(DAY) + timedelta(days=70)
    write_changes(changes=[step(member, regular, silver)], now=noon(DAY))
    write_changes(changes=[step(member, silver, regular, at=fall, reason=TierReason.REVIEW)], now=fall)

    write_changes(changes=[step(member, regular, silver, at=back)], now=back)

    assert celebrated(member) == [("tier-1", True), ("regular", False), ("tier-1", False)]


def test_a_tier_regained_after_its_grace_is_celebrated() -> None:
    regular, silver, gold = ladder()
    member = MemberFactory.create()
    fall, back = noon(DAY) + timedelta(days=40), noon(DAY) + timedelta(days=71)
    write_changes(changes=[step(member, regular, gold)], now=noon(DAY))
    write_changes(changes=[step(member, gold, regular, at=fall, reason=TierReason.REVIEW)], now=fall)

    write_changes(changes=[step(member, regular, silver, at=back)], now=back)

    assert celebrated(member)[-1] == ("tier-1", True)


@pytest.mark.parametrize("reason", [TierReason.MERGE, TierReason.REVIEW, TierReason.ENDED, TierReason.CORRECTION])
def test_bookkeeping_is_not_celebrated(reason: TierReason) -> None:
    regular, silver, _ = ladder()
    member = MemberFactory.create()

    write_changes(changes=[step(member, regular, silver, reason=reason)], now=noon(DAY))

    assert celebrated(member) == [("tier-1", False)]


def test_an_imported_history_is_not_celebrated() -> None:
    regular, silver, _ = ladder()
    member = MemberFactory.create()

    write_changes(changes=[step(member, regular, silver)], now=noon(DAY) + timedelta(days=8))

    assert celebrated(member) == [("tier-1", False)]


def test_changes_are_rows_that_others_can_write_with_theirs() -> None:
    regular, silver, _ = ladder()
    member = MemberFactory.create()

    rows = change_rows(changes=[step(member, regular, silver)], now=noon(DAY))

    assert TierPeriod.objects.filter(member=member).count() == 1
    engine().write(rows)
    assert open_period(member).tier == silver


@pytest.mark.parametrize(
    ("fields", "reached", "until"),
    [
        ({"window": "rolling", "window_months": 12}, date(2026, 3, 15), date(2027, 3, 31)),
        ({"window": "rolling", "window_months": 12}, date(2024, 2, 29), date(2025, 2, 28)),
        ({"window": "rolling", "window_months": 1}, date(2026, 1, 31), date(2026, 2, 28)),
        ({"window": "calendar_year"}, date(2026, 1, 1), date(2027, 12, 31)),
        ({"window": "membership_year"}, date(2025, 2, 27), date(2026, 2, 27)),
        ({"window": "membership_year"}, date(2025, 2, 28), date(2027, 2, 27)),
        ({"window": "membership_year"}, date(2023, 3, 1), date(2025, 2, 27)),
        ({"window": "membership_year"}, date(2022, 3, 1), date(2024, 2, 28)),
        ({"window": "lifetime"}, date(2026, 1, 1), None),
        ({"window": "rolling", "downgrade": "never"}, date(2026, 1, 1), None),
        ({"window": "rolling", "threshold": 0}, date(2026, 1, 1), None),
    ],
)
def test_how_long_a_tier_is_held_by_who_joined_on_29_february(
    fields: dict[str, Any], reached: date, until: date | None
) -> None:
    tier = terms_of(TierFactory.create(rank=1, **fields))

    assert held_until(tier, reached, utc(2020, 2, 29, 12)) == until


def test_the_year_ends_in_the_programme_s_zone(settings: Any) -> None:
    settings.PROGRAMME_TIME_ZONE = "Asia/Shanghai"
    tier = terms_of(TierFactory.create(rank=1, window="membership_year"))

    assert held_until(tier, date(2026, 5, 20), utc(2025, 3, 31, 16)) == date(2028, 3, 31)
    assert held_until(tier, date(2026, 5, 20), utc(2025, 3, 31, 15, 59)) == date(2028, 3, 30)
