"""One member on one page, found quickly, and looked at on the record."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import AuditEntry, Member
from tests.admin.staff_scenes import NOW, as_role, history, shop
from tests.factories import MemberFactory, StoreFactory
from tests.members.identity_scenes import give

pytestmark = pytest.mark.django_db

LIST = "/admin/members/member/"


def page_of(member: Member) -> str:
    return reverse("admin:members_member_change", args=[member.pk])


@pytest.fixture
def mei() -> Member:
    """Mei Lin, whom a service desk looks up."""
    member: Member = MemberFactory.create(
        name="Mei Lin", phone="+8613800138000", email="mei@example.com", birth_month=2, birth_day=29
    )
    return member


@time_machine.travel(NOW, tick=False)
def test_the_page_shows_everything_about_one_member(mei: Member) -> None:
    history(mei, shop(), 1)

    page = as_role("manager").get(page_of(mei)).content.decode()

    for text in (
        "Mei Lin",
        "+8613800138000",
        "mei@example.com",
        "February 29",
        "Riverside",
        f"{mei.number}-0",
        "back-0",
        "Cold coffee",
        "Adjustment requested",
        "Regular",
        "Adjust points",
        "Close account",
    ):
        assert text in page, text


@time_machine.travel(NOW, tick=False)
def test_each_transfer_says_why_in_sentences(mei: Member) -> None:
    history(mei, shop(), 1)

    page = as_role("service").get(page_of(mei)).content.decode()

    assert '<ul class="why">' in page
    assert "¥64" in page


def test_looking_is_written_down(mei: Member) -> None:
    as_role("service").get(page_of(mei))

    entry = AuditEntry.objects.get(action="member.viewed")
    assert entry.member == mei
    assert entry.actor_label == "service@staff.example"


def test_the_service_desk_sees_only_the_steps_it_may_take(mei: Member) -> None:
    page = as_role("service").get(page_of(mei)).content.decode()

    assert '"../adjust/"' in page
    assert '"../freeze/"' in page
    assert '"../merge/"' not in page
    assert "Audit trail" not in page


@pytest.mark.parametrize("role", ["marketing", "catalogue", "analysis", "moderation", "cashier"])
def test_others_are_refused_and_nothing_is_written(mei: Member, role: str) -> None:
    client = as_role(role)

    assert client.get(page_of(mei)).status_code == 403
    assert client.get(LIST).status_code == 403
    assert client.get(LIST, {"q": mei.number}).status_code == 403
    assert not AuditEntry.objects.exists()


def test_a_page_of_nobody_is_not_found() -> None:
    client = as_role("service")

    assert client.get("/admin/members/member/999999/change/").status_code == 404
    assert client.get("/admin/members/member/nobody/change/").status_code == 404


@pytest.mark.parametrize("text", ["+86 138 0013 8000", "138 0013 8000", "MEI@example.com", "Mei L"])
def test_a_search_that_means_one_member_opens_their_page(mei: Member, text: str) -> None:
    MemberFactory.create(name="Somebody Else")

    answer = as_role("service").get(LIST, {"q": text})

    assert answer.headers.get("Location") == page_of(mei)


def test_a_card_number_is_found_however_it_is_grouped(mei: Member) -> None:
    grouped = " ".join([mei.number[:4], mei.number[4:8], mei.number[8:]])

    assert as_role("service").get(LIST, {"q": grouped}).headers.get("Location") == page_of(mei)


def test_a_search_that_means_several_lists_them(mei: Member) -> None:
    MemberFactory.create(name="Mei Wu")
    MemberFactory.create(name="Somebody Else")

    page = as_role("service").get(LIST, {"q": "Mei"}).content.decode()

    assert "Mei Lin" in page
    assert "Mei Wu" in page
    assert "Somebody Else" not in page


def test_the_list_has_no_phones_or_emails_to_read_over_a_shoulder(mei: Member) -> None:
    page = as_role("service").get(LIST).content.decode()

    assert "Mei Lin" in page
    assert "13800138000" not in page
    assert "mei@example.com" not in page


@time_machine.travel(NOW, tick=False)
def test_the_page_takes_the_same_number_of_queries_for_one_row_of_each_and_for_three() -> None:
    store, client = shop(), as_role("manager")
    one, three = MemberFactory.create(), MemberFactory.create()
    history(one, store, 1)
    history(three, store, 3)
    client.get(page_of(one))

    with CaptureQueriesContext(
        connection,
    ) as for_one:
        client.get(page_of(one))
    with CaptureQueriesContext(connection) as for_three:
        client.get(page_of(three))

    assert len(for_one) == len(for_three)
    assert len(for_three) <= 30


@pytest.mark.parametrize("model", ["member", "purchase", "transfer", "lot", "draw", "adjustment", "tierperiod"])
@time_machine.travel(NOW, tick=False)
def test_lists_take_the_same_number_of_queries_for_one_row_and_for_three(model: str) -> None:
    store, client = shop(), as_role("manager")
    address = reverse(f"admin:members_{model}_changelist")
    history(MemberFactory.create(), store, 1)
    client.get(address)

    with CaptureQueriesContext(connection) as for_one:
        client.get(address)
    history(MemberFactory.create(), store, 3)
    with CaptureQueriesContext(connection) as for_more:
        client.get(address)

    assert len(for_one) == len(for_more)


def test_a_list_of_millions_is_counted_to_a_bound_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("members.admin.base.BoundedPaginator.LIMIT", 60)
    MemberFactory.create_batch(61)

    page = as_role("service").get(LIST)

    assert page.context["cl"].result_count == 60
    assert "The first 60 rows" in page.content.decode()


def test_a_merged_card_leads_to_the_one_that_is_kept(mei: Member) -> None:
    give(mei, 50)
    kept = MemberFactory.create(name="Mei L.", enrolled_store=StoreFactory.create())
    client = as_role("manager")
    client.post(f"{LIST}{mei.pk}/merge/", {"number": kept.number, "reason": "One person", "confirm": "1"})

    assert kept.number[:4] in client.get(page_of(mei)).content.decode()
    assert mei.number[:4] in client.get(page_of(kept)).content.decode()


@pytest.mark.parametrize("model", ["lot", "draw", "debt", "transfer", "purchase", "account", "tierperiod"])
@time_machine.travel(NOW, tick=False)
def test_rows_are_found_by_the_card_they_belong_to(model: str, mei: Member) -> None:
    store, client = shop(), as_role("manager")
    history(mei, store, 1)
    history(MemberFactory.create(name="Somebody Else"), store, 1)
    address = reverse(f"admin:members_{model}_changelist")

    page = client.get(address, {"q": mei.number}).content.decode()

    assert ("Mei Lin" in page) is (model != "debt")
    assert "Somebody Else" not in page
    assert "Mei Lin" not in client.get(address, {"q": "482109375519"}).content.decode()
