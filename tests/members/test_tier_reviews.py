from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from members.models import (
    Account,
    DomainEvent,
    Member,
    Purchase,
    Tier,
    TierDowngrade,
    TierMeasure,
    TierPeriod,
    TierReason,
    TierWindow,
    Transfer,
    TransferKind,
)
from members.rule_terms import TierTerms
from members.selectors.rulebook import current_rulebook
from members.services.tier_reviews import has_reviews_due, review_tiers
from members.tier_windows import held_until
from tests.factories import MemberFactory, StoreFactory, TierFactory
from tests.members.tier_scenes import (
    all_terms,
    naive_figure,
    noon,
    open_period,
    purchase,
    put_in_tier,
    reasons,
    utc,
)

NOTHING = {"reviewed": 0, "kept": 0, "changed": 0, "ended": 0}


def review(day: date, **fields: Any) -> dict[str, int]:
    return review_tiers(for_date=day, now=fields.pop("now", noon(day)), **fields)


def gold_until(until: date, **fields: Any) -> tuple[Member, Tier]:
    """A member in the only tier above the lowest, 1,000.00 in a calendar year, held until a day."""
    tier = TierFactory.create(rank=1, code="gold", **{"window": TierWindow.CALENDAR_YEAR, **fields})
    member = MemberFactory.create()
    put_in_tier(member, tier, reached=date(until.year - 1, 6, 1), held_until_date=until)
    return member, tier


# -- the rules, one by one --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_tier_earned_again_is_held_for_another_year() -> None:
    member, tier = gold_until(date(2026, 12, 31))
    purchase(member, date(2026, 12, 31), 100_000)

    counts = review(date(2027, 1, 1))

    assert counts == {"reviewed": 1, "kept": 1, "changed": 0, "ended": 0}
    assert (open_period(member).tier, open_period(member).held_until_date) == (tier, date(2027, 12, 31))
    assert not DomainEvent.objects.filter(member=member).exists()


@pytest.mark.django_db
def test_nothing_happens_within_the_grace() -> None:
    member, tier = gold_until(date(2026, 12, 31), grace_days=30)
    purchase(member, date(2026, 12, 31), 99_999)

    assert review(date(2027, 1, 30))["changed"] == 0
    assert open_period(member).tier == tier
    assert open_period(member).held_until_date == date(2026, 12, 31)


@pytest.mark.django_db
def test_a_tier_earned_in_the_grace_is_kept() -> None:
    member, _ = gold_until(date(2026, 12, 31), grace_days=30)
    purchase(member, date(2027, 1, 30), 100_000)

    assert review(date(2027, 1, 31))["kept"] == 1
    assert open_period(member).held_until_date == date(2028, 12, 31)


@pytest.mark.django_db
def test_after_the_grace_the_tier_goes_and_the_reason_stays() -> None:
    member, _ = gold_until(date(2026, 12, 31), grace_days=30)
    purchase(member, date(2026, 5, 5), 99_999)

    counts = review(date(2027, 1, 31))

    member.refresh_from_db()
    assert counts == {"reviewed": 1, "kept": 0, "changed": 1, "ended": 0}
    assert member.tier.rank == 0
    period = open_period(member)
    assert (period.start_reason, period.held_until_date, period.started_at) == (
        "review",
        None,
        noon(date(2027, 1, 31)) - timedelta(hours=12),
    )
    assert period.explanation == {"held_until": "2026-12-31", "threshold": 100_000, "figure": 99_999}
    assert DomainEvent.objects.get(member=member).payload["celebrate"] is False


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("downgrade", "tier", "held"),
    [(TierDowngrade.ONE_LEVEL, "tier-2", date(2028, 12, 31)), (TierDowngrade.EARNED, "tier-1", date(2027, 12, 31))],
)
def test_a_tier_goes_one_level_down_or_to_what_is_earned(downgrade: str, tier: str, held: date) -> None:
    ladder = [
        TierFactory.create(rank=rank, window=TierWindow.CALENDAR_YEAR, downgrade=downgrade, grace_days=10)
        for rank in (1, 2, 4)
    ]
    TierFactory.create(rank=3, is_invitation_only=True)
    member = MemberFactory.create()
    put_in_tier(member, ladder[2], reached=date(2025, 6, 1))
    purchase(member, date(2026, 6, 1), 100_000)

    review(date(2027, 1, 11))

    assert open_period(member).tier.code == tier
    assert open_period(member).held_until_date == held


