"""Caps clamp what a rule gives, say so in the trace, and are never exceeded."""

from datetime import timedelta

from members.award_caps import Counters
from tests.members.scoring_support import (
    A_POINT_A_YUAN,
    GOLD,
    MEMBER,
    SATURDAY,
    Item,
    entry,
    purchase,
    score,
    scoring,
    version,
)

DAY_KEY, MONTH_KEY, TOTAL_KEY = "2:7:d2026-11-21", "2:7:m2026-11", "2:*:total"


def test_a_bonus_is_clamped_and_the_trace_says_from_what() -> None:
    rule = version(2, "bonus_fixed", points=50, cap_member_day=60)
    found = score(rule, counters=Counters({DAY_KEY: 40}))
    assert found.points == 20
    assert entry(found, 2) == [20, None, None, 50, "d"]
    assert found.additions == [(DAY_KEY, 2, MEMBER, 20)]


def test_nothing_left_of_a_cap_is_named() -> None:
    rule = version(2, "bonus_rate", cap_total=100)
    found = score(rule, counters=Counters({TOTAL_KEY: 100}))
    assert found.points == 0
    assert entry(found, 2) == [0, "capped", 6_400, 64, "t"]
    assert found.additions == []


def test_the_nearest_of_several_caps_counts_and_all_counters_are_added_to() -> None:
    rule = version(2, "bonus_fixed", points=50, cap_member_day=45, cap_member_month=100, cap_total=1_000)
    found = score(rule, counters=Counters({MONTH_KEY: 70}))
    assert entry(found, 2) == [30, None, None, 50, "m"]
    assert found.additions == [(DAY_KEY, 2, MEMBER, 30), (MONTH_KEY, 2, MEMBER, 30), (TOTAL_KEY, 2, None, 30)]


def test_the_day_is_the_purchase_s_own_in_the_programme_s_zone() -> None:
    rule = version(2, "bonus_fixed", points=50, cap_member_day=50)
    last_night = purchase(occurred_at=SATURDAY.replace(hour=15, minute=59))
    after_midnight = purchase(occurred_at=SATURDAY.replace(hour=16))
    assert scoring(rule).counter_keys(last_night) == [DAY_KEY]
    assert scoring(rule).counter_keys(after_midnight) == ["2:7:d2026-11-22"]


def test_counters_are_asked_for_only_where_a_capped_rule_may_fire() -> None:
    assert scoring(A_POINT_A_YUAN).counter_keys(purchase()) == []
    assert scoring(version(2, "bonus_fixed", cap_total=9, weekdays=[1])).counter_keys(purchase()) == []
    assert scoring(version(2, "bonus_fixed", cap_total=9, weekdays=[6])).counter_keys(purchase()) == [TOTAL_KEY]


def test_a_capped_base_rule_leaves_the_rest_of_its_lines_to_the_next_best_rate() -> None:
    # 50 of the 64 yuan's double points are 100 points; the other 14 yuan earn a point each.
    double = version(2, "base", points=2, cap_member_day=100)
    found = score(A_POINT_A_YUAN, double)
    assert found.points == 100 + 14
    assert entry(found, 2) == [100, None, 6_400, 128, "d"]
    assert entry(found, 1) == [14, None, 1_400]


def test_a_capped_base_rule_with_nothing_left_gives_way() -> None:
    double = version(2, "base", points=2, cap_member_day=100)
    found = score(A_POINT_A_YUAN, double, counters=Counters({DAY_KEY: 100}))
    assert found.points == 64
    assert entry(found, 2) == [0, "capped", 6_400, 128, "d"]


def test_a_base_rule_s_cap_is_of_points_before_the_multiplier() -> None:
    only = version(2, "base", cap_member_day=10)
    found = score(only, facts=purchase(tier_id=GOLD))
    assert (found.trace["base"], found.points) == (10, 15)
    assert found.additions == [(DAY_KEY, 2, MEMBER, 10)]


def test_a_multiplier_s_cap_is_of_the_points_it_adds() -> None:
    double = version(2, "multiplier", cap_member_day=30)
    found = score(A_POINT_A_YUAN, double)
    assert found.points == 64 + 30
    assert entry(found, 2) == [30, None, None, 64, "d"]
    assert found.additions == [(DAY_KEY, 2, MEMBER, 30)]


def test_a_capped_multiplier_gives_way_to_a_tier_that_gives_more() -> None:
    double = version(2, "multiplier", cap_member_day=30)
    found = score(A_POINT_A_YUAN, double, facts=purchase(tier_id=GOLD))
    assert found.points == 96
    assert found.trace["by"] == "tier"
    assert entry(found, 2) == [0, "not_best", None, 64, "d"]
    assert found.additions == []


def test_a_multiplier_with_nothing_left_is_capped() -> None:
    double = version(2, "multiplier", cap_member_day=30)
    found = score(A_POINT_A_YUAN, double, counters=Counters({DAY_KEY: 30}))
    assert found.points == 64
    assert entry(found, 2) == [0, "capped", None, 64, "d"]


def test_one_transaction_after_the_other_sees_what_was_given() -> None:
    rules = scoring(version(2, "bonus_fixed", points=50, cap_member_day=60, cap_total=90))
    counters = Counters({TOTAL_KEY: 5})
    given = []
    for hours in (0, 1, 24):
        found = rules.score(purchase(occurred_at=SATURDAY + timedelta(hours=hours)), counters)
        counters.add(found.additions)
        given.append(found.points)
    assert given == [50, 10, 25]
    assert counters.rows() == [(TOTAL_KEY, 2, None, 85), (DAY_KEY, 2, 7, 60), ("2:7:d2026-11-22", 2, 7, 25)]


def test_lines_of_two_capped_rates_share_what_is_left_exactly() -> None:
    lines = (Item(333, "Books"), Item(334, "Books"), Item(1_000))
    found = score(
        A_POINT_A_YUAN,
        version(2, "base", points=3, categories=["Books"], cap_member_day=7),
        version(3, "base", points=2, categories=["Books"], cap_total=5),
        facts=purchase(lines=lines),
    )
    # 7/3 yuan of the books at 3 points, 5/2 at 2, the remaining 1.8366... and the other line at 1.
    assert found.points == 7 + 5 + 11
    assert [entry(found, rule)[0] for rule in (1, 2, 3)] == [11, 7, 5]
