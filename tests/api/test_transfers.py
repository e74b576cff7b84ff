from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from members import clock
from members.models import Member, Scope, Transfer
from members.services.ledger import award_points, spend_points
from tests.api.till import MEMBERS, PURCHASES, Till, is_problem
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db


def address(member: Member) -> str:
    return f"{MEMBERS}{member.number}/transfers/"


def test_it_lists_what_came_and_went_and_why(till: Till, member: Member, receipt: dict[str, Any]) -> None:
    till.post(PURCHASES, receipt)
    spend_points(member_id=member.pk, points=10, business_key="spend:1", now=clock.now(), reference="Voucher 7")

    response = till.get(address(member))

    assert response.status_code == 200, response.content
    answer = response.json()
    assert (answer["next"], answer["previous"]) == (None, None)
    spent, earned = answer["results"]
    assert (spent["kind"], spent["points"], spent["reference"], spent["trace"]) == ("spend", -10, "Voucher 7", None)
    assert (earned["kind"], earned["points"], earned["purchase"]) == ("earn", 64, "R-1")
    assert earned["store"] == "nanjing-road"
    assert earned["occurred_at"] == "2026-03-14T10:05:00Z"
    assert earned["trace"]["rules"][0]["name"] == "A point for each yuan"
    assert earned["sentences"]


def test_sentences_are_in_the_language_of_the_caller(till: Till, member: Member, receipt: dict[str, Any]) -> None:
    till.post(PURCHASES, receipt)

    assert till.get(address(member), language="zh-CN")["Content-Language"] == "zh-hans"


def test_pages_lead_through_everything_once_and_back(till: Till, member: Member) -> None:
    now = clock.now()
    # Several at one moment: the id decides.
    for number in range(7):
        award_points(
            member_id=member.pk, points=1, business_key=f"a{number}", explanation={},
            now=now, occurred_at=now - timedelta(days=number // 3),
        )  # fmt: skip
    expected = list(Transfer.objects.order_by("-occurred_at", "-pk").values_list("pk", flat=True))

    seen, path, last = [], f"{address(member)}?page_size=2", ""
    while path:
        page = till.get(path).json()
        seen += [row["id"] for row in page["results"]]
        # Something new on top moves nobody's place.
        award_points(member_id=member.pk, points=1, business_key=f"new{len(seen)}", explanation={}, now=now)
        last, path = path, _path(page["next"])
    assert seen == expected

    back: list[int] = []
    path = _path(till.get(last).json()["previous"])
    while path and len(back) < len(seen):
        page = till.get(path).json()
        back = [row["id"] for row in page["results"]] + back
        path = _path(page["previous"])
    assert back[-6:] == expected[:6]


def test_it_takes_a_constant_number_of_queries(
    till: Till, member: Member, receipt: dict[str, Any], django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(3):
        till.post(PURCHASES, {**receipt, "external_id": f"R-{number}"})
        # Key with its store; number; account; transfers with purchase and store; revision of the rulebook.
        with django_assert_num_queries(5):
            till.get(address(member))


def test_transfers_of_others_are_not_shown(till: Till, member: Member) -> None:
    award_points(member_id=MemberFactory.create().pk, points=1, business_key="a", explanation={}, now=clock.now())

    assert till.get(address(member)).json()["results"] == []


def test_it_requires_the_scope(till_without: Callable[[Scope], Till], member: Member) -> None:
    assert is_problem(till_without(Scope.POINTS_READ).get(address(member)), 403, "scope-missing")


def test_an_unknown_member_is_not_found(till: Till) -> None:
    assert is_problem(till.get(f"{MEMBERS}100000000000/transfers/"), 404, "member-not-found")


@pytest.mark.parametrize(
    "query",
    [{"cursor": "x"}, {"cursor": "b1"}, {"cursor": "b1.x"}, {"cursor": ""}, {"page_size": "0"}, {"page_size": "101"},
     {"page_size": "1e1"}, {"page_size": "١"}, {"page": "2"}],
)  # fmt: skip
def test_a_bad_query_is_refused(till: Till, member: Member, query: dict[str, str]) -> None:
    response = till.get(address(member), query)

    assert is_problem(response, 400, "invalid-request")
    assert [error["parameter"] for error in response.json()["errors"]] == list(query)


@pytest.mark.parametrize("cursor", ["b0.0", "a0.0", "b9999999999999999.999999999999999999", "a9999999999999999.1"])
def test_a_cursor_of_any_time_is_answered(till: Till, member: Member, cursor: str) -> None:
    assert till.get(address(member), {"cursor": cursor}).status_code == 200


def _path(url: str | None) -> str:
    parts = urlsplit(url or "")
    return f"{parts.path}?{parts.query}" if url else ""
