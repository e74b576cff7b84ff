from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from members.exceptions import (
    AlreadyDecided,
    DomainError,
    InvalidAdjustment,
    InvalidText,
    MemberNotLive,
    NotAllowed,
    NotEnoughPoints,
    ReasonMissing,
    SecondPersonNeeded,
)
from members.models import (
    Adjustment,
    AdjustmentReason,
    AdjustmentStatus,
    AuditEntry,
    DomainEvent,
    Member,
    MemberStatus,
    Transfer,
    User,
)
from members.services.adjustments import approve_adjustment, refuse_adjustment, request_adjustment
from members.services.closures import close_member, freeze_member
from members.services.merges import merge_members
from tests.factories import MemberFactory, UserFactory
from tests.members.identity_scenes import NOW, balance, drift, give, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limit(settings: Settings) -> None:
    settings.ADJUSTMENT_APPROVAL_LIMIT = 500


@pytest.fixture
def mei() -> Member:
    member: Member = MemberFactory.create()
    return member


@pytest.fixture
def anna() -> User:
    """The service desk, which may ask for adjustments."""
    return staff("service", "Anna")


@pytest.fixture
def max_() -> User:
    """The programme manager, who may decide on them."""
    return staff("manager", "Max")


def request(member: Member, by: User, points: int = 600, **changes: Any) -> Adjustment:
    arguments = {
        "member_id": member.pk,
        "points": points,
        "reason": AdjustmentReason.GOODWILL,
        "note": "the coffee was cold",
        "requested_by": by,
        "now": NOW,
    }
    return request_adjustment(**{**arguments, **changes})


def test_up_to_the_limit_it_is_posted_at_once(mei: Member, anna: User) -> None:
    adjustment = request(mei, anna, 500)

    transfer = Transfer.objects.get()
    assert (adjustment.status, adjustment.decided_by, balance(mei)) == (AdjustmentStatus.POSTED, None, (500, 0, 0))
    assert (transfer.kind, transfer.business_key) == ("adjustment", f"adjust:adjustment:{adjustment.pk}")
    assert (transfer.debit_account.code, transfer.explanation["reason"], drift()) == ("adjustment", "goodwill", [])


def test_below_zero_it_takes_points(mei: Member, anna: User) -> None:
    give(mei, 100)

    request(mei, anna, -40, reason=AdjustmentReason.MISTAKE)

    assert (balance(mei), drift()) == ((60, 0, 0), [])


def test_it_never_takes_more_than_there_is(mei: Member, anna: User) -> None:
    give(mei, 100)

    with pytest.raises(NotEnoughPoints):
        request(mei, anna, -101)

    assert (balance(mei), Adjustment.objects.count(), AuditEntry.objects.count()) == ((100, 0, 0), 0, 0)


def test_a_frozen_member_can_lose_what_was_gained_by_fraud(mei: Member, anna: User) -> None:
    give(mei, 100)
    freeze_member(member_id=mei.pk, actor=anna, reason="fraud", now=NOW)

    request(mei, anna, -100, reason=AdjustmentReason.FRAUD)

    assert (balance(mei), drift()) == ((0, 0, 0), [])


@pytest.mark.parametrize("points", [501, -501])
def test_above_the_limit_it_waits_for_a_second_person(mei: Member, anna: User, points: int) -> None:
    give(mei, 1_000)

    adjustment = request(mei, anna, points)

    assert (adjustment.status, balance(mei)) == (AdjustmentStatus.WAITING, (1_000, 0, 0))


def test_several_small_ones_are_no_way_around_the_limit(mei: Member, anna: User, max_: User) -> None:
    request(mei, anna, 300)

    second = request(mei, anna, 201, note="and once more")
    by_another = request(mei, max_, 201)
    tomorrow = request(mei, anna, 300, note="again", now=NOW + timedelta(days=1))

    assert [each.status for each in (second, by_another, tomorrow)] == [
        AdjustmentStatus.WAITING,
        AdjustmentStatus.POSTED,
        AdjustmentStatus.POSTED,
    ]
    assert (balance(mei), drift()) == ((801, 0, 0), [])


def test_a_double_click_asks_once(mei: Member, anna: User) -> None:
    first = request(mei, anna, 100)
    second = request(mei, anna, 100, now=NOW + timedelta(seconds=1))
    later = request(mei, anna, 100, now=NOW + timedelta(minutes=1))

    assert (first == second, first == later, balance(mei)) == (True, False, (200, 0, 0))


def test_a_second_person_posts_it(mei: Member, anna: User, max_: User) -> None:
    adjustment = request(mei, anna)

    approve_adjustment(adjustment_id=adjustment.pk, decided_by=max_, now=NOW)

    adjustment.refresh_from_db()
    assert (adjustment.status, adjustment.decided_by, adjustment.decided_at) == (AdjustmentStatus.POSTED, max_, NOW)
    assert (balance(mei), drift()) == ((600, 0, 0), [])
    assert DomainEvent.objects.get(type="points.adjusted").payload["points"] == 600


def test_each_step_is_in_the_audit_log(mei: Member, anna: User, max_: User) -> None:
    adjustment = request(mei, anna)
    approve_adjustment(adjustment_id=adjustment.pk, decided_by=max_, now=NOW)

    entries = AuditEntry.objects.order_by("pk").values_list("action", "actor", "details__note")

    assert list(entries) == [
        ("adjustment.requested", anna.pk, "the coffee was cold"),
        ("adjustment.approved", max_.pk, "the coffee was cold"),
    ]


def test_a_double_click_posts_once(mei: Member, anna: User, max_: User) -> None:
    adjustment = request(mei, anna)

    for _ in range(2):
        approve_adjustment(adjustment_id=adjustment.pk, decided_by=max_, now=NOW)

    assert (balance(mei), Transfer.objects.count(), drift()) == ((600, 0, 0), 1, [])
    assert AuditEntry.objects.filter(action="adjustment.approved").count() == 1


