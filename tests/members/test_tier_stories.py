from datetime import date, datetime, timedelta
from itertools import count

import pytest

from members.models import DomainEvent, Member, Store, TierPeriod, TierWindow
from members.services.purchases import record_purchase
from members.services.receipts import PurchaseResult, Receipt
from members.services.returns import record_return
from members.services.tier_reviews import review_tiers
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory, TierFactory
from tests.members.tier_scenes import noon, open_period, reasons

pytestmark = pytest.mark.django_db

_numbers = count(1)


@pytest.fixture
def shop() -> Store:
    EarningRuleVersionFactory.create()
    for rank, code, percent in ((1, "silver", 150), (2, "gold", 200)):
        TierFactory.create(
            rank=rank, code=code, window=TierWindow.CALENDAR_YEAR, grace_days=30, multiplier_percent=percent
        )
    return StoreFactory.create(code="riverside")


def buy(shop: Store, member: Member, day: date, amount: int, *, now: datetime | None = None) -> PurchaseResult:
    receipt = Receipt(
        store_id=shop.pk,
        external_id=f"R{next(_numbers)}",
        member_number=member.number,
        occurred_at=noon(day),
        amount=amount,
        currency="CNY",
    )
    return record_purchase(receipt=receipt, now=now or noon(day))


def story(member: Member) -> list[tuple[str, str, str]]:
    return reasons(TierPeriod.objects.filter(member=member).select_related("tier").order_by("pk"))


def celebrations(member: Member) -> list[tuple[str, bool]]:
    events = DomainEvent.objects.filter(member=member, type="tier.changed").order_by("pk")
    return [(event.payload["to"], event.payload["celebrate"]) for event in events]


def test_the_purchase_that_reaches_a_tier_gives_it_and_the_next_one_earns_by_it(shop: Store) -> None:
    member = MemberFactory.create()

    reaching = buy(shop, member, date(2026, 3, 1), 100_000)
    following = buy(shop, member, date(2026, 3, 2), 10_000)

    assert (reaching.points, reaching.tier_changed) == (1_000, True)
    assert (following.points, following.tier_changed) == (150, False)
    assert open_period(member).tier.code == "silver"
    assert open_period(member).held_until_date == date(2027, 12, 31)


def test_a_year_without_enough_costs_the_tier_and_coming_back_soon_is_not_celebrated_again(shop: Store) -> None:
    member = MemberFactory.create()
    buy(shop, member, date(2026, 3, 1), 200_000)
    buy(shop, member, date(2027, 12, 31), 100_000)

    for day in (date(2028, 1, 1), date(2028, 1, 30), date(2028, 1, 31)):
        review_tiers(for_date=day, now=noon(day))
    buy(shop, member, date(2028, 2, 10), 200_000)

    assert story(member) == [
        ("regular", "enrolled", "upgrade"),
        ("gold", "upgrade", "review"),
        ("silver", "review", "upgrade"),
        ("gold", "upgrade", ""),
    ]
    assert celebrations(member) == [("gold", True), ("silver", False), ("gold", False)]


def test_bringing_it_all_back_brings_the_tier_back_too(shop: Store) -> None:
    member = MemberFactory.create()
    buy(shop, member, date(2026, 3, 1), 100_000)
    receipt = f"R{next(_numbers) - 1}"

    result = record_return(
        store_id=shop.pk,
        purchase_external_id=receipt,
        external_id="B1",
        occurred_at=noon(date(2026, 3, 2)),
        now=noon(date(2026, 3, 2)),
        amount=1,
    )

    assert result.tier_id == Member.objects.get(pk=member.pk).tier_id
    assert story(member)[-1] == ("regular", "return", "")


def test_a_late_receipt_reaches_a_tier_that_later_purchases_then_earn_by(shop: Store) -> None:
    member = MemberFactory.create()
    buy(shop, member, date(2026, 3, 1), 60_000)
    before = buy(shop, member, date(2026, 3, 10), 10_000)
    assert before.points == 100

    buy(shop, member, date(2026, 3, 5), 40_000, now=noon(date(2026, 3, 11)))

    assert open_period(member).tier.code == "silver"
    assert open_period(member).start_reason == "late_receipt"
    assert Member.objects.get(pk=member.pk).account.available == 600 + 400 + 150


def test_an_imported_history_climbs_as_it_would_have_and_surprises_nobody(shop: Store) -> None:
    member = MemberFactory.create()
    today = noon(date(2026, 11, 1))

    for month, amount in ((1, 60_000), (2, 60_000), (3, 80_000)):
        buy(shop, member, date(2026, month, 5), amount, now=today + timedelta(minutes=month))

    assert [tier for tier, _, _ in story(member)] == ["regular", "silver", "gold"]
    assert open_period(member).started_at == noon(date(2026, 3, 5))
    assert celebrations(member) == [("silver", False), ("gold", False)]
