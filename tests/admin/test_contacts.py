"""Phone and email changed at the desk, and members invited into tiers by invitation."""

import pytest
from django.test import Client

from members.models import AuditEntry, Member, Tier, TierPeriod
from tests.admin.staff_scenes import as_role
from tests.factories import MemberFactory, TierFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei() -> Member:
    member: Member = MemberFactory.create(name="Mei Lin", phone="+8613800138000", email="mei@example.com")
    return member


def send(client: Client, member: Member, step: str, **answers: object) -> str:
    return client.post(f"/admin/members/member/{member.pk}/{step}/", answers, follow=True).content.decode()


def test_the_preview_says_from_what_to_what_and_changes_nothing(mei: Member) -> None:
    page = send(as_role("service"), mei, "contacts", phone="139 0013 9000", email="", reason="New phone")

    assert "Phone: +8613800138000 → +8613900139000" in page
    assert "Email: mei@example.com → —" in page
    assert Member.objects.get().phone == "+8613800138000"


def test_a_new_phone_is_stored_with_the_reason_in_the_log_and_the_old_one_in_the_history(mei: Member) -> None:
    send(
        as_role("service"), mei, "contacts", phone="13900139000", email="mei@example.com", reason="New phone", confirm=1
    )

    member = Member.objects.get()
    assert member.phone == "+8613900139000"
    entry = AuditEntry.objects.get(action="member.contacts_changed")
    assert (entry.member_id, entry.details) == (mei.pk, {"fields": ["phone"], "reason": "New phone"})
    assert [row.phone for row in member.history.all()][-1] == "+8613800138000"  # type: ignore[attr-defined]


def test_a_phone_of_somebody_else_says_whose_it_is(mei: Member) -> None:
    other: Member = MemberFactory.create(name="Wei Chen", phone="+8613900139000")

    page = send(as_role("service"), mei, "contacts", phone="13900139000", email="", reason="x", confirm=1)

    assert f"This phone is on the card of Wei Chen ({other.number})" in page
    assert Member.objects.get(pk=mei.pk).phone == "+8613800138000"


@pytest.mark.parametrize("phone", ["", "+8613900139000"])
def test_a_phone_of_a_closed_card_is_free(mei: Member, phone: str) -> None:
    MemberFactory.create(phone="+8613900139000", status="closed")

    send(as_role("service"), mei, "contacts", phone=phone, email="mei@example.com", reason="x", confirm=1)

    assert Member.objects.get(pk=mei.pk).phone == (phone or None)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"phone": "12", "email": ""}, "is not a phone number that works"),
        ({"phone": "", "email": "nobody"}, "is not an email address"),
        ({"phone": "", "email": ""}, "Leave a phone or an email"),
    ],
)
def test_what_cannot_be_is_refused_in_words(mei: Member, answers: dict[str, str], words: str) -> None:
    page = send(as_role("service"), mei, "contacts", reason="x", confirm=1, **answers)

    assert words in page
    assert not AuditEntry.objects.filter(action="member.contacts_changed").exists()


def test_a_manager_invites_into_a_tier_by_invitation(mei: Member) -> None:
    inner: Tier = TierFactory.create(code="inner", name="Inner circle", rank=90, is_invitation_only=True)
    TierPeriod.objects.get_or_create(
        member=mei,
        ended_at=None,
        defaults={"tier": mei.tier, "started_at": mei.enrolled_at, "start_reason": "enrolled"},
    )
    client = as_role("manager")

    preview = send(client, mei, "invite", tier=inner.pk, note="Ten years with us")
    send(client, mei, "invite", tier=inner.pk, note="Ten years with us", confirm=1)

    assert "at once" in preview
    period = TierPeriod.objects.get(member=mei, ended_at=None)
    assert (period.tier_id, period.start_reason) == (inner.pk, "invitation")
    assert AuditEntry.objects.filter(action="tier.invited", member=mei).count() == 1


def test_the_service_desk_invites_nobody(mei: Member) -> None:
    assert as_role("service").get(f"/admin/members/member/{mei.pk}/invite/").status_code == 403
