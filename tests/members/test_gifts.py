from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from members import member_numbers
from members.exceptions import (
    DomainError,
    GiftLimitReached,
    GiftMonthLimitReached,
    GiftToYourself,
    InvalidPoints,
    InvalidText,
    KeyReused,
    MemberFrozen,
    MemberNotFound,
    MemberNotLive,
    NotEnoughPoints,
)
from members.models import DomainEvent, Gift, Lot, Member, MemberStatus, Transfer
from members.selectors.gifts import gift_allowance
from members.services.closures import freeze_member
from members.services.enrolments import enrol_member
from members.services.gifts import give_gift
from members.services.merges import merge_members
from tests.members.identity_scenes import NOW, balance, drift, give

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limits(settings: Settings) -> None:
    settings.PROGRAMME_GIFT_POINTS_PER_DAY = 100
    settings.PROGRAMME_GIFT_POINTS_PER_MONTH = 150


def person(name: str) -> Member:
    return enrol_member(channel="shop", email=f"{name}@example.com", name=name, now=NOW)


@pytest.fixture
def mei() -> Member:
    """Has 1,000 points to give."""
    member = person("Mei")
    give(member, 1_000)
    return member


@pytest.fixture
def wei() -> Member:
    """Has none."""
    return person("Wei")


def gift(sender: Member, recipient: Member, points: int = 60, **changes: Any) -> Gift:
    arguments = {
        "sender_id": sender.pk,
        "recipient_number": recipient.number,
        "points": points,
        "key": f"key-{Gift.objects.count()}",
        "now": NOW,
    }
    return give_gift(**{**arguments, **changes})


def test_points_change_hands_in_one_step(mei: Member, wei: Member) -> None:
    given = gift(mei, wei, message=" for your  birthday ")

    transfer = Transfer.objects.get(kind="gift")
    assert (balance(mei), balance(wei), drift()) == ((940, 0, 0), (60, 0, 0), [])
    assert (transfer.points, transfer.business_key) == (60, f"gift:gift:{given.pk}")
    assert (given.sender, given.recipient, given.message) == (mei, wei, "for your birthday")


def test_given_points_keep_their_last_day(mei: Member, wei: Member) -> None:
    gift(mei, wei)

    assert (
        Lot.objects.get(account__member=wei).expires_at
        == Lot.objects.get(account__member=mei, remaining=940).expires_at
    )


def test_both_hear_of_it_without_the_message(mei: Member, wei: Member) -> None:
    given = gift(mei, wei, message="a secret")

    received = DomainEvent.objects.get(type="points.received")
    assert (received.member, received.payload["points"], received.payload["key"]) == (wei, 60, f"gift:gift:{given.pk}")
    assert DomainEvent.objects.get(type="points.given").member == mei
    assert "a secret" not in str(list(DomainEvent.objects.values_list("payload", flat=True)))


def test_a_number_is_read_the_way_people_write_it(mei: Member, wei: Member) -> None:
    assert gift(mei, wei, recipient_number=member_numbers.grouped(wei.number)).recipient == wei


def test_a_double_click_is_one_gift(mei: Member, wei: Member) -> None:
    first = gift(mei, wei, key="the same")
    second = gift(mei, wei, key="the same")

    assert (first == second, balance(wei), Gift.objects.count(), drift()) == (True, (60, 0, 0), 1, [])


@pytest.mark.parametrize("points", [59, 61])
def test_a_key_stands_for_one_gift(mei: Member, wei: Member, points: int) -> None:
    gift(mei, wei, key="the same")

    with pytest.raises(KeyReused):
        gift(mei, wei, points, key="the same")

    assert (balance(wei), Gift.objects.count()) == ((60, 0, 0), 1)


def test_a_key_of_somebody_else_is_refused(mei: Member, wei: Member) -> None:
    yan = person("Yan")
    give(yan, 60)
    gift(mei, wei, key="the same")

    with pytest.raises(KeyReused):
        gift(yan, wei, key="the same")
    with pytest.raises(KeyReused):
        gift(mei, yan, key="the same")

    assert (balance(yan), balance(wei)) == ((60, 0, 0), (60, 0, 0))


