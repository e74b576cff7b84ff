"""Four eyes on larger adjustments: a preview, then approve or refuse, never one's own."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from members.models import Adjustment, AdjustmentStatus, Member, User
from members.services.adjustments import request_adjustment
from tests.admin.staff_scenes import NOW, as_role, signed_in
from tests.factories import MemberFactory
from tests.members.identity_scenes import balance, staff

pytestmark = pytest.mark.django_db

LIST = "/admin/members/adjustment/"


@pytest.fixture
def mei() -> Member:
    """Mei, whose points are put right."""
    member: Member = MemberFactory.create(name="Mei")
    return member


def waiting(member: Member, by: User, points: int = 900) -> Adjustment:
    return request_adjustment(
        member_id=member.pk, points=points, reason="mistake", note="Two cards", requested_by=by, now=NOW
    )


def decide(client: Client, action: str, *adjustments: Adjustment, confirm: bool = True) -> Any:
    sent = {"action": action, "_selected_action": [adjustment.pk for adjustment in adjustments]}
    with time_machine.travel(NOW, tick=False):
        return client.post(LIST, {**sent, "confirm": "1"} if confirm else sent, follow=True)


def test_the_preview_shows_each_balance_before_and_after(mei: Member) -> None:
    adjustment = waiting(mei, staff("service", "Sam"))

    page = decide(as_role("manager"), "approve", adjustment, confirm=False).content.decode()

    assert "These points will move at once" in page
    assert "Two cards" in page
    assert balance(mei) == (0, 0, 0)


def test_a_second_person_approves(mei: Member) -> None:
    adjustment = waiting(mei, staff("service", "Sam"))

    decide(as_role("manager"), "approve", adjustment)

    adjustment.refresh_from_db()
    assert adjustment.status == AdjustmentStatus.POSTED
    assert balance(mei) == (900, 0, 0)


def test_a_second_person_refuses(mei: Member) -> None:
    adjustment = waiting(mei, staff("service", "Sam"))

    decide(as_role("manager"), "refuse", adjustment)

    adjustment.refresh_from_db()
    assert adjustment.status == AdjustmentStatus.REFUSED
    assert balance(mei) == (0, 0, 0)


def test_nobody_approves_what_they_asked_for(mei: Member) -> None:
    manager = staff("manager", "Mia")
    adjustment = waiting(mei, manager)
    client = signed_in(manager)

    assert "somebody else must decide" in decide(client, "approve", adjustment, confirm=False).content.decode()
    decide(client, "approve", adjustment)

    adjustment.refresh_from_db()
    assert adjustment.status == AdjustmentStatus.WAITING
    assert balance(mei) == (0, 0, 0)
    assert "Approve…" not in client.get(f"{LIST}{adjustment.pk}/change/").content.decode()


def test_the_page_of_a_waiting_adjustment_offers_both_decisions_to_a_second_person(mei: Member) -> None:
    adjustment = waiting(mei, staff("service", "Sam"))

    assert "Approve…" in as_role("manager").get(f"{LIST}{adjustment.pk}/change/").content.decode()
    assert "Approve…" not in as_role("service").get(f"{LIST}{adjustment.pk}/change/").content.decode()


@pytest.mark.parametrize("action", ["approve", "refuse"])
def test_the_service_desk_cannot_decide(mei: Member, action: str) -> None:
    adjustment = waiting(mei, staff("service", "Sam"))

    decide(as_role("service"), action, adjustment)

    adjustment.refresh_from_db()
    assert adjustment.status == AdjustmentStatus.WAITING
    assert balance(mei) == (0, 0, 0)


def test_one_that_fails_does_not_keep_the_others_back(mei: Member) -> None:
    sam = staff("service", "Sam")
    taking, giving = waiting(mei, sam, points=-5_000), waiting(mei, sam, points=900)

    page = decide(as_role("manager"), "approve", taking, giving).content.decode()

    assert "5000 points are needed" in page
    assert balance(mei) == (900, 0, 0)


def test_the_start_page_tells_a_manager_what_waits(mei: Member) -> None:
    waiting(mei, staff("service", "Sam"))

    assert "waits for a second person" in " ".join(as_role("manager").get("/admin/").content.decode().split())
    assert "second person" not in as_role("service").get("/admin/").content.decode()
