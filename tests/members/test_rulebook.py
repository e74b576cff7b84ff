"""The rulebook is compiled once a revision, in a constant number of queries, and never stale."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import translation
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from members.award_caps import Counters
from members.models import EarningRule, EarningRuleVersion, ExpiryPolicy, Store, Tier
from members.scoring import PurchaseFacts
from members.selectors import rulebook as module
from members.selectors.rulebook import Rulebook, current_rulebook
from tests.factories import (
    EarningRuleFactory,
    EarningRuleVersionFactory,
    ExpiryPolicyFactory,
    MemberFactory,
    StoreFactory,
    TierFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)


def test_a_revision_is_compiled_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    EarningRuleVersionFactory()
    first = current_rulebook()
    with django_assert_num_queries(1):
        assert current_rulebook() is first
    with django_assert_num_queries(0):
        assert current_rulebook(first.revision) is first


@pytest.mark.parametrize("count", [1, 3])
def test_compiling_takes_eight_queries_whatever_there_is(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        EarningRuleVersionFactory(stores=[StoreFactory()], minimum_tier=TierFactory())
        ExpiryPolicyFactory(valid_from=NOW + timedelta(days=number))
    # The revision before and after; tiers, stores, versions and their stores, policies, names.
    with django_assert_num_queries(8):
        assert len(current_rulebook().versions) == count


def changes() -> dict[str, object]:
    version = EarningRuleVersionFactory(stores=[StoreFactory()])
    return {
        "tier": lambda: Tier.objects.update(multiplier_percent=175),
        "store": lambda: Store.objects.update(is_active=False),
        "policy": lambda: ExpiryPolicy.objects.update(months=24),
        "rule": lambda: EarningRule.objects.update(name_en="Another name"),
        "version": lambda: EarningRuleVersion.objects.update(points=9),
        "stores of a version": version.stores.clear,
        "new rule": EarningRuleVersionFactory,
        "deleted version": lambda: EarningRuleVersion.objects.filter(pk=version.pk).delete(),
    }


@pytest.mark.parametrize(
    "change", ["tier", "store", "policy", "rule", "version", "stores of a version", "new rule", "deleted version"]
)
def test_any_change_makes_a_new_rulebook(change: str) -> None:
    make = changes()[change]
    before = current_rulebook()
    assert callable(make)
    make()
    after = current_rulebook()
    assert after.revision != before.revision
    assert parts(after) != parts(before)


def parts(rulebook: Rulebook) -> tuple[object, ...]:
    return (rulebook.tiers, rulebook.stores, rulebook.policies, rulebook.versions, rulebook.rule_names)


def test_a_change_by_hand_in_the_database_counts_too() -> None:
    before = current_rulebook()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_tier SET multiplier_percent = 300 WHERE rank = 0")
    assert current_rulebook().tiers[0].multiplier_percent == 300
    assert before.tiers[0].multiplier_percent == 100


def test_a_change_that_was_rolled_back_never_was() -> None:
    before = current_rulebook()
    with transaction.atomic():
        Tier.objects.update(multiplier_percent=300)
        assert current_rulebook().tiers[0].multiplier_percent == 300
        transaction.set_rollback(True)
    assert current_rulebook() is before


def test_what_changed_while_it_was_read_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    TierFactory()
    read = module._read
    reads: list[Rulebook] = []

    def interrupted(revision: str) -> Rulebook:
        found = read(revision)
        if not reads:
            Tier.objects.filter(rank=0).update(multiplier_percent=120)
        reads.append(found)
        return found

    monkeypatch.setattr(module, "_read", interrupted)
    assert current_rulebook().tiers[0].multiplier_percent == 120
    assert len(reads) == 2


def test_only_a_few_revisions_are_kept() -> None:
    for months in range(1, module.KEPT + 3):
        ExpiryPolicy.objects.update(months=months)
        current_rulebook()
    assert len(module._kept) == module.KEPT


def test_the_zone_of_the_programme_is_part_of_what_is_compiled(settings: Settings) -> None:
    shanghai = current_rulebook()
    settings.PROGRAMME_TIME_ZONE = "Pacific/Kiritimati"
    assert current_rulebook() is not shanghai
    assert str(current_rulebook().scoring.zone) == "Pacific/Kiritimati"


def test_the_policy_is_that_of_the_moment() -> None:
    (first,) = current_rulebook().policies
    second = ExpiryPolicyFactory(valid_from=NOW)
    rulebook = current_rulebook()
    assert rulebook.policy_at(NOW - timedelta(microseconds=1)).id == first.id
    assert rulebook.policy_at(NOW).id == second.pk
    assert rulebook.policy_at(datetime(1970, 1, 1, tzinfo=UTC)).id == first.id


def test_names_follow_the_reader_s_language() -> None:
    version = EarningRuleVersionFactory(rule=EarningRuleFactory(name_en="Books", name_zh_hans="图书"))
    name = current_rulebook().rule_names[version.rule_id]
    assert str(name) == "Books"
    with translation.override("zh-hans"):
        assert str(name) == "图书"
    # Nobody wrote it in traditional script: the simplified one stands in before English.
    with translation.override("zh-hant"):
        assert str(name) == "图书"


def test_stored_rules_score_a_purchase() -> None:
    gold = TierFactory(multiplier_percent=150)
    store = StoreFactory(channel="web")
    EarningRuleVersionFactory()
    EarningRuleVersionFactory(kind="bonus_fixed", points=7, stores=[store], channels=["web"], minimum_tier=gold)
    member = MemberFactory(tier=gold)
    facts = PurchaseFacts(
        occurred_at=NOW,
        amount=6_500,
        lines=(),
        store_id=store.pk,
        tier_id=gold.pk,
        member_id=member.pk,
        is_first=False,
    )
    assert current_rulebook().score(facts, Counters()).points == 97 + 7