def test_a_days_limit_holds_for_all_gifts_of_the_day(mei: Member, wei: Member) -> None:
    gift(mei, wei, 60)

    with pytest.raises(GiftLimitReached) as refused:
        gift(mei, person("Yan"), 41)

    assert refused.value.params == {"left": 40}
    assert (balance(mei), Gift.objects.count()) == ((940, 0, 0), 1)
    gift(mei, wei, 40)
    assert balance(wei) == (100, 0, 0)


def test_a_months_limit_holds_for_all_its_days(mei: Member, wei: Member) -> None:
    gift(mei, wei, 100)

    with pytest.raises(GiftMonthLimitReached) as refused:
        gift(mei, wei, 51, now=NOW + timedelta(days=1))

    assert refused.value.params == {"left": 50}
    assert balance(wei) == (100, 0, 0)


def test_a_day_and_a_month_are_the_programmes_own(mei: Member, wei: Member) -> None:
    # 23:59 and 00:00 in Shanghai, at the end of March.
    before, after = datetime(2026, 3, 31, 15, 59, tzinfo=UTC), datetime(2026, 3, 31, 16, 0, tzinfo=UTC)

    gift(mei, wei, 100, now=before)
    gift(mei, wei, 100, now=after)

    assert [given.given_date.isoformat() for given in Gift.objects.order_by("pk")] == ["2026-03-31", "2026-04-01"]


def test_cards_merged_into_one_share_its_limit(mei: Member, wei: Member) -> None:
    old = person("old")
    give(old, 100)
    gift(old, wei, 100)
    merge_members(keep_id=mei.pk, absorb_id=old.pk, actor=None, reason="same person", now=NOW)

    with pytest.raises(GiftLimitReached):
        gift(mei, wei, 1)

    assert gift_allowance(member_id=mei.pk, today=NOW.date()) == (100, 150, 0, 50)


def test_a_merged_card_receives_for_the_kept_one(mei: Member, wei: Member) -> None:
    old = person("old")
    merge_members(keep_id=wei.pk, absorb_id=old.pk, actor=None, reason="same person", now=NOW)

    assert gift(mei, old).recipient == wei
    assert (balance(wei), drift()) == ((60, 0, 0), [])


def assert_nothing_given(mei: Member, points: int = 1_000) -> None:
    assert balance(mei) == (points, 0, 0)
    assert not Gift.objects.exists()
    assert not DomainEvent.objects.filter(type__in=["points.given", "points.received"]).exists()


def test_nobody_gives_more_than_they_have(wei: Member) -> None:
    yan = person("Yan")
    give(yan, 50)

    with pytest.raises(NotEnoughPoints):
        gift(yan, wei, 51)

    assert_nothing_given(yan, 50)


def test_a_frozen_member_gives_nothing(mei: Member, wei: Member) -> None:
    freeze_member(member_id=mei.pk, actor=None, reason="lost card", now=NOW)

    with pytest.raises(MemberFrozen):
        gift(mei, wei)

    assert_nothing_given(mei)


def test_a_frozen_member_may_receive(mei: Member, wei: Member) -> None:
    freeze_member(member_id=wei.pk, actor=None, reason="lost card", now=NOW)

    gift(mei, wei)

    assert balance(wei) == (60, 0, 0)


def test_nobody_gives_to_themselves(mei: Member) -> None:
    with pytest.raises(GiftToYourself):
        gift(mei, mei)

    assert_nothing_given(mei)


def test_nobody_gives_to_a_closed_card(mei: Member, wei: Member) -> None:
    Member.objects.filter(pk=wei.pk).update(status=MemberStatus.CLOSED)

    with pytest.raises(MemberNotLive):
        gift(mei, wei)

    assert_nothing_given(mei)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"points": 0}, InvalidPoints),
        ({"points": -60}, InvalidPoints),
        ({"points": 10**13}, InvalidPoints),
        ({"recipient_number": "482109375510"}, MemberNotFound),
        ({"recipient_number": ""}, MemberNotFound),
        ({"message": "x" * 201}, InvalidText),
        ({"key": ""}, InvalidText),
        ({"key": "x" * 65}, InvalidText),
    ],
)
def test_what_makes_no_sense_is_refused(
    mei: Member, wei: Member, changes: dict[str, Any], error: type[DomainError]
) -> None:
    with pytest.raises(error):
        gift(mei, wei, **changes)

    assert_nothing_given(mei)