@pytest.mark.django_db
def test_a_tier_that_never_goes_and_one_that_asks_for_nothing_are_left_alone() -> None:
    forever, _ = gold_until(date(2026, 12, 31), downgrade=TierDowngrade.NEVER)
    guest = MemberFactory.create()
    invited = TierFactory.create(rank=2, is_invitation_only=True, threshold=0)
    put_in_tier(guest, invited, reached=date(2025, 6, 1), held_until_date=date(2026, 12, 31))
    regular = MemberFactory.create()

    review(date(2028, 1, 1))

    assert [open_period(member).tier.code for member in (forever, guest, regular)] == ["gold", "tier-2", "regular"]
    assert [open_period(member).held_until_date for member in (forever, guest, regular)] == [None, None, None]


@pytest.mark.django_db
def test_an_invitation_only_tier_is_reviewed_by_its_threshold() -> None:
    lavish, thrifty = MemberFactory.create_batch(2)
    black = TierFactory.create(rank=1, code="black", is_invitation_only=True, threshold=500_000)
    for member, amount in ((lavish, 500_000), (thrifty, 499_999)):
        put_in_tier(member, black, reached=date(2025, 3, 3), start_reason=TierReason.INVITATION)
        purchase(member, date(2026, 3, 1), amount)

    assert review(date(2026, 5, 1)) == {"reviewed": 2, "kept": 1, "changed": 1, "ended": 0}
    assert open_period(lavish).held_until_date == date(2027, 3, 31)
    assert open_period(thrifty).tier.rank == 0


@pytest.mark.django_db
def test_spending_or_losing_points_costs_no_tier() -> None:
    member, _ = gold_until(date(2026, 12, 31), measure=TierMeasure.POINTS, threshold=100, grace_days=0)
    purchase(member, date(2026, 3, 1), 100, points_earned=60)
    issuance, redemption = (Account.objects.get(code=code) for code in ("issuance", "redemption"))
    for kind, source, target, points in (
        (TransferKind.BONUS, issuance, member.account, 40),
        (TransferKind.SPEND, member.account, redemption, 100),
    ):
        Transfer.objects.create(
            debit_account=source,
            credit_account=target,
            points=points,
            kind=kind,
            occurred_at=noon(date(2026, 4, 1)),
            recorded_at=noon(date(2026, 4, 1)),
            business_key=kind,
        )

    assert review(date(2027, 1, 1))["kept"] == 1


@pytest.mark.django_db
def test_bonuses_alone_can_keep_a_tier() -> None:
    member, _ = gold_until(date(2026, 12, 31), measure=TierMeasure.POINTS, threshold=100, grace_days=0)
    Transfer.objects.create(
        debit_account=Account.objects.get(code="issuance"),
        credit_account=member.account,
        points=100,
        kind=TransferKind.BONUS,
        occurred_at=noon(date(2026, 12, 31)),
        recorded_at=noon(date(2026, 12, 31)),
        business_key="bonus",
    )

    assert review(date(2027, 1, 1))["kept"] == 1


@pytest.mark.django_db
def test_a_membership_year_of_29_february_ends_on_27_february() -> None:
    member = MemberFactory.create(enrolled_at=utc(2024, 2, 29, 12))
    tier = TierFactory.create(rank=1, window=TierWindow.MEMBERSHIP_YEAR, grace_days=0)
    put_in_tier(member, tier, reached=date(2025, 3, 15))
    purchase(member, date(2027, 2, 27), 100_000)

    assert open_period(member).held_until_date == date(2027, 2, 27)
    assert review(date(2027, 2, 27)) == NOTHING
    assert review(date(2027, 2, 28))["kept"] == 1
    assert open_period(member).held_until_date == date(2028, 2, 28)
    assert review(date(2028, 2, 28)) == NOTHING
    assert review(date(2028, 2, 29))["changed"] == 1


@pytest.mark.django_db
def test_the_calendar_year_ends_in_the_programme_s_zone(settings: Any) -> None:
    settings.PROGRAMME_TIME_ZONE = "Asia/Shanghai"
    member, _ = gold_until(date(2026, 12, 31), grace_days=0)
    purchase(member, date(2026, 6, 1), 1)

    review(date(2027, 1, 1))

    assert open_period(member).started_at == utc(2026, 12, 31, 16)


@pytest.mark.django_db
def test_closed_periods_and_other_members_are_not_touched() -> None:
    member, tier = gold_until(date(2026, 12, 31), grace_days=0)
    other = MemberFactory.create()
    put_in_tier(other, tier, reached=date(2026, 6, 1))

    review(date(2027, 1, 1))

    assert open_period(other).tier == tier
    assert TierPeriod.objects.get(member=member, tier=tier).end_reason == "review"


