from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from members.models import Account, Member, Tier, TierMeasure, TierWindow, Transfer, TransferKind
from members.selectors.rulebook import current_rulebook
from members.selectors.tiers import Progress, ladder, progress
from members.tier_windows import last_day_in_window, window_start
from tests.factories import MemberFactory, TierFactory
from tests.members.tier_scenes import noon, purchase, put_in_tier, utc

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 20)


def gold(**fields: Any) -> Tier:
    return TierFactory.create(rank=1, code="gold", name="Gold", **fields)


def on(day: date, member: Member) -> Progress:
    return progress(member, noon(day))


# -- to the next tier -------------------------------------------------------------------------------------------------


def test_rolling_progress_lasts_until_the_oldest_purchase_drops_out() -> None:
    gold()
    member = MemberFactory.create()
    purchase(member, date(2025, 5, 20), 900_000)
    purchase(member, date(2025, 6, 3), 500, returned_amount=500)
    purchase(member, date(2025, 7, 15), 30_000)
    purchase(member, TODAY, 32_000)

    found = on(TODAY, member)

    assert (found.percent, found.remaining, found.by_date) == (62, 38_000, date(2026, 7, 14))
    assert found.next_sentence == "¥380 more by July 14 and you are Gold."
    assert found.keep_sentence == ""


def test_the_amount_named_suffices_on_the_day_named_and_not_a_day_later() -> None:
    tier = gold()
    member = MemberFactory.create()
    for day, amount in ((date(2025, 7, 15), 30_000), (TODAY, 32_000)):
        purchase(member, day, amount)

    by_date = on(TODAY, member).by_date

    assert by_date
    for day, remaining in ((by_date, 38_000), (by_date + timedelta(days=1), 68_000)):
        assert on(day, member).remaining == remaining == tier.threshold - 100_000 + remaining


def test_calendar_year_progress_lasts_until_its_last_day() -> None:
    gold(window=TierWindow.CALENDAR_YEAR)
    member = MemberFactory.create()
    purchase(member, date(2026, 1, 1), 62_000)
    purchase(member, date(2025, 12, 31), 62_000)

    assert on(TODAY, member).next_sentence == "¥380 more by December 31 and you are Gold."


def test_membership_year_progress_lasts_until_the_day_before_the_anniversary() -> None:
    gold(window=TierWindow.MEMBERSHIP_YEAR)
    member = MemberFactory.create(enrolled_at=utc(2024, 2, 29, 12))
    purchase(member, date(2026, 2, 28), 62_000)

    assert on(TODAY, member).by_date == date(2027, 2, 27)
    assert on(TODAY, member).next_sentence == "¥380 more by Feb. 27, 2027 and you are Gold."


def test_a_lifetime_knows_no_hurry() -> None:
    gold(window=TierWindow.LIFETIME)
    member = MemberFactory.create()
    purchase(member, date(2001, 2, 3), 62_000)

    assert on(TODAY, member).next_sentence == "¥380 more and you are Gold."


def test_who_has_not_bought_yet_is_in_no_hurry_either() -> None:
    gold()

    found = on(TODAY, MemberFactory.create())

    assert (found.percent, found.remaining, found.by_date) == (0, 100_000, None)
    assert found.next_sentence == "¥1,000 more and you are Gold."


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (9, "1 more visit by January 31, 2027 and you are Gold."),
        (8, "2 more visits by January 31, 2027 and you are Gold."),
    ],
)
def test_visits_are_counted_in_days(days: int, sentence: str) -> None:
    gold(measure=TierMeasure.VISITS, threshold=10)
    member = MemberFactory.create()
    for number in range(days):
        for _ in range(2):
            purchase(member, date(2026, 2, 1) + timedelta(days=number), 500)

    assert on(TODAY, member).next_sentence == sentence.replace("January 31", "Jan. 31")


def test_points_count_from_the_oldest_of_purchases_and_bonuses() -> None:
    gold(measure=TierMeasure.POINTS, threshold=3_000)
    member = MemberFactory.create()
    Transfer.objects.create(
        debit_account=Account.objects.get(code="issuance"),
        credit_account=member.account,
        points=20,
        kind=TransferKind.BONUS,
        occurred_at=noon(date(2025, 8, 1)),
        recorded_at=noon(date(2025, 8, 1)),
        business_key="bonus",
    )
    purchase(member, TODAY, 100, points_earned=100)
    purchase(member, date(2025, 6, 1), 100, points_earned=100, points_clawed_back=100)

    found = on(TODAY, member)

    assert (found.remaining, found.by_date) == (2_880, date(2026, 7, 31))
    assert found.next_sentence == "2,880 more points by July 31 and you are Gold."


