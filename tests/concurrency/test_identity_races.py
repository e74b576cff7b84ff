from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from members.exceptions import AlreadyDecided, AlreadyEnrolled, GiftLimitReached, MemberFrozen, MemberNotLive
from members.locks import lock_adjustment
from members.models import (
    Account,
    Adjustment,
    AdjustmentReason,
    AdjustmentStatus,
    Gift,
    Member,
    Purchase,
    TextMessage,
    Transfer,
    TransferKind,
    User,
)
from members.selectors.enrolments import KnownMembers
from members.selectors.gifts import gift_allowance
from members.services.adjustments import approve_adjustment, refuse_adjustment, request_adjustment
from members.services.claims import confirm_phone, request_phone_code
from members.services.closures import freeze_member
from members.services.consolidations import move_everything
from members.services.enrolments import enrol_member
from members.services.events import record_event
from members.services.gifts import give_gift
from members.services.ledger import spend_points
from members.services.merges import merge_members
from tests.concurrency.racing import Pause, meeting_after, race
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory, UserFactory
from tests.members.identity_scenes import NOW, balance, drift, give, staff
from tests.members.ledger_scenes import buy

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PHONE = "+8613800138000"
LOCK_ADJUSTMENT = "members.services.adjustments.lock_adjustment"


@pytest.fixture(autouse=True)
def limits(settings: Settings) -> None:
    settings.PROGRAMME_GIFT_POINTS_PER_DAY = 100
    settings.PROGRAMME_GIFT_POINTS_PER_MONTH = 100
    settings.ADJUSTMENT_APPROVAL_LIMIT = 500


# Two tills enrol one phone