# -- manual tiers -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_manual_tier_lasts_its_last_day_and_then_goes_to_what_is_earned() -> None:
    silver, gold = (TierFactory.create(rank=rank) for rank in (1, 2))
    member = MemberFactory.create()
    put_in_tier(
        member, gold, reached=date(2026, 1, 5), held_until_date=date(2026, 6, 30), is_manual=True, start_reason="manual"
    )
    purchase(member, date(2026, 6, 30), 100_000)

    assert review(date(2026, 6, 30)) == NOTHING
    assert review(date(2026, 7, 1)) == {"reviewed": 1, "kept": 0, "changed": 0, "ended": 1}
    period = open_period(member)
    assert (period.tier, period.start_reason, period.is_manual) == (silver, "ended", False)
    assert period.held_until_date == date(2027, 7, 31)


@pytest.mark.django_db
def test_after_a_manual_tier_the_one_it_was_put_over_is_held_as_long_as_promised() -> None:
    silver, gold = (TierFactory.create(rank=rank, window_months=1) for rank in (1, 2))
    member = MemberFactory.create()
    put_in_tier(member, silver, reached=date(2026, 1, 5), held_until_date=date(2027, 1, 31))
    earned = open_period(member)
    put_in_tier(
        member, gold, reached=date(2026, 2, 5), held_until_date=date(2026, 6, 30), is_manual=True, start_reason="manual"
    )
    TierPeriod.objects.filter(pk=earned.pk).update(end_reason="manual")

    review(date(2026, 7, 1))

    assert (open_period(member).tier, open_period(member).held_until_date) == (silver, date(2027, 1, 31))


# -- the job ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_second_run_finds_nothing_to_do() -> None:
    kept, _ = gold_until(date(2026, 12, 31), grace_days=0)
    purchase(kept, date(2026, 6, 1), 100_000)
    put_in_tier(MemberFactory.create(), Tier.objects.get(rank=1), reached=date(2025, 6, 1))
    assert has_reviews_due(for_date=date(2027, 1, 1))
    review(date(2027, 1, 1))
    before = list(TierPeriod.objects.order_by("pk").values())

    assert review(date(2027, 1, 1)) == NOTHING
    assert list(TierPeriod.objects.order_by("pk").values()) == before
    assert not has_reviews_due(for_date=date(2027, 1, 1))


@pytest.mark.django_db
def test_a_late_review_still_gives_what_was_bought_since() -> None:
    silver, gold = (TierFactory.create(rank=rank, window=TierWindow.CALENDAR_YEAR, grace_days=5) for rank in (1, 2))
    member = MemberFactory.create()
    put_in_tier(member, gold, reached=date(2025, 6, 1))
    purchase(member, date(2027, 1, 8), 120_000)

    review(date(2027, 1, 6), now=noon(date(2027, 1, 9)))

    periods = TierPeriod.objects.filter(member=member).select_related("tier").order_by("pk")
    assert reasons(periods)[1:] == [
        (gold.code, "upgrade", "review"),
        ("regular", "review", "upgrade"),
        (silver.code, "upgrade", ""),
    ]
    assert [event.payload["celebrate"] for event in DomainEvent.objects.filter(member=member)] == [False, False]


@pytest.mark.django_db
@pytest.mark.parametrize("measure", TierMeasure.values)
def test_statements_do_not_grow_with_the_members(measure: str) -> None:
    tier = TierFactory.create(rank=1, window=TierWindow.CALENDAR_YEAR, measure=measure, threshold=2, grace_days=0)
    StoreFactory.create()
    current_rulebook()

    def statements(members: int, year: int) -> int:
        TierPeriod.objects.update(held_until_date=None)
        for member in MemberFactory.create_batch(2 * members):
            put_in_tier(member, tier, reached=date(year - 1, 6, 1))
            if member.pk % 2:
                for day in (1, 2):
                    purchase(member, date(year, 3, day), 1, points_earned=1)
        with CaptureQueriesContext(connection) as context:
            assert review(date(year + 1, 1, 1))["changed"] == members
        return len(context)

    assert statements(1, 2021) == statements(5, 2024)


@pytest.mark.django_db
def test_a_review_in_small_chunks_comes_to_the_same() -> None:
    tier = TierFactory.create(rank=1, window=TierWindow.CALENDAR_YEAR, grace_days=0)
    members = MemberFactory.create_batch(7)
    for number, member in enumerate(members):
        put_in_tier(member, tier, reached=date(2025, 6, 1))
        purchase(member, date(2026, 6, 1), 99_997 + number)

    counts = review(date(2027, 1, 1), chunk_size=2)

    assert counts == {"reviewed": 7, "kept": 4, "changed": 3, "ended": 0}
    assert [open_period(member).tier.rank for member in members] == [0, 0, 0, 1, 1, 1, 1]