def test_a_refused_one_moves_nothing(mei: Member, anna: User, max_: User) -> None:
    adjustment = request(mei, anna)

    for _ in range(2):
        refuse_adjustment(adjustment_id=adjustment.pk, decided_by=max_, now=NOW)

    adjustment.refresh_from_db()
    assert (adjustment.status, balance(mei)) == (AdjustmentStatus.REFUSED, (0, 0, 0))
    assert AuditEntry.objects.filter(action="adjustment.refused").count() == 1


def assert_still_waiting(adjustment: Adjustment) -> None:
    adjustment.refresh_from_db()
    assert (adjustment.status, adjustment.decided_by) == (AdjustmentStatus.WAITING, None)
    assert balance(adjustment.member) == (0, 0, 0)
    assert not AuditEntry.objects.exclude(action="adjustment.requested").exists()


@pytest.mark.parametrize("decide", [approve_adjustment, refuse_adjustment])
def test_nobody_decides_on_their_own_request(mei: Member, max_: User, decide: Any) -> None:
    adjustment = request(mei, max_)

    with pytest.raises(SecondPersonNeeded):
        decide(adjustment_id=adjustment.pk, decided_by=max_, now=NOW)

    assert_still_waiting(adjustment)


@pytest.mark.parametrize("decide", [approve_adjustment, refuse_adjustment])
@pytest.mark.parametrize("role", ["service", "marketing", "data-protection", "cashier"])
def test_only_a_manager_decides(mei: Member, anna: User, decide: Any, role: str) -> None:
    adjustment = request(mei, anna)

    with pytest.raises(NotAllowed):
        decide(adjustment_id=adjustment.pk, decided_by=staff(role, "Somebody"), now=NOW)

    assert_still_waiting(adjustment)


def test_a_manager_who_left_decides_nothing(mei: Member, anna: User, max_: User) -> None:
    adjustment = request(mei, anna)
    User.objects.filter(pk=max_.pk).update(is_active=False)

    with pytest.raises(NotAllowed):
        approve_adjustment(adjustment_id=adjustment.pk, decided_by=User.objects.get(pk=max_.pk), now=NOW)

    assert_still_waiting(adjustment)


@pytest.mark.parametrize("role", ["cashier", "marketing", "data-protection"])
def test_only_service_and_managers_ask(mei: Member, role: str) -> None:
    with pytest.raises(NotAllowed):
        request(mei, staff(role, "Somebody"), 1)

    assert (Adjustment.objects.count(), balance(mei)) == (0, (0, 0, 0))


def test_a_member_does_not_adjust_their_own_points() -> None:
    user = UserFactory.create()
    mei = MemberFactory.create(user=user)

    with pytest.raises(NotAllowed):
        request(mei, user, 1)

    assert balance(mei) == (0, 0, 0)


def test_the_first_decision_stands(mei: Member, anna: User, max_: User) -> None:
    other = staff("manager", "Maria")
    adjustment = request(mei, anna)
    refuse_adjustment(adjustment_id=adjustment.pk, decided_by=max_, now=NOW)

    for decide, by in ((approve_adjustment, other), (refuse_adjustment, other), (approve_adjustment, max_)):
        with pytest.raises(AlreadyDecided):
            decide(adjustment_id=adjustment.pk, decided_by=by, now=NOW)

    adjustment.refresh_from_db()
    assert (adjustment.status, adjustment.decided_by, balance(mei)) == (AdjustmentStatus.REFUSED, max_, (0, 0, 0))


def test_what_waited_while_the_card_was_merged_goes_to_the_kept_one(mei: Member, anna: User, max_: User) -> None:
    kept = MemberFactory.create()
    adjustment = request(mei, anna)
    merge_members(keep_id=kept.pk, absorb_id=mei.pk, actor=anna, reason="same person", now=NOW)

    approve_adjustment(adjustment_id=adjustment.pk, decided_by=max_, now=NOW)

    assert (balance(kept), balance(mei), drift()) == ((600, 0, 0), (0, 0, 0), [])


def test_what_waited_while_the_account_was_closed_can_only_be_refused(mei: Member, anna: User, max_: User) -> None:
    adjustment = request(mei, anna)
    close_member(member_id=mei.pk, actor=anna, reason="moved", points_may_be_lost=True, now=NOW)

    with pytest.raises(MemberNotLive):
        approve_adjustment(adjustment_id=adjustment.pk, decided_by=max_, now=NOW)

    adjustment.refresh_from_db()
    assert adjustment.status == AdjustmentStatus.WAITING
    assert refuse_adjustment(adjustment_id=adjustment.pk, decided_by=max_, now=NOW).status == AdjustmentStatus.REFUSED


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"points": 0}, InvalidAdjustment),
        ({"points": 10**13}, InvalidAdjustment),
        ({"reason": "because"}, InvalidAdjustment),
        ({"note": "  "}, ReasonMissing),
        ({"note": "x" * 301}, InvalidText),
    ],
)
def test_it_needs_points_a_reason_and_a_note(
    mei: Member, anna: User, changes: dict[str, Any], error: type[DomainError]
) -> None:
    with pytest.raises(error):
        request(mei, anna, **changes)

    assert Adjustment.objects.count() == 0


def test_a_closed_card_is_not_adjusted(mei: Member, anna: User) -> None:
    Member.objects.filter(pk=mei.pk).update(status=MemberStatus.CLOSED)

    with pytest.raises(MemberNotLive):
        request(mei, anna, 1)

    assert (Adjustment.objects.count(), balance(mei)) == (0, (0, 0, 0))
