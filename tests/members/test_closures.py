import pytest

from members.exceptions import MemberFrozen, MemberNotLive, PointsWouldBeLost, ReasonMissing
from members.models import (
    AuditEntry,
    DomainEvent,
    Member,
    MemberStatus,
    TierPeriod,
    TierReason,
    Transfer,
    TransferKind,
)
from members.selectors.members import find_by_phone, member_of
from members.services.closures import close_member, freeze_member, unfreeze_member
from members.services.enrolments import enrol_member
from members.services.ledger import spend_points
from members.services.merges import merge_members
from tests.factories import MemberFactory, UserFactory
from tests.members.identity_scenes import NOW, balance, drift, give, staff

pytestmark = pytest.mark.django_db

PHONE = "+8613800138000"


def close(member: Member, *, points_may_be_lost: bool = True, reason: str = "moved away") -> Member:
    return close_member(
        member_id=member.pk, actor=member.user, reason=reason, points_may_be_lost=points_may_be_lost, now=NOW
    )


def test_what_is_left_goes_to_breakage() -> None:
    mei = MemberFactory.create()
    give(mei, 90)

    close(mei)

    transfer = Transfer.objects.get(kind=TransferKind.CLOSURE)
    assert (transfer.points, transfer.credit_account.code) == (90, "breakage")
    assert (balance(mei), drift()) == ((0, 0, 0), [])


def test_points_are_not_lost_without_saying_so() -> None:
    mei = MemberFactory.create()
    give(mei, 90)

    with pytest.raises(PointsWouldBeLost) as refused:
        close(mei, points_may_be_lost=False)

    mei.refresh_from_db()
    assert refused.value.params == {"points": 90}
    assert (mei.status, balance(mei), AuditEntry.objects.count()) == (MemberStatus.ACTIVE, (90, 0, 0), 0)


def test_an_empty_account_closes_without_more_ado() -> None:
    assert close(MemberFactory.create(), points_may_be_lost=False).status == MemberStatus.CLOSED


def test_a_closed_card_is_told_with_its_reason() -> None:
    mei = MemberFactory.create(user=UserFactory.create())
    user = mei.user

    close(mei)

    mei.refresh_from_db()
    entry = AuditEntry.objects.get(action="member.closed")
    assert (mei.status, mei.status_reason, mei.closed_at) == (MemberStatus.CLOSED, "moved away", NOW)
    assert (entry.actor, entry.details["reason"]) == (user, "moved away")
    assert DomainEvent.objects.get(type="member.closed").payload == {"number": mei.number, "points": 0}


def test_the_tier_ends_with_the_account() -> None:
    mei = MemberFactory.create()

    close(mei)

    assert TierPeriod.objects.get(member=mei).end_reason == TierReason.CLOSURE


def test_phone_and_sign_in_are_free_for_a_new_card() -> None:
    user = UserFactory.create()
    mei = MemberFactory.create(phone=PHONE, user=user)

    close(mei)
    anew = enrol_member(channel="web", phone=PHONE, user=user, now=NOW)

    assert (find_by_phone(PHONE), member_of(user)) == (anew, anew)


def test_the_sign_ins_of_merged_cards_are_free_as_well() -> None:
    users = UserFactory.create_batch(2)
    mei, old = MemberFactory.create(user=users[0]), MemberFactory.create(user=users[1])
    merge_members(keep_id=mei.pk, absorb_id=old.pk, actor=None, reason="same person", now=NOW)

    close(mei)

    assert [member_of(user) for user in users] == [None, None]
    assert enrol_member(channel="web", phone=PHONE, user=users[1], now=NOW).user == users[1]


def test_an_account_is_closed_once() -> None:
    mei = MemberFactory.create()
    close(mei)

    with pytest.raises(MemberNotLive):
        close(mei)

    assert AuditEntry.objects.filter(action="member.closed").count() == 1


def test_a_frozen_member_earns_but_does_not_spend() -> None:
    mei = MemberFactory.create()
    give(mei, 50)
    freeze_member(member_id=mei.pk, actor=staff("service", "Anna"), reason="lost card", now=NOW)
    give(mei, 10, key="more")

    with pytest.raises(MemberFrozen):
        spend_points(member_id=mei.pk, points=5, business_key="spend:1", now=NOW)

    assert (balance(mei), drift()) == ((60, 0, 0), [])


def test_a_released_member_spends_again() -> None:
    mei, anna = MemberFactory.create(), staff("service", "Anna")
    give(mei, 50)
    freeze_member(member_id=mei.pk, actor=anna, reason="lost card", now=NOW)

    unfreeze_member(member_id=mei.pk, actor=anna, reason="found again", now=NOW)

    spend_points(member_id=mei.pk, points=5, business_key="spend:1", now=NOW)
    mei.refresh_from_db()
    assert (mei.status, mei.status_reason, balance(mei)) == (MemberStatus.ACTIVE, "", (45, 0, 0))


def test_freezing_and_releasing_leave_entries_once_each() -> None:
    mei, anna = MemberFactory.create(), staff("service", "Anna")

    for _ in range(2):
        freeze_member(member_id=mei.pk, actor=anna, reason="lost card", now=NOW)
    for _ in range(2):
        unfreeze_member(member_id=mei.pk, actor=anna, reason="found again", now=NOW)

    assert list(AuditEntry.objects.order_by("pk").values_list("action", "details__reason")) == [
        ("member.frozen", "lost card"),
        ("member.unfrozen", "found again"),
    ]


@pytest.mark.parametrize("reason", ["", "   "])
def test_nobody_is_frozen_or_closed_without_a_reason(reason: str) -> None:
    mei = MemberFactory.create()

    with pytest.raises(ReasonMissing):
        freeze_member(member_id=mei.pk, actor=None, reason=reason, now=NOW)
    with pytest.raises(ReasonMissing):
        close(mei, reason=reason)

    mei.refresh_from_db()
    assert mei.status == MemberStatus.ACTIVE