def test_a_tier_by_invitation_is_not_promised() -> None:
    gold()
    TierFactory.create(rank=2, name="Black", is_invitation_only=True)
    member = MemberFactory.create()
    assert "Gold" in on(TODAY, member).next_sentence

    put_in_tier(member, Tier.objects.get(rank=1), reached=TODAY)
    found = on(TODAY, member)

    assert (found.percent, found.remaining, found.by_date) == (None, None, None)
    assert found.next_sentence == "You have reached the highest tier."


def test_a_threshold_lowered_meanwhile_is_met_with_the_next_purchase() -> None:
    tier = gold()
    member = MemberFactory.create()
    purchase(member, TODAY, 62_000)
    Tier.objects.filter(pk=tier.pk).update(threshold=60_000)

    found = on(TODAY, member)

    assert (found.percent, found.remaining) == (100, 0)
    assert found.next_sentence == "With your next purchase you are Gold."


# -- to keep the present one ------------------------------------------------------------------------------------------


def test_a_tier_is_held_before_its_window_begins() -> None:
    tier = gold(window=TierWindow.CALENDAR_YEAR)
    member = MemberFactory.create()
    put_in_tier(member, tier, reached=TODAY)

    assert on(TODAY, member).keep_sentence == "Gold is yours until Dec. 31, 2027."


def test_what_is_missing_to_keep_a_tier() -> None:
    tier = gold()
    member = MemberFactory.create()
    put_in_tier(member, tier, reached=date(2026, 3, 15))
    purchase(member, date(2026, 3, 15), 100_000)
    purchase(member, date(2026, 4, 1), 88_000)

    assert on(date(2026, 4, 2), member).keep_sentence == "¥120 more by March 31, 2027 and you keep Gold."
    assert on(date(2027, 3, 31), member).keep_sentence == "¥120 more by March 31 and you keep Gold."


def test_within_the_grace_a_tier_can_still_be_kept() -> None:
    tier = gold(window=TierWindow.CALENDAR_YEAR, grace_days=30)
    member = MemberFactory.create()
    put_in_tier(member, tier, reached=date(2025, 6, 1))
    purchase(member, date(2026, 6, 1), 99_900)

    assert on(date(2027, 1, 2), member).keep_sentence == "¥1,000 more by January 30 and you keep Gold."


def test_a_tier_earned_again_is_promised_for_longer() -> None:
    tier = gold()
    member = MemberFactory.create()
    put_in_tier(member, tier, reached=date(2026, 3, 15))
    purchase(member, date(2026, 4, 1), 100_000)

    assert on(TODAY, member).keep_sentence == "You have earned Gold again: it is yours until March 31, 2028."


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"is_manual": True, "held_until_date": date(2026, 12, 31)}, "Gold is yours until December 31."),
        ({"is_manual": True, "held_until_date": None}, "Gold is yours for good."),
        ({"held_until_date": None}, "Gold is yours for good."),
    ],
)
def test_tiers_that_no_purchase_keeps(fields: dict[str, Any], sentence: str) -> None:
    member = MemberFactory.create()
    put_in_tier(member, gold(), reached=TODAY, **fields)

    assert on(TODAY, member).keep_sentence == sentence


# -- all of it --------------------------------------------------------------------------------------------------------


def test_sentences_use_the_tier_s_name_in_the_member_s_language() -> None:
    tier = gold()
    Tier.objects.filter(pk=tier.pk).update(name_zh_hans="金卡")

    with translation.override("zh-hans"):
        assert "金卡" in on(TODAY, MemberFactory.create()).next_sentence


@pytest.mark.parametrize("tiers", [1, 3])
def test_progress_costs_the_same_however_many_tiers_and_purchases(django_assert_num_queries: Any, tiers: int) -> None:
    TierFactory.create_batch(tiers)
    member = MemberFactory.create()
    for number in range(2 * tiers):
        purchase(member, TODAY - timedelta(days=number), 100)
    current_rulebook()

    with django_assert_num_queries(4):
        on(TODAY, member)


def test_the_ladder_goes_up_by_rank() -> None:
    TierFactory.create(rank=2)
    TierFactory.create(rank=1)

    assert [tier.rank for tier in ladder()] == [0, 1, 2]


@pytest.mark.parametrize("months", [1, 5, 12, 24])
def test_the_last_day_in_a_rolling_window(months: int) -> None:
    for number in range(800):
        day = date(2023, 1, 1) + timedelta(days=number)
        last = last_day_in_window(day, months)
        assert (
            window_start("rolling", months, last, day)
            <= day
            < window_start("rolling", months, last + timedelta(days=1), day)
        )
