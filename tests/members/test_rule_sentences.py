"""Rules as sentences, from compiled versions and from stored ones."""

from datetime import time
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from members.models import EarningRuleVersion, Tier
from members.selectors.rule_sentences import sentence
from members.selectors.rulebook import current_rulebook
from tests.factories import EarningRuleVersionFactory, StoreFactory, TierFactory

pytestmark = pytest.mark.django_db

RATE = {"kind": "base", "points": 2, "per_amount": 100}
TIMES_TWO = {"kind": "multiplier", "percent": 200}
BONUS = {"kind": "bonus_fixed", "points": 50}


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"kind": "base", "points": 1, "per_amount": 100}, "1 point for each ¥1"),
        ({**RATE, "categories": ["Books"]}, "2 points for each ¥1 on Books"),
        ({**RATE, "weekdays": [6]}, "2 points for each ¥1 on Saturdays"),
        ({**RATE, "categories": ["Books"], "weekdays": [6]}, "2 points for each ¥1 on Books, Saturdays"),
        ({**RATE, "minimum_amount": 5_000}, "2 points for each ¥1, for ¥50 or more"),
        ({**RATE, "categories": ["Tea", "Books", "Coffee"]}, "2 points for each ¥1 on Books, Coffee and Tea"),
        ({**RATE, "skus": ["A1"]}, "2 points for each ¥1 on article A1"),
        ({**RATE, "skus": ["B", "A"], "categories": ["Tea"]}, "2 points for each ¥1 on articles A and B in Tea"),
        ({**RATE, "skus": list("ABCDEFG")}, "2 points for each ¥1 on articles A, B, C, D, E and 2 more"),
        ({"kind": "bonus_rate", "points": 1, "per_amount": 1_050}, "1 extra point for each ¥10.50"),
        (
            {"kind": "bonus_rate", "points": 3, "per_amount": 1_000, "categories": ["Tea"]},
            "3 extra points for each ¥10 on Tea",
        ),
        (TIMES_TWO, "Points ×2"),
        ({"kind": "multiplier", "percent": 150, "weekdays": [1, 2, 3, 4, 5]}, "Points ×1.5 on weekdays"),
        ({"kind": "multiplier", "percent": 125, "weekdays": [6, 7]}, "Points ×1.25 on weekends"),
        (
            {**TIMES_TWO, "weekdays": [2], "time_from": time(14), "time_until": time(17)},
            "Points ×2 on Tuesdays, 14:00 to 17:00",
        ),
        ({**TIMES_TWO, "weekdays": [2, 4]}, "Points ×2 on Tuesdays and Thursdays"),
        ({**TIMES_TWO, "time_from": time(18), "time_until": time(0)}, "Points ×2, 18:00 to 24:00"),
        ({**TIMES_TWO, "time_from": time(18)}, "Points ×2, from 18:00"),
        ({**TIMES_TWO, "time_until": time(9, 30)}, "Points ×2, until 09:30"),
        ({**TIMES_TWO, "first_purchase_only": True}, "Points ×2, first purchase only"),
        ({**TIMES_TWO, "channels": ["web", "app"]}, "Points ×2, in the web shop or in the app"),
        (BONUS, "50 extra points with each purchase"),
        ({**BONUS, "points": 1}, "1 extra point with each purchase"),
        ({**BONUS, "points": 1_500}, "1,500 extra points with each purchase"),
        ({**BONUS, "first_purchase_only": True}, "50 extra points with the first purchase"),
        ({**BONUS, "minimum_amount": 10_000}, "50 extra points with each purchase of ¥100 or more"),
        ({**BONUS, "categories": ["Books"]}, "50 extra points with each purchase of Books"),
        (
            {**BONUS, "categories": ["Books"], "minimum_amount": 10_000},
            "50 extra points with each purchase of ¥100 or more on Books",
        ),
        (
            {**BONUS, "first_purchase_only": True, "minimum_amount": 10_000},
            "50 extra points with the first purchase, of ¥100 or more",
        ),
        ({**BONUS, "weekdays": [7]}, "50 extra points with each purchase on Sundays"),
        ({**BONUS, "cap_member_day": 200}, "50 extra points with each purchase; at most 200 points a day"),
        (
            {**BONUS, "cap_member_month": 1_000, "cap_total": 100_000},
            "50 extra points with each purchase; at most 1,000 points a month, at most 100,000 points in all",
        ),
    ],
)
def test_a_rule_reads_as_a_sentence(terms: dict[str, Any], expected: str) -> None:
    version = EarningRuleVersionFactory(**terms)
    assert sentence(version) == expected


def test_tiers_and_stores_are_named() -> None:
    gold = TierFactory(name="Gold")
    TierFactory(name="Platinum")
    harbour = StoreFactory(name="Harbour")
    version = EarningRuleVersionFactory(**RATE, categories=["Books"], weekdays=[6], minimum_tier=gold, stores=[harbour])
    assert sentence(version) == "2 points for each ¥1 on Books, Saturdays, Gold and above, at Harbour"


def test_the_highest_tier_has_none_above() -> None:
    version = EarningRuleVersionFactory(**TIMES_TWO, minimum_tier=TierFactory(name="Gold"))
    assert sentence(version) == "Points ×2, Gold"


def test_the_lowest_tier_is_everybody() -> None:
    version = EarningRuleVersionFactory(**TIMES_TWO, minimum_tier=Tier.objects.get(rank=0))
    assert sentence(version) == "Points ×2"


def test_a_version_that_is_not_stored_yet_has_a_sentence_too() -> None:
    version = EarningRuleVersion(kind="bonus_fixed", points=5, weekdays=[1])
    assert sentence(version) == "5 extra points with each purchase on Mondays"


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_sentences_costs_no_query_a_rule(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(count):
        EarningRuleVersionFactory(minimum_tier=TierFactory(), stores=[StoreFactory()])
    rulebook = current_rulebook()
    versions = list(EarningRuleVersion.objects.order_by("pk"))
    with django_assert_num_queries(0):
        assert len({sentence(version, rulebook=rulebook) for version in versions}) == count