def enrol_at_two_tills(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr(KnownMembers, "load", staticmethod(meeting_after(KnownMembers.load)))
    till = partial(enrol_member, channel="shop", phone=PHONE, now=NOW)
    return race(partial(till, name="Mei at one till"), partial(till, name="Mei at the other"))


def test_two_tills_that_enrol_one_phone_make_one_member(monkeypatch: pytest.MonkeyPatch) -> None:
    results = enrol_at_two_tills(monkeypatch)

    assert [type(result) for result in results if not isinstance(result, Member)] == [AlreadyEnrolled]
    assert Member.objects.filter(phone=PHONE).count() == 1
    assert Account.objects.filter(member__phone=PHONE).count() == 1


@contextmanager
def without_index(name: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
        definition = cursor.fetchone()[0]
        cursor.execute(f'DROP INDEX "{name}"')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE members_member SET phone = NULL")
            cursor.execute(definition)


def test_canary_without_the_unique_phone_they_make_two(monkeypatch: pytest.MonkeyPatch) -> None:
    with without_index("member_phone_unique"):
        enrol_at_two_tills(monkeypatch)

        assert Member.objects.filter(phone=PHONE).count() == 2


def test_ten_tills_that_enrol_one_phone_make_one_member() -> None:
    results = race(*[partial(enrol_member, channel="shop", phone=PHONE, now=NOW)] * 10)

    refused = [type(result) for result in results if not isinstance(result, Member)]
    assert refused == [AlreadyEnrolled] * 9


# Two people decide on one adjustment


def waiting_adjustment() -> tuple[Adjustment, User, User]:
    adjustment = request_adjustment(
        member_id=MemberFactory.create().pk,
        points=600,
        reason=AdjustmentReason.GOODWILL,
        note="the coffee was cold",
        requested_by=staff("service", "Anna"),
        now=NOW,
    )
    return adjustment, staff("manager", "Max"), staff("manager", "Maria")


def approve_and_refuse(monkeypatch: pytest.MonkeyPatch, lock: Any = lock_adjustment) -> tuple[Adjustment, list[Any]]:
    adjustment, max_, maria = waiting_adjustment()
    monkeypatch.setattr(LOCK_ADJUSTMENT, meeting_after(lock))
    results = race(
        partial(approve_adjustment, adjustment_id=adjustment.pk, decided_by=max_, now=NOW),
        partial(refuse_adjustment, adjustment_id=adjustment.pk, decided_by=maria, now=NOW),
    )
    adjustment.refresh_from_db()
    return adjustment, results


def test_of_two_decisions_at_once_one_stands_and_the_points_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    adjustment, results = approve_and_refuse(monkeypatch)

    assert [type(result) for result in results if isinstance(result, Exception)] == [AlreadyDecided]
    assert (adjustment.status == AdjustmentStatus.POSTED) == Transfer.objects.exists()
    assert drift() == []


def test_canary_without_the_lock_both_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    _, results = approve_and_refuse(monkeypatch, lock=lambda adjustment_id: Adjustment.objects.get(pk=adjustment_id))

    assert [result for result in results if isinstance(result, Exception)] == []


def test_a_double_click_on_approve_posts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    adjustment, max_, _ = waiting_adjustment()
    monkeypatch.setattr(LOCK_ADJUSTMENT, meeting_after(lock_adjustment))

    results = race(*[partial(approve_adjustment, adjustment_id=adjustment.pk, decided_by=max_, now=NOW)] * 2)

    assert results == [adjustment, adjustment]
    assert Transfer.objects.filter(kind=TransferKind.ADJUSTMENT).count() == 1
    assert balance(adjustment.member) == (600, 0, 0)


# Two gifts against one limit


def give_to_two_at_once(monkeypatch: pytest.MonkeyPatch) -> tuple[Member, list[Any]]:
    mei, *others = [enrol_member(channel="shop", email=f"{name}@example.com", now=NOW) for name in "abc"]
    give(mei, 1_000)
    monkeypatch.setattr("members.services.gifts.gift_allowance", meeting_after(gift_allowance))
    results = race(
        *[
            partial(give_gift, sender_id=mei.pk, recipient_number=other.number, points=60, key=other.number, now=NOW)
            for other in others
        ]
    )
    return mei, results


def test_of_two_gifts_against_one_limit_one_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    mei, results = give_to_two_at_once(monkeypatch)

    assert [type(result) for result in results if not isinstance(result, Gift)] == [GiftLimitReached]
    assert (balance(mei), drift()) == ((940, 0, 0), [])


def test_canary_without_the_lock_both_gifts_pass_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("members.services.live_members.lock_accounts_of", lambda member_ids: Account.objects.none())

    mei, _ = give_to_two_at_once(monkeypatch)

    assert balance(mei) == (880, 0, 0)


def test_a_double_click_gives_once() -> None:
    mei, wei = [enrol_member(channel="shop", email=f"{name}@example.com", now=NOW) for name in "ab"]
    give(mei, 1_000)

    results = race(
        *[partial(give_gift, sender_id=mei.pk, recipient_number=wei.number, points=60, key="one", now=NOW)] * 4
    )

    assert len({result.pk for result in results}) == 1
    assert (balance(mei), balance(wei), drift()) == ((940, 0, 0), (60, 0, 0), [])


def test_two_who_give_to_each_other_do_not_wait_for_ever() -> None:
    mei, wei = [enrol_member(channel="shop", email=f"{name}@example.com", now=NOW) for name in "ab"]
    give(mei, 100)
    give(wei, 100)

    results = race(
        *[
            partial(give_gift, sender_id=one.pk, recipient_number=two.number, points=10, key=f"{one.pk}:{n}", now=NOW)
            for n in range(5)
            for one, two in ((mei, wei), (wei, mei))
        ]
    )

    assert [result for result in results if not isinstance(result, Gift)] == []
    assert (balance(mei), balance(wei), drift()) == ((100, 0, 0), (100, 0, 0), [])


# Merges and claims


def test_two_cards_merged_into_each_other_at_once_end_as_one() -> None:
    mei, wei = MemberFactory.create_batch(2)
    give(mei, 100)
    give(wei, 10)
    into = partial(merge_members, actor=None, reason="same person", now=NOW)

    results = race(partial(into, keep_id=mei.pk, absorb_id=wei.pk), partial(into, keep_id=wei.pk, absorb_id=mei.pk))

    kept = [result for result in results if isinstance(result, Member)]
    assert [type(result) for result in results if not isinstance(result, Member)] == [MemberNotLive]
    assert (balance(kept[0]), drift()) == ((110, 0, 0), [])


def test_a_purchase_during_a_merge_goes_to_the_kept_card(monkeypatch: pytest.MonkeyPatch) -> None:
    EarningRuleVersionFactory.create()
    shop, (mei, old) = StoreFactory.create(), MemberFactory.create_batch(2)
    # The merge waits here with both accounts locked, while the till asks for one of them.
    merging = Pause(move_everything)
    monkeypatch.setattr("members.services.merges.move_everything", merging)

    _, bought = race(
        partial(merge_members, keep_id=mei.pk, absorb_id=old.pk, actor=None, reason="same person", now=NOW),
        merging.then(partial(buy, old, shop, at=NOW)),
    )

    assert bought.points == 100
    assert Purchase.objects.get().member == mei
    assert (balance(mei), balance(old), drift()) == ((100, 0, 0), (0, 0, 0), [])


def spend_during_a_freeze(monkeypatch: pytest.MonkeyPatch) -> tuple[Member, Any]:
    mei = MemberFactory.create()
    give(mei, 100)
    freezing = Pause(record_event)
    monkeypatch.setattr("members.services.closures.record_event", freezing)
    _, spent = race(
        partial(freeze_member, member_id=mei.pk, actor=None, reason="lost card", now=NOW),
        freezing.then(partial(spend_points, member_id=mei.pk, points=30, business_key="spend:1", now=NOW)),
    )
    return mei, spent


def test_who_waited_for_a_freeze_finds_the_member_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    mei, spent = spend_during_a_freeze(monkeypatch)

    assert (type(spent), balance(mei)) == (MemberFrozen, (100, 0, 0))


def test_canary_with_the_account_locked_but_not_the_member_a_frozen_member_spends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("members.engines.postgresql.for_update", lambda alias: f"FOR NO KEY UPDATE OF {alias[0]}")

    mei, _ = spend_during_a_freeze(monkeypatch)

    assert balance(mei) == (70, 0, 0)


def test_guesses_in_parallel_are_no_more_than_five() -> None:
    user = UserFactory.create()
    request_phone_code(user_id=user.pk, phone=PHONE, now=NOW)
    code = next(word for word in TextMessage.objects.get().body.split() if word.isdigit())
    wrong = [f"{(int(code) + n) % 10**6:06d}" for n in range(1, 12)]
    guess = partial(confirm_phone, user_id=user.pk, phone=PHONE, now=NOW)

    race(*[partial(guess, code=each) for each in wrong])

    assert user.phone_claims.get().attempts == 5


def test_a_code_typed_twice_at_once_is_one_claim() -> None:
    card = enrol_member(channel="shop", phone=PHONE, now=NOW)
    user = UserFactory.create()
    request_phone_code(user_id=user.pk, phone=PHONE, now=NOW)
    code = next(word for word in TextMessage.objects.get().body.split() if word.isdigit())

    results = race(*[partial(confirm_phone, user_id=user.pk, phone=PHONE, code=code, now=NOW)] * 3)

    assert results == [card, card, card]
