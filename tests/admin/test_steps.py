"""What staff do for a member: a preview first, then one service, and for nobody without the right."""

from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from members.models import Adjustment, AdjustmentStatus, AuditEntry, Member, MemberStatus, Tier, TierPeriod
from tests.admin.staff_scenes import NOW, as_role
from tests.factories import MemberFactory, TierFactory
from tests.members.identity_scenes import balance, give

pytestmark = pytest.mark.django_db

ADJUST = {"points": "120", "reason": "goodwill", "note": "Cold coffee"}
REASON = {"reason": "Card reported stolen"}


@pytest.fixture
def mei() -> Member:
    """Mei, who has 500 points."""
    member: Member = MemberFactory.create(name="Mei")
    with time_machine.travel(NOW, tick=False):
        give(member, 500)
    return member


@pytest.fixture
def gold() -> Tier:
    """A tier to be given."""
    tier: Tier = TierFactory.create(name="Gold", name_en="Gold")
    return tier


def step(client: Client, member: Member, name: str, answers: dict[str, Any], *, confirm: bool = False) -> HttpResponse:
    sent = {**answers, "confirm": "1"} if confirm else answers
    with time_machine.travel(NOW, tick=False):
        answer: Any = client.post(f"/admin/members/member/{member.pk}/{name}/", sent)
    return answer


def test_a_preview_says_what_the_balance_becomes_and_changes_nothing(mei: Member) -> None:
    page = step(as_role("service"), mei, "adjust", ADJUST).content.decode()

    assert "the balance goes from 500 to 620" in page
    assert "It is posted at once" in page
    assert balance(mei) == (500, 0, 0)
    assert not Adjustment.objects.exists()


def test_a_small_adjustment_is_posted_at_once(mei: Member) -> None:
    answer = step(as_role("service"), mei, "adjust", ADJUST, confirm=True)

    assert answer.status_code == 302
    assert balance(mei) == (620, 0, 0)
    assert AuditEntry.objects.filter(action="adjustment.requested", member=mei).exists()


def test_a_large_adjustment_waits_and_the_preview_says_so(mei: Member) -> None:
    client, answers = as_role("service"), {**ADJUST, "points": "900"}

    assert "a second person approves" in step(client, mei, "adjust", answers).content.decode()
    step(client, mei, "adjust", answers, confirm=True)

    assert Adjustment.objects.get().status == AdjustmentStatus.WAITING
    assert balance(mei) == (500, 0, 0)


def test_changing_ones_mind_shows_the_form_again_as_it_was(mei: Member) -> None:
    page = step(as_role("service"), mei, "adjust", {**ADJUST, "again": "1"}).content.decode()

    assert 'value="120"' in page
    assert "Show what it will do" in page
    assert not Adjustment.objects.exists()


def test_what_a_service_refuses_is_said_on_the_form(mei: Member) -> None:
    nobody = MemberFactory.create()

    page = step(as_role("service"), nobody, "adjust", {**ADJUST, "points": "-20"}, confirm=True).content.decode()

    assert "20 points are needed, 0 are available." in page
    assert balance(nobody) == (0, 0, 0)


def test_no_points_are_no_adjustment(mei: Member) -> None:
    page = step(as_role("service"), mei, "adjust", {**ADJUST, "points": "0"}).content.decode()

    assert "Give a number that is not zero." in page


def test_a_tier_is_given_with_its_reason_and_taken_back(mei: Member, gold: Tier) -> None:
    client = as_role("manager")
    answers = {"tier": gold.pk, "until_date": "2026-12-31", "note": "Won the marathon"}

    assert "goes from Regular to Gold" in step(client, mei, "tier", answers).content.decode()
    step(client, mei, "tier", answers, confirm=True)
    mei.refresh_from_db()
    assert mei.tier == gold
    assert TierPeriod.objects.get(member=mei, ended_at=None).note == "Won the marathon"

    step(client, mei, "end-tier", {"reason": "A mistake"}, confirm=True)
    mei.refresh_from_db()
    assert mei.tier.rank == 0