# -- any history ------------------------------------------------------------------------------------------------------


def earned(ladder: list[TierTerms], member: Member, days: list[date], today: date) -> tuple[TierTerms, date | None]:
    for tier in reversed(ladder):
        ends = [
            held_until(tier, day, member.enrolled_at)
            for day in days
            if naive_figure(member, tier, day) >= tier.threshold
        ]
        if None in ends:
            return tier, None
        held = [end for end in ends if end and end >= today]
        if held:
            return tier, max(held)
    raise AssertionError("the lowest tier asks for nothing")


def expected(member: Member, tier: TierTerms, held: date | None, day: date, today: date) -> tuple[str, date | None]:
    """The rules in plain words and loops, for one member, as of a review of ``day`` that runs on ``today``."""
    ladder = all_terms()
    while held and held < day:
        grace = [held + timedelta(days=number) for number in range(tier.grace_days + 1)]
        met = [end for end in grace if end <= day and naive_figure(member, tier, end) >= tier.threshold]
        if met:
            held = held_until(tier, met[0], member.enrolled_at)
            continue
        if day <= grace[-1]:
            break
        over = grace[-1] + timedelta(days=1)
        lower, lower_held = earned(ladder, member, [held, over], over)
        one_down = ladder[tier.rank - 1]
        if tier.downgrade == TierDowngrade.ONE_LEVEL and one_down.rank > lower.rank:
            lower, lower_held = one_down, held_until(one_down, over, member.enrolled_at)
        tier, held = lower, lower_held
        for on in (
            Purchase.objects.filter(member=member, business_date__range=(over, today))
            .order_by("business_date")
            .values_list("business_date", flat=True)
        ):
            if held and on > held:
                break
            reached = earned(ladder, member, [on], on)[0]
            if reached.rank > tier.rank:
                tier, held = reached, held_until(reached, on, member.enrolled_at)
    return tier.code, held


days = st.dates(min_value=date(2024, 6, 1), max_value=date(2027, 3, 1))


class AnyReviewAgreesWithTheRules(TestCase):
    """Late, twice, out of order: whatever was bought, a review ends where the rules in plain words end."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        fields=st.lists(
            st.fixed_dictionaries(
                {
                    "window": st.sampled_from(TierWindow.values),
                    "window_months": st.sampled_from([1, 6, 12]),
                    "measure": st.sampled_from(TierMeasure.values),
                    "downgrade": st.sampled_from(TierDowngrade.values),
                    "grace_days": st.sampled_from([0, 5, 40]),
                }
            ),
            min_size=2,
            max_size=3,
        ),
        bought=st.lists(st.lists(st.tuples(days, st.integers(1, 60)), max_size=8), min_size=1, max_size=3),
        enrolled=st.sampled_from([utc(2020, 2, 29, 12), utc(2021, 12, 31, 17)]),
        held=st.dates(min_value=date(2025, 1, 1), max_value=date(2026, 12, 31)),
        runs=st.lists(days, max_size=3),
        late=st.integers(0, 40),
    )
    def test_any_history(  # noqa: PLR0917 -- hypothesis names them
        self,
        fields: list[dict[str, Any]],
        bought: list[list[tuple[date, int]]],
        enrolled: Any,
        held: date,
        runs: list[date],
        late: int,
    ) -> None:
        for rank, values in enumerate(fields, 1):
            threshold = rank * (2 if values["measure"] == TierMeasure.VISITS else 50)
            TierFactory.create(rank=rank, threshold=threshold, **values)
        top = Tier.objects.get(rank=len(fields))
        members = MemberFactory.create_batch(len(bought), enrolled_at=enrolled)
        for member, receipts in zip(members, bought, strict=True):
            put_in_tier(member, top, reached=date(2024, 5, 1), held_until_date=held)
            for day, amount in receipts:
                purchase(member, day, amount, points_earned=amount)
        last = max([held, *runs])
        now = noon(last + timedelta(days=late))

        for day in [*runs, last, last]:
            review(day, now=now)

        terms = {tier.id: tier for tier in all_terms()}
        for member in members:
            period = open_period(member)
            # A review finds out that staff made the tier impossible to lose.
            start = None if top.downgrade == TierDowngrade.NEVER and held < last else held
            wanted = expected(member, terms[top.pk], start, last, now.date())
            assert (period.tier.code, period.held_until_date) == wanted
            assert Member.objects.get(pk=member.pk).tier_id == period.tier_id
