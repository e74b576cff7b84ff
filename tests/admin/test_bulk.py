"""Steps with many members: said before, done once, accounted for after."""

import pytest
import time_machine
from django.test import Client

from members.models import (
    Account,
    Adjustment,
    AuditEntry,
    BulkOutcome,
    BulkStep,
    Member,
    MemberStatus,
    Tier,
    TierPeriod,
)
from members.services import bulk_steps
from members.services.bulk_steps import draft_bulk_step, run_bulk_step
from members.services.closures import freeze_member
from tests.admin.staff_scenes import NOW, as_role
from tests.factories import MemberFactory, TierFactory
from tests.members.identity_scenes import give, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_fixed_time")]

LIST = "/admin/members/member/"


@pytest.fixture
def _fixed_time() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def choose(client: Client, kind: str, *members: Member) -> str:
    """The address of the step that choosing leads to."""
    answers = {"action": f"bulk_{kind}", "_selected_action": [str(member.pk) for member in members]}
    return client.post(LIST, answers)["Location"]


def outcomes() -> dict[str, str]:
    return dict(BulkOutcome.objects.values_list("member__name", "status"))


def test_the_preview_says_who_is_in_who_is_not_and_why_and_does_nothing() -> None:
    mei, wei = MemberFactory.create(name="Mei"), MemberFactory.create(name="Wei", status="frozen")
    give(mei, 120)
    client = as_role("service")

    page = client.post(choose(client, "freeze", mei, wei), {"reason": "Fraud ring"}).content.decode()

    for text in ("1 member can no longer spend", "120 points", "1 member is left out", "Frozen already."):
        assert text in page, text
    assert Member.objects.get(name="Mei").status == MemberStatus.ACTIVE
    assert BulkStep.objects.get().confirmed_at is None


def test_confirming_freezes_each_and_the_result_accounts_for_each() -> None:
    mei, wei = MemberFactory.create(name="Mei"), MemberFactory.create(name="Wei", status="frozen")
    client = as_role("service")
    step = choose(client, "freeze", mei, wei)

    page = client.post(step, {"reason": "Fraud ring", "confirm": "1"}, follow=True).content.decode()

    assert outcomes() == {"Mei": "done", "Wei": "left_out"}
    assert Member.objects.get(name="Mei").status == MemberStatus.FROZEN
    assert "Frozen already." in page
    assert AuditEntry.objects.filter(action="member.frozen", member=mei).count() == 1
    assert AuditEntry.objects.get(action="bulk.confirmed").details["members"] == 1


def test_sent_twice_it_is_done_once() -> None:
    members = MemberFactory.create_batch(3)
    client = as_role("manager")
    step = choose(client, "adjust", *members)
    answers = {"points": "50", "reason": "goodwill", "note": "Power cut", "confirm": "1"}

    client.post(step, answers)
    client.post(step, {**answers, "points": "70"})

    assert list(Adjustment.objects.values_list("points", flat=True)) == [50, 50, 50]
    assert [account.available for account in Account.objects.filter(member__in=members)] == [50, 50, 50]


def test_a_step_larger_than_the_limit_waits_for_a_second_person_whole() -> None:
    members = MemberFactory.create_batch(3)
    client = as_role("manager")
    step = choose(client, "adjust", *members)
    answers = {"points": "200", "reason": "goodwill", "note": "Power cut"}

    preview = client.post(step, answers).content.decode()
    client.post(step, {**answers, "confirm": "1"})

    assert "600 points" in preview
    assert "each waits until a second person approves" in preview
    assert set(Adjustment.objects.values_list("status", flat=True)) == {"waiting"}
    assert set(outcomes().values()) == {"asked"}


def test_who_has_too_few_points_is_left_out_of_taking_them() -> None:
    rich, poor = MemberFactory.create(name="Rich"), MemberFactory.create(name="Poor")
    give(rich, 100)
    client = as_role("service")
    step = choose(client, "adjust", rich, poor)

    client.post(step, {"points": "-30", "reason": "mistake", "note": "Twice", "confirm": "1"})

    assert outcomes() == {"Rich": "done", "Poor": "left_out"}
    assert BulkOutcome.objects.get(member=poor).note == "Only 0 points are available."


def test_a_tier_is_given_until_a_day_and_nobody_is_lowered() -> None:
    gold: Tier = TierFactory.create(rank=50, name="Gold", code="gold-x")
    top: Tier = TierFactory.create(rank=60, name="Top", code="top-x")
    mei, high = MemberFactory.create(name="Mei"), MemberFactory.create(name="High", tier=top)
    TierPeriod.objects.get_or_create(
        member=mei, ended_at=None, defaults={"tier": mei.tier, "started_at": NOW, "start_reason": "enrolled"}
    )
    client = as_role("manager")
    step = choose(client, "tier", mei, high)

    client.post(step, {"tier": gold.pk, "until_date": "2026-12-31", "note": "Opening gift", "confirm": "1"})

    assert outcomes() == {"Mei": "done", "High": "left_out"}
    period = TierPeriod.objects.get(member=mei, ended_at=None)
    assert (period.tier_id, str(period.held_until_date), period.is_manual) == (gold.pk, "2026-12-31", True)


def test_what_was_interrupted_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    members = MemberFactory.create_batch(3)
    sam = staff("service", "Sam")
    step = draft_bulk_step(kind="freeze", member_ids=[member.pk for member in members], actor=sam, now=NOW)
    calls: list[int] = []

    def broken(*, member_id: int, **rest: object) -> None:
        calls.append(member_id)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        freeze_member(member_id=member_id, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(bulk_steps, "freeze_member", broken)
    with pytest.raises(RuntimeError, match="power cut"):
        run_bulk_step(step_id=step.pk, answers={"reason": "x"}, actor=sam, now=NOW)
    assert sorted(outcomes().values()) == ["done", "waiting", "waiting"]

    monkeypatch.undo()
    run_bulk_step(step_id=step.pk, answers={"reason": "x"}, actor=sam, now=NOW)

    assert set(outcomes().values()) == {"done"}
    assert AuditEntry.objects.filter(action="member.frozen").count() == 3


def test_each_role_is_offered_its_own_steps_alone() -> None:
    MemberFactory.create()

    desk = as_role("service").get(LIST).content.decode()
    manager = as_role("manager").get(LIST).content.decode()

    assert "bulk_freeze" in desk
    assert "bulk_tier" not in desk
    assert "bulk_tier" in manager


def test_a_step_without_the_permission_changes_nothing() -> None:
    member: Member = MemberFactory.create()

    as_role("data-protection").post(LIST, {"action": "bulk_freeze", "_selected_action": [str(member.pk)]})

    assert not BulkStep.objects.exists()


def test_a_step_belongs_to_who_began_it() -> None:
    step = choose(as_role("service"), "freeze", MemberFactory.create())

    page = as_role("manager").post(step, {"reason": "x", "confirm": "1"})

    assert page.status_code == 404
    assert set(outcomes().values()) == {"waiting"}


def test_more_members_than_a_request_can_do_are_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("members.admin.bulk.MAX_MEMBERS", 2)
    client = as_role("service")
    members = MemberFactory.create_batch(3)
    answers = {"action": "bulk_freeze", "_selected_action": [str(member.pk) for member in members]}

    page = client.post(LIST, answers, follow=True).content.decode()

    assert "That is 3 members; 2 at a time are possible." in page
    assert not BulkStep.objects.exists()