def test_a_profile_is_mended_and_the_audit_log_names_the_fields(mei: Member) -> None:
    client, answers = as_role("service"), {"name": "Mei Lin", "birth_month": "2", "birth_day": "29", "language": "en"}

    assert "Name: Mei → Mei Lin" in step(client, mei, "profile", answers).content.decode()
    mei.refresh_from_db()
    assert mei.name == "Mei"

    step(client, mei, "profile", answers, confirm=True)
    mei.refresh_from_db()
    assert (mei.name, mei.birth_month, mei.birth_day) == ("Mei Lin", 2, 29)
    entry = AuditEntry.objects.get(action="member.profile_changed")
    assert entry.details == {"fields": ["name", "birth_month", "birth_day"]}


def test_a_birthday_that_does_not_exist_is_refused(mei: Member) -> None:
    answers = {"name": "Mei", "birth_month": "2", "birth_day": "30", "language": "en"}

    page = step(as_role("service"), mei, "profile", answers).content.decode()

    assert "errornote" in page
    assert "This will happen" not in page


def test_a_frozen_member_is_unfrozen(mei: Member) -> None:
    client = as_role("service")

    assert "can no longer spend" in step(client, mei, "freeze", REASON).content.decode()
    step(client, mei, "freeze", REASON, confirm=True)
    mei.refresh_from_db()
    assert (mei.status, mei.status_reason) == (MemberStatus.FROZEN, "Card reported stolen")

    step(client, mei, "unfreeze", {"reason": "Found again"}, confirm=True)
    mei.refresh_from_db()
    assert mei.status == MemberStatus.ACTIVE


def test_merging_says_what_moves_and_that_it_is_final(mei: Member) -> None:
    keep, client = MemberFactory.create(name="Mei Lin"), as_role("manager")
    answers = {"number": keep.number, "reason": "Same phone"}

    page = step(client, mei, "merge", answers).content.decode()
    assert "500 available, 0 pending and 0 owed points move to Mei Lin" in page
    assert "This cannot be undone." in page
    assert balance(keep) == (0, 0, 0)

    step(client, mei, "merge", answers, confirm=True)
    assert balance(keep) == (500, 0, 0)
    mei.refresh_from_db()
    assert mei.merged_into == keep


@pytest.mark.parametrize("number", ["123", "own"])
def test_a_card_cannot_be_merged_into_nothing_or_itself(mei: Member, number: str) -> None:
    typed = mei.number if number == "own" else number

    page = step(as_role("manager"), mei, "merge", {"number": typed, "reason": "x"}, confirm=True)

    assert page.status_code == 200
    mei.refresh_from_db()
    assert mei.status == MemberStatus.ACTIVE


def test_closing_asks_that_the_points_may_go(mei: Member) -> None:
    client = as_role("manager")

    assert "500 points would be lost" in step(client, mei, "close", REASON, confirm=True).content.decode()
    mei.refresh_from_db()
    assert mei.status == MemberStatus.ACTIVE

    answers = {**REASON, "points_may_be_lost": "on"}
    assert "500 points are lost." in step(client, mei, "close", answers).content.decode()
    step(client, mei, "close", answers, confirm=True)
    mei.refresh_from_db()
    assert mei.status == MemberStatus.CLOSED
    assert balance(mei) == (0, 0, 0)


def test_a_closed_account_offers_no_steps(mei: Member) -> None:
    client = as_role("manager")
    step(client, mei, "close", {**REASON, "points_may_be_lost": "on"}, confirm=True)

    assert step(client, mei, "adjust", ADJUST, confirm=True).status_code == 302
    assert balance(mei) == (0, 0, 0)
    assert '"../adjust/"' not in client.get(f"/admin/members/member/{mei.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("service", "tier"),
        ("service", "end-tier"),
        ("service", "merge"),
        ("service", "close"),
        *(
            (role, name)
            for role in ("marketing", "analysis", "catalogue", "moderation", "cashier")
            for name in ("adjust", "tier", "end-tier", "profile", "freeze", "unfreeze", "merge", "close")
        ),
        ("data-protection", "adjust"),
        ("data-protection", "tier"),
    ],
)
def test_whoever_may_not_take_a_step_is_refused_and_nothing_changes(
    mei: Member, gold: Tier, role: str, name: str
) -> None:
    answers = {
        **ADJUST,
        "tier": gold.pk,
        "number": MemberFactory.create().number,
        "reason": "goodwill",
        "points_may_be_lost": "on",
    }

    assert step(as_role(role), mei, name, answers, confirm=True).status_code == 403

    mei.refresh_from_db()
    assert (mei.status, mei.tier.rank, balance(mei)) == (MemberStatus.ACTIVE, 0, (500, 0, 0))
    assert not AuditEntry.objects.exists()
