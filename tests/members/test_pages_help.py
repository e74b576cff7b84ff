from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from members.models import ExpiryKind, ExpiryPolicy
from members.programme_sentences import gift_limits, usable_from, usable_until
from members.rule_terms import PolicyTerms
from tests.factories import EarningRuleFactory, EarningRuleVersionFactory, StoreFactory, TierFactory
from tests.members.page_scenes import NOW, member_who_signs_in, shop_with_rate, signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]


def terms(kind: str, months: int = 12, month: int | None = None, day: int | None = None) -> PolicyTerms:
    return PolicyTerms(id=1, kind=kind, months=months, fixed_month=month, fixed_day=day, valid_from=NOW)


def test_everybody_reads_the_rules_that_are_in_force() -> None:
    shop_with_rate()
    rule = EarningRuleFactory.create(name="Tea week", name_en="Tea week")
    EarningRuleVersionFactory.create(rule=rule, points=3, categories=["Tea"], valid_until=NOW + timedelta(days=2))

    page = text_of(Client().get("/help/"))

    assert "1 point for each ¥1" in page
    assert "<b>Tea week</b><span>3 points for each ¥1 on Tea</span>" in page
    assert "until June 12, that day included" in page


def test_rules_to_come_are_told_and_those_that_are_over_are_not() -> None:
    shop_with_rate()
    coming = EarningRuleFactory.create(name="Double July", name_en="Double July")
    EarningRuleVersionFactory.create(rule=coming, kind="multiplier", valid_from=NOW + timedelta(days=21))
    over = EarningRuleFactory.create(name="Long gone", name_en="Long gone")
    EarningRuleVersionFactory.create(rule=over, valid_until=NOW - timedelta(days=1))

    page = text_of(Client().get("/help/"))

    assert "Coming soon" in page
    assert "from July 1 on" in page
    assert "Long gone" not in page


def test_the_example_is_scored_by_the_rules_themselves() -> None:
    TierFactory.create(rank=1, code="gold", name="Gold", name_en="Gold", threshold=80_000, multiplier_percent=150)
    shop_with_rate("Riverside shop")

    page = text_of(Client().get("/help/"))

    assert "What ¥100 earn right now" in page
    assert "<dd>100</dd>" in page
    assert "<dd>150</dd>" in page
    assert "× 1.5 for Gold: 150 points." in page
    assert "Riverside shop" in page


def test_a_programme_without_rules_or_shops_says_so() -> None:
    page = text_of(Client().get("/help/"))

    assert "Nothing earns points just now" in page
    assert "earn right now" not in page


def test_the_settings_and_the_policy_speak(settings: Settings) -> None:
    settings.PENDING_DAYS = 14
    settings.PROGRAMME_GIFT_POINTS_PER_DAY = 1_234
    ExpiryPolicy.objects.update(kind=ExpiryKind.ROLLING, months=6)

    page = text_of(Client().get("/help/"))

    assert "once 14 days have passed" in page
    assert "up to 1,234 points a day" in page
    assert "for 6 months from the day you earned them" in page
    assert "good until December 10, and that day still counts" in page or "good until Dec. 10, 2026" in page
    assert "midnight in Shanghai" in page


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (terms("never"), "Points never expire."),
        (terms("end_of_month", 1), "until the end of the month, 1 month after"),
        (terms("end_of_month"), "until the end of the month, 12 months after"),
        (terms("rolling", 18), "for 18 months from the day"),
        (terms("activity", 24), "for 24 months after your last purchase"),
        (terms("fixed_date", 3, 2, 31), "Points expire on February 29, at the earliest 3 months"),
    ],
)
def test_each_expiry_policy_has_its_sentence(policy: PolicyTerms, expected: str) -> None:
    assert expected in usable_until(policy)


def test_points_without_a_return_window_are_there_at_once() -> None:
    assert usable_from(0) == "You can use points as soon as you have paid."
    assert "1 day has passed" in usable_from(1)
    assert "5,000 a month" in gift_limits(1_000, 5_000)


def test_a_member_finds_their_own_tier_marked() -> None:
    TierFactory.create(rank=1, threshold=80_000)

    page = text_of(signed_in(member_who_signs_in()).get("/help/"))

    assert page.count("You are here") == 1
    assert "Something unclear?" in page


@pytest.mark.parametrize("path", ["/help/", "/tiers/"])
def test_more_tiers_rules_and_shops_cost_no_more_queries(
    path: str, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings
) -> None:
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    client = signed_in(member_who_signs_in())
    expected = {"/help/": 5, "/tiers/": 8}[path]
    for count in (1, 3):
        for number in range(count):
            TierFactory.create(rank=10 * count + number, threshold=10_000_000 * count + number)
            EarningRuleVersionFactory.create()
            StoreFactory.create()
        client.get(path)

        with django_assert_num_queries(expected):
            client.get(path)


def test_the_tiers_page_compares_rules_that_are_for_some_only() -> None:
    gold = TierFactory.create(rank=1, name="Gold", name_en="Gold", threshold=80_000, multiplier_percent=150)
    shop_with_rate()
    rule = EarningRuleFactory.create(name="Golden hour", name_en="Golden hour")
    EarningRuleVersionFactory.create(rule=rule, kind="multiplier", minimum_tier=gold, weekdays=[])

    page = text_of(signed_in(member_who_signs_in()).get("/tiers/"))

    row = page[page.index("Golden hour</th>") :].split("</tr>")[0]
    assert row.count(">yes<") == 1
    assert row.index(">no<") < row.index(">yes<")
    points = page[page.index("Points for ¥100, right now") :].split("</tr>")[0]
    assert "<td>100</td><td>200</td>" in points
