"""Rules in sentences; what a rule says is published, never edited."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import AuditEntry, EarningRule, EarningRuleVersion, User
from tests.admin.staff_scenes import NOW, as_role, signed_in
from tests.factories import EarningRuleFactory, EarningRuleVersionFactory, StoreFactory
from tests.members.identity_scenes import staff

pytestmark = pytest.mark.django_db

LIST = "/admin/members/earningrule/"
BOOKS = {
    "kind": "bonus_rate",
    "points": "2",
    "per_amount": "1.00",
    "categories": "Books，Maps , Books",
    "weekdays": ["6", "7"],
}


def send(address: str, answers: dict[str, Any], **more: Any) -> Any:
    manager = User.objects.filter(email="manager@staff.example").first() or staff("manager", "manager")
    with time_machine.travel(NOW, tick=False):
        return signed_in(manager).post(address, {**answers, **more})


@pytest.fixture
def rule() -> EarningRule:
    """A point for each 1.00."""
    rule: EarningRule = EarningRuleFactory.create(code="base", name="Base", name_en="Base")
    EarningRuleVersionFactory.create(rule=rule)
    return rule


def test_the_list_says_each_rule_in_a_sentence(rule: EarningRule) -> None:
    page = as_role("marketing").get(LIST).content.decode()

    assert "1 point for each ¥1" in page
    assert "In force" in page


def test_the_list_takes_the_same_number_of_queries_for_one_rule_and_for_three(rule: EarningRule) -> None:
    client = as_role("marketing")
    client.get(LIST)
    with CaptureQueriesContext(connection) as for_one:
        client.get(LIST)
    EarningRuleVersionFactory.create_batch(2)
    client.get(LIST)
    with CaptureQueriesContext(connection) as for_three:
        client.get(LIST)

    assert len(for_one) == len(for_three)


def test_a_new_version_is_shown_as_a_sentence_before_it_is_published(rule: EarningRule) -> None:
    page = send(f"{LIST}{rule.pk}/publish/", BOOKS).content.decode()

    assert "2 extra points for each ¥1 on Books and Maps, weekends" in page
    assert EarningRuleVersion.objects.count() == 1


def test_publishing_ends_the_version_in_force_and_leaves_it_as_it_was(rule: EarningRule) -> None:
    old = rule.versions.get()

    answer = send(f"{LIST}{rule.pk}/publish/", BOOKS, confirm="1")

    assert answer.status_code == 302
    new = rule.versions.get(valid_until=None)
    assert (new.points, new.per_amount, new.categories, new.weekdays) == (2, 100, ["Books", "Maps"], [6, 7])
    ended = EarningRuleVersion.objects.get(pk=old.pk)
    assert (ended.points, ended.per_amount, ended.valid_until) == (1, 100, new.valid_from)
    assert AuditEntry.objects.filter(action="rule.published").exists()


def test_the_form_begins_with_what_the_rule_says_now() -> None:
    version = EarningRuleVersionFactory.create(categories=["Tea"], stores=[StoreFactory.create(name_en="Da’an")])

    page = as_role("manager").get(f"{LIST}{version.rule_id}/publish/").content.decode()

    assert 'value="Tea"' in page
    assert 'value="1.00"' in page
    assert " checked" in page


def test_a_rule_that_contradicts_itself_is_refused_at_its_field(rule: EarningRule) -> None:
    answers = {"kind": "multiplier", "percent": "90"}

    page = send(f"{LIST}{rule.pk}/publish/", answers, confirm="1").content.decode()

    assert "A multiplier must be above 100 percent" in page
    assert rule.versions.count() == 1


def test_a_new_rule_gets_its_names_and_its_first_version() -> None:
    answers = {**BOOKS, "code": "books", "name_en": "Books", "name_zh_hans": "图书"}

    assert send(f"{LIST}add/", answers, confirm="1").status_code == 302

    assert EarningRule.objects.filter(code="books").values_list("name_en", "name_zh_hans").get() == ("Books", "图书")
    assert EarningRuleVersion.objects.get(rule__code="books").points == 2


def test_a_rule_ends(rule: EarningRule) -> None:
    send(f"{LIST}{rule.pk}/end/", {"confirm": "1"})

    assert rule.versions.get().valid_until == NOW


def test_a_planned_version_is_withdrawn(rule: EarningRule) -> None:
    send(f"{LIST}{rule.pk}/publish/", BOOKS, confirm="1", valid_from="2026-05-01T00:00")
    planned = rule.versions.get(valid_until=None)

    send(f"{LIST}versions/{planned.pk}/withdraw/", {"confirm": "1"})

    assert rule.versions.get().valid_until is None


@pytest.mark.parametrize("role", ["service", "marketing", "analysis", "cashier"])
def test_only_a_manager_publishes(rule: EarningRule, role: str) -> None:
    client, version = as_role(role), rule.versions.get()
    refused = ["add/", f"{rule.pk}/publish/", f"{rule.pk}/end/", f"versions/{version.pk}/withdraw/"]

    answers = [client.post(f"{LIST}{address}", {**BOOKS, "confirm": "1"}).status_code for address in refused]

    assert answers == [403, 403, 403, 403]
    assert EarningRuleVersion.objects.get() == version
    assert version.valid_until is None
