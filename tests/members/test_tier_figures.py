from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from members.models import Account, Tier, TierMeasure, TierWindow, Transfer, TransferKind
from members.rule_terms import TierTerms
from members.selectors.tier_figures import TierFigures
from members.tier_windows import window_start
from tests.factories import MemberFactory, TierFactory
from tests.members.tier_scenes import all_terms, naive_figure, noon, purchase, terms_of, utc

DAY = date(2026, 3, 31)
days = st.dates(min_value=date(2023, 1, 1), max_value=date(2026, 12, 31))
receipts = st.tuples(days, st.integers(0, 50_000), st.floats(0, 1))


@st.composite
def tier_fields(draw: st.DrawFn) -> dict[str, Any]:
    """What a tier may count."""
    return {
        "measure": draw(st.sampled_from(TierMeasure.values)),
        "window": draw(st.sampled_from(TierWindow.values)),
        "window_months": draw(st.sampled_from([1, 3, 12, 24])),
        "threshold": draw(st.integers(1, 120_000)),
    }


class FiguresAgreeWithCounting(TestCase):
    """Whatever tiers, purchases, returns and days: the one statement says what looking at every purchase says."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        tiers=st.lists(tier_fields(), min_size=1, max_size=4),
        stored=st.lists(receipts, max_size=12),
        added=st.lists(receipts, max_size=4),
        as_of=st.lists(days, min_size=1, max_size=3, unique=True),
        enrolled=st.sampled_from([utc(2020, 2, 29, 10), utc(2021, 12, 31, 17), utc(2022, 6, 30)]),
    )
    def test_any_figures(
        self,
        tiers: list[dict[str, Any]],
        stored: list[tuple[date, int, float]],
        added: list[tuple[date, int, float]],
        as_of: list[date],
        enrolled: datetime,
    ) -> None:
        for rank, fields in enumerate(tiers, 1):
            TierFactory.create(rank=rank, **fields)
        member, other = MemberFactory.create_batch(2, enrolled_at=enrolled)
        for day, amount, back in stored:
            returned = round(amount * back) if back > 0.5 else 0
            purchase(member, day, amount, returned_amount=returned, points_earned=amount, points_clawed_back=returned)
            purchase(other, day, amount * 3)
        terms = all_terms()

        figures = TierFigures.load(tiers=terms, wanted=[(member.pk, day, enrolled) for day in as_of])
        for day, amount, _ in added:
            figures.add_purchase(member_id=member.pk, on=day, amount=amount, points=amount // 2)
            purchase(member, day, amount, points_earned=amount // 2)

        for day in as_of:
            expected = {tier.id: naive_figure(member, tier, day) for tier in terms[1:]}
            assert {t.id: figures.figure(member_id=member.pk, as_of=day, tier=t) for t in terms[1:]} == expected
            met = [tier for tier in terms[1:] if expected[tier.id] >= tier.threshold]
            assert figures.reached(member_id=member.pk, as_of=day) == (met or terms)[-1 if met else 0]


def load(member: Any, *tiers: Tier, as_of: date = DAY) -> tuple[TierFigures, list[TierTerms]]:
    terms = [terms_of(Tier.objects.get(rank=0)), *map(terms_of, tiers)]
    return TierFigures.load(tiers=terms, wanted=[(member.pk, as_of, member.enrolled_at)], with_invited=True), terms


@pytest.mark.django_db
def test_a_batch_costs_one_statement(django_assert_num_queries: Any) -> None:
    terms = [
        terms_of(Tier.objects.get(rank=0)),
        *map(terms_of, [TierFactory.create(rank=1), TierFactory.create(rank=2)]),
    ]
    members = MemberFactory.create_batch(3)

    with django_assert_num_queries(1):
        TierFigures.load(tiers=terms, wanted=[(members[0].pk, DAY, members[0].enrolled_at)])
    with django_assert_num_queries(1):
        TierFigures.load(tiers=terms, wanted=[(member.pk, DAY, member.enrolled_at) for member in members])


@pytest.mark.django_db
def test_nobody_asked_for_and_no_tier_to_reach_cost_no_statement(django_assert_num_queries: Any) -> None:
    base = terms_of(Tier.objects.get(rank=0))
    member = MemberFactory.create()

    with django_assert_num_queries(0):
        figures = TierFigures.load(tiers=[base], wanted=[(member.pk, DAY, member.enrolled_at)])

    assert figures.reached(member_id=member.pk, as_of=DAY) == base


@pytest.mark.django_db
def test_an_invitation_only_tier_is_not_reached_by_spending() -> None:
    member = MemberFactory.create()
    gold, black = TierFactory.create(rank=1), TierFactory.create(rank=2, is_invitation_only=True)
    purchase(member, DAY, 10_000_000)

    figures, terms = load(member, gold, black)

    assert figures.reached(member_id=member.pk, as_of=DAY) == terms[1]
    assert figures.meets(member_id=member.pk, as_of=DAY, tier=terms[2])


@pytest.mark.django_db
def test_two_receipts_of_a_day_are_one_visit_and_a_returned_one_is_none() -> None:
    member = MemberFactory.create()
    tier = TierFactory.create(rank=1, measure=TierMeasure.VISITS, threshold=3)
    for amount, returned in ((500, 0), (700, 700)):
        purchase(member, DAY, amount, returned_amount=returned)
    purchase(member, DAY - timedelta(days=1), 900, returned_amount=900)

    figures, terms = load(member, tier)
    figures.add_purchase(member_id=member.pk, on=DAY, amount=100, points=1)
    figures.add_purchase(member_id=member.pk, on=DAY - timedelta(days=2), amount=100, points=1)

    assert figures.figure(member_id=member.pk, as_of=DAY, tier=terms[1]) == 2


def bonus(account: Account, points: int, at: datetime, key: str) -> Transfer:
    return Transfer.objects.create(
        debit_account=Account.objects.get(code="issuance"),
        credit_account=account,
        points=points,
        kind=TransferKind.BONUS,
        occurred_at=at,
        recorded_at=at,
        business_key=key,
    )


@pytest.mark.django_db
def test_points_count_bonuses_in_the_window_unless_reversed_and_never_the_balance() -> None:
    member = MemberFactory.create()
    merged = MemberFactory.create(status="merged", merged_into=member)
    tier = TierFactory.create(rank=1, measure=TierMeasure.POINTS, threshold=100, window_months=1)
    purchase(member, DAY, 100, points_earned=50, points_clawed_back=10)
    bonus(member.account, 7, noon(DAY), "counted")
    bonus(merged.account, 3, noon(DAY), "counted, from the merged card")
    bonus(member.account, 1_000, noon(date(2026, 2, 28)), "before the window")
    taken = bonus(member.account, 500, noon(DAY), "reversed")
    Transfer.objects.create(
        debit_account=member.account,
        credit_account=taken.debit_account,
        points=500,
        kind=TransferKind.REVERSAL,
        occurred_at=noon(DAY),
        recorded_at=noon(DAY),
        business_key="reverse",
        reverses=taken,
    )

    figures, terms = load(member, tier)

    assert figures.figure(member_id=member.pk, as_of=DAY, tier=terms[1]) == 40 + 7 + 3


@pytest.mark.parametrize(
    ("window", "months", "as_of", "start"),
    [
        ("rolling", 12, date(2026, 3, 31), date(2025, 4, 1)),
        ("rolling", 1, date(2026, 3, 31), date(2026, 3, 1)),
        ("rolling", 12, date(2025, 2, 28), date(2024, 2, 29)),
        ("rolling", 12, date(2024, 2, 29), date(2023, 3, 1)),
        ("calendar_year", 12, date(2026, 1, 1), date(2026, 1, 1)),
        ("membership_year", 12, date(2026, 2, 27), date(2025, 2, 28)),
        ("membership_year", 12, date(2026, 2, 28), date(2026, 2, 28)),
        ("membership_year", 12, date(2024, 2, 28), date(2023, 2, 28)),
        ("membership_year", 12, date(2024, 2, 29), date(2024, 2, 29)),
        ("lifetime", 12, date(2026, 1, 1), date(1900, 1, 1)),
    ],
)
def test_window_of_somebody_who_joined_on_29_february(window: str, months: int, as_of: date, start: date) -> None:
    assert window_start(window, months, as_of, date(2020, 2, 29)) == start
