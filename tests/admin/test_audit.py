"""The audit log: searched by member, by colleague, by what was done; read by few and changed by nobody."""

import pytest

from members.models import Member
from members.services.audits import record_audit
from tests.admin.staff_scenes import NOW, as_role
from tests.factories import MemberFactory
from tests.members.identity_scenes import staff

pytestmark = pytest.mark.django_db

LIST = "/admin/members/auditentry/"


@pytest.fixture
def mei() -> Member:
    """Mei, whose page Sam looked at; Ada revoked a key."""
    member: Member = MemberFactory.create(name="Mei Lin")
    record_audit(actor=staff("service", "Sam"), action="member.viewed", member_id=member.pk, now=NOW)
    record_audit(actor=staff("manager", "Ada"), action="storekey.revoked", details={"prefix": "abc"}, now=NOW)
    return member


def found(text: str) -> str:
    return as_role("data-protection").get(LIST, {"q": text}).content.decode()


def test_it_is_searched_by_card(mei: Member) -> None:
    page = found(mei.number)

    assert "sam@staff.example" in page
    assert "ada@staff.example" not in page


def test_it_is_searched_by_colleague(mei: Member) -> None:
    page = found("Ada@staff.example")

    assert "Store key revoked" in page
    assert "Mei Lin" not in page


def test_it_is_searched_by_what_was_done(mei: Member) -> None:
    page = found("member.")

    assert "Looked at the member’s page" in page
    assert "Store key revoked" not in page


@pytest.mark.parametrize("role", ["service", "marketing", "analysis", "cashier"])
def test_it_is_closed_to_others(mei: Member, role: str) -> None:
    assert as_role(role).get(LIST).status_code == 403
