"""The audit log: searched by member, by colleague, by what was done; read by few and changed by nobody."""

import pytest

from members.models import AuditEntry, Member
from members.services.api_keys import create_store_key
from members.services.audits import record_audit
from tests.admin.staff_scenes import NOW, as_role, history, shop
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
    return found_all(text)[0]


def found_all(*texts: str) -> list[str]:
    client = as_role("data-protection")
    return [client.get(LIST, {"q": text}).content.decode() for text in texts]


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

    assert "sam@staff.example" in page
    assert "ada@staff.example" not in page


def test_it_is_searched_by_day_and_several_words_narrow_it_down(mei: Member) -> None:
    day, both, narrow, next_day = found_all(
        "2026-03-10", "2026-03-01..2026-03-31 member.viewed", "2026-03-10 member.viewed", "2026-03-11"
    )

    assert "sam@staff.example" in day
    assert "sam@staff.example" in both
    assert "ada@staff.example" not in narrow
    assert "sam@staff.example" not in next_day


@pytest.mark.parametrize(("kind", "shown"), [("looks", "sam@"), ("changes", "ada@"), ("exports", "")])
def test_looks_changes_and_exports_are_kept_apart(mei: Member, kind: str, shown: str) -> None:
    page = as_role("data-protection").get(LIST, {"kind": kind}).content.decode()

    assert [name for name in ("sam@", "ada@") if name in page] == [shown] * bool(shown)


def test_a_list_of_members_is_a_look_at_each_of_them(mei: Member) -> None:
    other: Member = MemberFactory.create(name="Mei Wang")
    MemberFactory.create(name="Li Na")

    as_role("service").get("/admin/members/member/", {"q": "mei"})

    looks = AuditEntry.objects.filter(action="member.listed")
    assert set(looks.values_list("member_id", flat=True)) == {mei.pk, other.pk}
    assert looks[0].details == {"list": "member", "search": "mei"}
    assert looks[0].actor_label == "service@staff.example"


def test_other_lists_that_name_members_are_looks_too(mei: Member) -> None:
    history(mei, shop(), 1)
    client = as_role("manager")

    for model in ("purchase", "adjustment", "transfer"):
        client.get(f"/admin/members/{model}/")

    looks = AuditEntry.objects.filter(action="member.listed", member=mei)
    assert [look.details["list"] for look in looks.order_by("pk")] == ["purchase", "adjustment", "transfer"]


def test_a_search_that_means_one_member_is_a_look_at_their_page(mei: Member) -> None:
    page = as_role("manager").get("/admin/members/member/", {"q": mei.number}, follow=True)

    assert page.redirect_chain == [(f"/admin/members/member/{mei.pk}/change/", 302)]
    assert AuditEntry.objects.filter(action="member.viewed", actor_label="manager@staff.example").count() == 1


def test_a_new_store_key_is_on_record_whoever_calls_the_service() -> None:
    store = shop()

    key, _text = create_store_key(store=store, scopes=["members:read"], name="Till 1")

    entry = AuditEntry.objects.get(action="storekey.added")
    assert entry.actor_label == "manage.py"
    assert entry.details == {"prefix": key.prefix, "name": "Till 1", "store": "riverside", "scopes": ["members:read"]}


@pytest.mark.parametrize("role", ["service", "marketing", "analysis", "cashier"])
def test_it_is_closed_to_others(mei: Member, role: str) -> None:
    assert as_role(role).get(LIST).status_code == 403
