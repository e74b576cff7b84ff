from collections.abc import Callable
from typing import Any

import pytest

from members.models import Member, Scope, Store
from tests.api.till import MEMBERS, Till, everything, is_problem, pointers
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

LIN = {"phone": "+8613800138001", "name": "Lin Mei", "language": "zh-hans", "birthday": {"month": 2, "day": 29}}


def test_it_enrols_a_member(till: Till, store: Store) -> None:
    response = till.post(MEMBERS, LIN)

    assert response.status_code == 201, response.content
    answer = response.json()
    member = Member.objects.get()
    assert answer["number"] == member.number
    assert (answer["status"], answer["name"], answer["language"]) == ("active", "Lin Mei", "zh-hans")
    assert answer["phone"] == "•••• 8001"
    assert answer["enrolled_store"] == store.code
    assert (member.phone, member.birth_month, member.birth_day) == ("+8613800138001", 2, 29)
    assert (member.enrolled_store, member.enrolled_channel) == (store, "shop")
    assert member.account.available == 0


def test_enrolling_twice_is_refused(till: Till) -> None:
    till.post(MEMBERS, LIN)
    before = everything()

    assert is_problem(till.post(MEMBERS, LIN), 409, "already-enrolled")
    assert everything() == before


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "not-reachable"),
        ({"phone": "123"}, 422, "invalid-phone"),
        ({"email": "lin@"}, 400, "invalid-request"),
        ({"email": "lin@nowhere"}, 422, "invalid-email"),
        ({**LIN, "birthday": {"month": 2, "day": 30}}, 422, "invalid-birthday"),
        ({**LIN, "birthday": {"month": 13, "day": 1}}, 400, "invalid-request"),
        ({**LIN, "birthday": {"month": 1}}, 400, "invalid-request"),
        ({**LIN, "birthday": "1 May"}, 400, "invalid-request"),
        ({**LIN, "language": "fr"}, 400, "invalid-request"),
        ({**LIN, "name": "x" * 151}, 400, "invalid-request"),
        ({**LIN, "name": "a\u0000"}, 400, "invalid-request"),
        ({**LIN, "phone": 13_800_138_000}, 400, "invalid-request"),
        ({**LIN, "points": 5_000}, 400, "invalid-request"),
        ({**LIN, "number": "482109375519"}, 400, "invalid-request"),
    ],
)
def test_a_bad_enrolment_is_refused(till: Till, body: object, status: int, code: str) -> None:
    before = everything()

    assert is_problem(till.post(MEMBERS, body), status, code)
    assert everything() == before


def test_enrolling_requires_the_scope(till_without: Callable[[Scope], Till]) -> None:
    before = everything()

    assert is_problem(till_without(Scope.MEMBERS_WRITE).post(MEMBERS, LIN), 403, "scope-missing")
    assert everything() == before


@pytest.mark.parametrize(
    "query", [{"phone": "+8613800138000"}, {"phone": "138 0013 8000"}, {"email": "LIN@example.com"}]
)
def test_it_finds_a_member(till: Till, member: Member, query: dict[str, str]) -> None:
    [found] = till.get(MEMBERS, query).json()["results"]

    assert found["number"] == member.number
    assert found["phone"] == "•••• 8000"
    assert found["email"] == "l•••@example.com"


def test_every_store_finds_every_member(other_till: Till, member: Member) -> None:
    assert len(other_till.get(MEMBERS, {"phone": "+8613800138000"}).json()["results"]) == 1


def test_nobody_is_found_by_an_unknown_or_impossible_phone(till: Till, member: Member) -> None:
    assert till.get(MEMBERS, {"phone": "+8613800138009"}).json() == {"results": []}
    assert till.get(MEMBERS, {"phone": "000000"}).json() == {"results": []}


@pytest.mark.parametrize("query", [{}, {"phone": "+8613800138000", "email": "lin@example.com"}])
def test_finding_needs_exactly_one_of_phone_and_email(till: Till, query: dict[str, str]) -> None:
    assert is_problem(till.get(MEMBERS, query), 422, "inconsistent-request")


@pytest.mark.parametrize("query", [{"name": "Lin"}, {"phone": "phone"}, {"email": ""}])
def test_finding_takes_nothing_else(till: Till, query: dict[str, str]) -> None:
    response = till.get(MEMBERS, query)

    assert is_problem(response, 400, "invalid-request")
    assert [error["parameter"] for error in response.json()["errors"]] == list(query)


def test_finding_requires_the_scope(till_without: Callable[[Scope], Till]) -> None:
    assert is_problem(till_without(Scope.MEMBERS_READ).get(MEMBERS, {"phone": "+8613800138000"}), 403, "scope-missing")


def test_it_reads_a_member(till: Till, member: Member) -> None:
    answer = till.get(f"{MEMBERS}{member.number}/").json()

    assert (answer["number"], answer["name"], answer["enrolled_store"]) == (member.number, "Lin Mei", None)
    assert till.get(f"{MEMBERS}{member.number}/")["Cache-Control"] == "no-store"
    assert answer["tier"] == {"code": "regular", "name": "Regular", "rank": 0}


def test_a_number_may_have_spaces(till: Till, member: Member) -> None:
    number = f"{member.number[:4]} {member.number[4:8]} {member.number[8:]}"

    assert till.get(f"{MEMBERS}{number}/").json()["number"] == member.number


def test_a_merged_card_leads_to_the_one_that_is_kept(till: Till, member: Member) -> None:
    merged = MemberFactory.create(status="merged", merged_into=member)

    assert till.get(f"{MEMBERS}{merged.number}/").json()["number"] == member.number


@pytest.mark.parametrize("number", ["100000000000", "1", "x", "%00", "１２３"])
def test_an_unknown_number_is_not_found(till: Till, number: str) -> None:
    assert is_problem(till.get(f"{MEMBERS}{number}/"), 404, "member-not-found")


def test_reading_requires_the_scope(till_without: Callable[[Scope], Till], member: Member) -> None:
    response = till_without(Scope.MEMBERS_READ).get(f"{MEMBERS}{member.number}/")

    assert is_problem(response, 403, "scope-missing")


def test_reading_takes_a_constant_number_of_queries(
    till: Till, member: Member, django_assert_num_queries: Callable[[int], Any]
) -> None:
    # Key with its store; number; member with tier and store.
    with django_assert_num_queries(3):
        till.get(f"{MEMBERS}{member.number}/")


def test_errors_point_into_the_birthday(till: Till) -> None:
    response = till.post(MEMBERS, {**LIN, "birthday": {"month": 13, "day": 1, "hour": 3}})

    assert sorted(pointers(response)) == ["#/birthday/hour", "#/birthday/month"]
