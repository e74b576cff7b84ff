"""Worked examples of earning: each condition, each kind of rule, rounding, midnight."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from members.rule_terms import VersionTerms
from members.scoring import PurchaseFacts
from tests.members.scoring_support import (
    A_POINT_A_YUAN,
    GOLD,
    SATURDAY,
    SHOP,
    WEB,
    Item,
    entry,
    purchase,
    score,
    version,
)


def test_a_point_for_each_yuan_is_rounded_down() -> None:
    assert score(A_POINT_A_YUAN, facts=purchase(6_499)).points == 64


def test_a_purchase_below_a_point_earns_nothing() -> None:
    found = score(A_POINT_A_YUAN, facts=purchase(99))
    assert found.points == 0
    assert entry(found, 1) == [0, None, 99]


def test_without_rules_nothing_is_earned_and_the_trace_says_so() -> None:
    found = score()
    assert found.points == 0
    assert found.trace == {"v": 1, "tier": 1, "base": 0, "x": 100, "by": "tier", "rules": [], "total": 0}


def test_gold_multiplies_the_floored_base_and_floors_again() -> None:
    # 65.99 -> 65 base points -> 97.5 -> 97.
    found = score(A_POINT_A_YUAN, facts=purchase(6_599, tier_id=GOLD))
    assert found.points == 97
    assert found.trace == {
        "v": 1,
        "tier": GOLD,
        "base": 65,
        "x": 150,
        "by": "tier",
        "rules": [[1, 1, 65, None, 6_599]],
        "total": 97,
    }


def test_the_trace_is_json_and_small() -> None:
    found = score(A_POINT_A_YUAN, version(2, "multiplier"), version(3, "bonus_fixed"))
    assert json.loads(json.dumps(found.trace)) == found.trace
    assert len(json.dumps(found.trace, separators=(",", ":"))) < 130


def test_the_best_multiplier_wins_and_they_are_not_multiplied_together() -> None:
    found = score(
        A_POINT_A_YUAN,
        version(2, "multiplier", percent=200),
        version(3, "multiplier", percent=300),
        facts=purchase(tier_id=GOLD),
    )
    assert found.points == 192
    assert found.trace["by"] == 3
    assert entry(found, 2) == [0, "not_best"]
    assert entry(found, 3) == [128]


def test_a_multiplier_below_the_tier_s_own_changes_nothing() -> None:
    found = score(A_POINT_A_YUAN, version(2, "multiplier", percent=120), facts=purchase(tier_id=GOLD))
    assert found.points == 96
    assert found.trace["by"] == "tier"
    assert entry(found, 2) == [0, "not_best"]


def test_bonuses_are_added_after_the_multiplier() -> None:
    found = score(
        A_POINT_A_YUAN,
        version(2, "bonus_fixed", points=50),
        version(3, "bonus_rate", points=1, per_amount=1_000),
        facts=purchase(tier_id=GOLD),
    )
    assert found.points == 96 + 50 + 6
    assert entry(found, 3) == [6, None, 6_400]


def test_each_line_earns_at_the_best_rate_that_matches_it() -> None:
    lines = (Item(2_000, "Coffee"), Item(3_000, "Books"), Item(1_000, "Books", "sale"))
    found = score(
        A_POINT_A_YUAN,
        version(2, "base", points=2, categories=["Books"]),
        version(3, "base", points=5, skus=["sale"]),
        facts=purchase(lines=lines),
    )
    assert found.points == 20 + 60 + 50
    assert entry(found, 1) == [20, None, 2_000]
    assert entry(found, 2) == [60, None, 3_000]
    assert entry(found, 3) == [50, None, 1_000]


def test_the_same_rate_twice_goes_to_the_older_rule() -> None:
    found = score(A_POINT_A_YUAN, version(2, "base", points=2, per_amount=200))
    assert entry(found, 1) == [64, None, 6_400]
    assert entry(found, 2) == [0, "not_best"]


def test_fractions_of_several_rates_make_whole_points_together() -> None:
    # 0.60 of a point and 0.50 of a point are one point, and it is the larger fraction's.
    lines = (Item(60), Item(25, "Books"))
    found = score(A_POINT_A_YUAN, version(2, "base", points=2, categories=["Books"]), facts=purchase(lines=lines))
    assert found.points == 1
    assert entry(found, 1) == [1, None, 60]
    assert entry(found, 2) == [0, None, 25]


def test_a_purchase_without_lines_has_no_category() -> None:
    found = score(A_POINT_A_YUAN, version(2, "base", points=9, categories=["Books"]))
    assert found.points == 64
    assert entry(found, 2) == [0, "category"]


def test_category_and_sku_must_meet_in_one_line() -> None:
    rule = version(1, "bonus_fixed", categories=["Books"], skus=["A"])
    assert score(rule, facts=purchase(lines=(Item(100, "Books", "A"),))).points == 10
    assert entry(score(rule, facts=purchase(lines=(Item(100, "Books", "B"), Item(100, "Tea", "A")))), 1) == [0, "sku"]


def test_a_minimum_is_of_the_whole_purchase_unless_the_rule_looks_at_lines() -> None:
    lines = (Item(4_000, "Books"), Item(6_000, "Coffee"))
    whole, books = version(1, "bonus_fixed", minimum_amount=10_000), version(2, "bonus_fixed", categories=["Books"])
    assert score(whole, facts=purchase(lines=lines)).points == 10
    assert score(books, facts=purchase(lines=lines)).points == 10
    short = version(2, "bonus_fixed", categories=["Books"], minimum_amount=4_001)
    assert entry(score(short, facts=purchase(lines=lines)), 2) == [0, "minimum"]
    assert entry(score(whole, facts=purchase(9_999)), 1) == [0, "minimum"]


@pytest.mark.parametrize(
    ("terms", "failed"),
    [
        ({"stores": [WEB]}, "store"),
        ({"channels": ["web", "app"]}, "channel"),
        ({"weekdays": [1, 2, 3, 4, 5, 7]}, "weekday"),
        ({"minimum_tier_id": GOLD}, "tier"),
        ({"time_from": time(14), "time_until": time(17)}, "time"),
        ({"first_purchase_only": True}, "first"),
        ({"minimum_amount": 6_401}, "minimum"),
    ],
)
@pytest.mark.parametrize("kind", ["base", "multiplier", "bonus_rate", "bonus_fixed"])
def test_the_first_condition_that_fails_is_named(kind: str, terms: dict[str, object], failed: str) -> None:
    found = score(version(1, kind, **terms), facts=purchase(is_first=False))
    assert found.points == 0
    assert entry(found, 1) == [0, failed]


@pytest.mark.parametrize(
    "terms",
    [
        {"stores": [SHOP]},
        {"channels": ["shop"]},
        {"weekdays": [6]},
        {"minimum_tier_id": 1},
        {"time_from": time(11), "time_until": time(11, 1)},
        {"time_until": time(12)},
        {"time_from": time(10)},
        {"first_purchase_only": True},
        {"minimum_amount": 6_400},
    ],
)
def test_a_condition_that_holds_lets_the_rule_fire(terms: dict[str, object]) -> None:
    assert score(version(1, "bonus_fixed", **terms)).points == 10


def test_a_tier_and_above_includes_the_tiers_above() -> None:
    assert score(version(1, "bonus_fixed", minimum_tier_id=1), facts=purchase(tier_id=GOLD)).points == 10


@pytest.mark.parametrize(
    ("hour", "minute", "fires"),
    [(21, 59, False), (22, 0, True), (23, 59, True), (0, 0, True), (1, 59, True), (2, 0, False), (12, 0, False)],
)
def test_a_time_of_day_may_pass_midnight(hour: int, minute: int, fires: bool) -> None:
    night = version(1, "bonus_fixed", time_from=time(22), time_until=time(2))
    moment = datetime(2026, 11, 21, hour, minute, tzinfo=UTC)
    found = score(night, facts=purchase(occurred_at=moment), zone="UTC")
    assert (found.points == 10) is fires


def test_until_midnight_is_the_end_of_the_day() -> None:
    evening = version(1, "bonus_fixed", time_from=time(18), time_until=time(0))
    assert score(evening, facts=purchase(occurred_at=datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC)), zone="UTC").points
    assert not score(evening, facts=purchase(occurred_at=datetime(2026, 11, 22, tzinfo=UTC)), zone="UTC").points


@pytest.mark.parametrize(
    ("zone", "weekday"), [("Asia/Shanghai", 7), ("Pacific/Kiritimati", 7), ("Pacific/Pago_Pago", 6), ("UTC", 6)]
)
def test_the_weekday_is_the_programme_s_own(zone: str, weekday: int) -> None:
    # Saturday 18:00 UTC is Sunday in Shanghai and on Kiritimati, and still Saturday in Pago Pago.
    evening = datetime(2026, 11, 21, 18, tzinfo=UTC)
    for day in range(1, 8):
        found = score(version(1, "bonus_fixed", weekdays=[day]), facts=purchase(occurred_at=evening), zone=zone)
        assert (found.points == 10) is (day == weekday)


def test_summer_time_moves_the_clock_that_a_rule_goes_by() -> None:
    # Cairo is at +3 in summer 2026 and at +2 in winter: 12:30 UTC is 15:30 and 14:30.
    happy_hour = version(1, "bonus_fixed", time_from=time(15), time_until=time(16))
    summer, winter = datetime(2026, 7, 1, 12, 30, tzinfo=UTC), datetime(2026, 12, 1, 12, 30, tzinfo=UTC)
    assert score(happy_hour, facts=purchase(occurred_at=summer), zone="Africa/Cairo").points == 10
    assert score(happy_hour, facts=purchase(occurred_at=winter), zone="Africa/Cairo").points == 0


def test_a_day_whose_midnight_does_not_exist_has_its_rules_all_the_same() -> None:
    # Sao Paulo's 4 November 2018 (a Sunday) began at 01:00, which was 03:00 UTC.
    sunday = version(1, "bonus_fixed", weekdays=[7], time_from=time(0), time_until=time(2))
    begin = datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert score(sunday, facts=purchase(occurred_at=begin), zone="America/Sao_Paulo").points == 10
    before = begin - timedelta(seconds=1)
    assert score(sunday, facts=purchase(occurred_at=before), zone="America/Sao_Paulo").points == 0


def test_a_purchase_is_scored_by_the_versions_in_force_at_its_own_time() -> None:
    change = SATURDAY + timedelta(days=1)
    before = version(1, "base", points=1, valid_until=change)
    after = replace(version(1, "base", points=3, valid_from=change), id=2)
    assert score(before, after, facts=purchase(occurred_at=change - timedelta(microseconds=1))).points == 64
    assert score(before, after, facts=purchase(occurred_at=change)).points == 192


def test_rules_not_in_force_are_not_listed() -> None:
    found = score(A_POINT_A_YUAN, version(2, "bonus_fixed", valid_from=SATURDAY + timedelta(seconds=1)))
    assert [line[0] for line in found.trace["rules"]] == [1]


COFFEE_AND_BOOKS = (Item(2_000, "Coffee"), Item(3_000, "Books"))
BOOKS = version(2, "base", points=2, categories=["Books"])


@pytest.mark.parametrize(
    ("rules", "facts", "points"),
    [
        ([A_POINT_A_YUAN], purchase(6_499), 64),
        ([A_POINT_A_YUAN], purchase(6_499, tier_id=GOLD), 96),
        ([A_POINT_A_YUAN], purchase(6_599, tier_id=GOLD), 97),
        ([A_POINT_A_YUAN, version(2, "multiplier", weekdays=[6])], purchase(6_599, tier_id=GOLD), 130),
        ([A_POINT_A_YUAN, BOOKS], purchase(lines=COFFEE_AND_BOOKS), 80),
        (
            [A_POINT_A_YUAN, BOOKS, version(3, "bonus_fixed", points=50, first_purchase_only=True)],
            purchase(lines=COFFEE_AND_BOOKS, tier_id=GOLD),
            170,
        ),
    ],
)
def test_the_examples_in_the_documentation_are_true(
    rules: list[VersionTerms], facts: PurchaseFacts, points: int
) -> None:
    """docs/how-points-work.md, under Rounding."""
    assert score(*rules, facts=facts).points == points
