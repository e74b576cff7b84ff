from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from members.locks import lock_accounts_of
from members.models import Account, DomainEvent, Member, Tier, TierPeriod, TierReason, TierWindow
from members.services.tier_changes import TierChange, write_changes
from members.services.tier_lowering import Lowering
from members.services.tier_reviews import review_tiers
from tests.concurrency.racing import PATIENCE, meeting_after, race
from tests.factories import MemberFactory, StoreFactory, TierFactory
from tests.members.tier_scenes import noon, open_period, purchase, put_in_tier

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

LAST_DAY = date(2026, 12, 31)
DAY = date(2027, 1, 1)
LOCK = "members.services.tier_reviews.lock_accounts_in_periods"
review = partial(review_tiers, for_date=DAY, now=noon(DAY))


@pytest.fixture
def gold() -> Tier:
    StoreFactory.create()
    return TierFactory.create(rank=1, code="gold", window=TierWindow.CALENDAR_YEAR, grace_days=0)


def members_due(gold: Tier, number: int) -> list[Member]:
    members = MemberFactory.create_batch(number)
    for member in members:
        put_in_tier(member, gold, reached=date(2025, 6, 1))
    return members


def unlocked(periods: Any) -> list[int]:
    """What lock_accounts_in_periods finds, without its locks."""
    return list(Account.objects.filter(member__tier_periods__in=periods).values_list("pk", flat=True))


def is_whole(member: Member) -> bool:
    """Whether the member's copy of the tier agrees with the one open period."""
    return Member.objects.get(pk=member.pk).tier_id == open_period(member).tier_id


# A till records, minutes after midnight, the purchase that keeps a tier; the review comes between


def till_and_review(gold: Tier) -> Member:
    [member] = members_due(gold, 1)
    is_buying, is_reviewed = Event(), Event()

    def till() -> None:
        with transaction.atomic():
            lock_accounts_of([member.pk])
            purchase(member, LAST_DAY, 100_000)
            is_buying.set()
            is_reviewed.wait(PATIENCE)

    def job() -> None:
        is_buying.wait()
        review()
        is_reviewed.set()

    assert race(till, job) == [None, None]
    return member


def test_a_review_waits_for_the_purchase_that_keeps_a_tier(gold: Tier) -> None:
    member = till_and_review(gold)

    assert open_period(member).tier == gold
    assert open_period(member).held_until_date == date(2027, 12, 31)


def test_canary_without_the_lock_the_review_takes_the_tier(gold: Tier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LOCK, unlocked)

    member = till_and_review(gold)

    assert open_period(member).tier.rank == 0


# A purchase climbs while the review lowers


def climb(member: Member, start: Tier, end: Tier, meet: Callable[[], None]) -> None:
    change = TierChange(
        member_id=member.pk,
        from_tier_id=start.pk,
        to_tier_id=end.pk,
        at=noon(LAST_DAY),
        reason=TierReason.UPGRADE,
        held_until_date=date(2027, 12, 31),
    )
    with transaction.atomic():
        lock_accounts_of([member.pk])
        meet()
        write_changes(changes=[change], now=noon(DAY))


def test_a_climb_that_meets_a_review_is_not_undone(gold: Tier) -> None:
    diamond = TierFactory.create(rank=2, code="diamond", window=TierWindow.CALENDAR_YEAR)
    [member] = members_due(gold, 1)
    is_locked = Event()

    def job() -> Any:
        is_locked.wait()
        return review()

    results = race(partial(climb, member, gold, diamond, is_locked.set), job)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert open_period(member).tier == diamond
    assert is_whole(member)


# Ten reviews of one night


def test_ten_reviews_at_once_do_the_work_of_one(gold: Tier) -> None:
    members = members_due(gold, 30)
    for member in members[::3]:
        purchase(member, LAST_DAY, 100_000)

    results = race(*[partial(review, chunk_size=7)] * 10)

    assert [result for result in results if not isinstance(result, dict)] == []
    assert [sum(result[name] for result in results) for name in ("kept", "changed")] == [10, 20]
    assert DomainEvent.objects.filter(type="tier.changed").count() == 20
    assert all(map(is_whole, members))


@contextmanager
def without_one_open_period() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'tier_period_one_open'")
        definition = cursor.fetchone()[0]
        cursor.execute("DROP INDEX tier_period_one_open")
    try:
        yield
    finally:
        TierPeriod.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(definition)


def two_reviews_meet(gold: Tier, monkeypatch: pytest.MonkeyPatch) -> Member:
    [member] = members_due(gold, 1)
    monkeypatch.setattr(Lowering, "_load", meeting_after(Lowering._load))
    race(review, review)
    return member


def test_of_two_reviews_that_meet_one_lowers(gold: Tier, monkeypatch: pytest.MonkeyPatch) -> None:
    member = two_reviews_meet(gold, monkeypatch)

    assert DomainEvent.objects.filter(member=member).count() == 1
    assert is_whole(member)


def test_canary_without_lock_and_constraint_both_lower(gold: Tier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LOCK, unlocked)

    with without_one_open_period():
        member = two_reviews_meet(gold, monkeypatch)

        assert TierPeriod.objects.filter(member=member, ended_at=None).count() == 2
