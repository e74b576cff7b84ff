"""Rules through time: publishing, ending, withdrawing, and what is refused."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from members.models import AuditEntry, EarningRule, EarningRuleVersion, Purchase
from members.selectors.rulebook import current_rulebook
from members.services.earning_rules import (
    LaterVersionPlanned,
    NoOpenVersion,
    PeriodBackwards,
    PurchasesScoredSince,
    RuleCodeTaken,
    create_rule,
    end_rule,
    publish_version,
    withdraw_version,
)
from members.services.rule_drafts import InvalidRule, RuleDraft, check_draft
from tests.factories import MemberFactory, StoreFactory, TierFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)
TOMORROW, NEXT_WEEK = NOW + timedelta(days=1), NOW + timedelta(days=7)
BASE = RuleDraft(kind="base", points=1, per_amount=100)
DOUBLE = RuleDraft(kind="base", points=2, per_amount=100)


def create(**values: Any) -> EarningRule:
    defaults: dict[str, Any] = {
        "code": "base",
        "names": {"en": "Base", "zh-hans": "基础"},
        "draft": BASE,
        "valid_from": NOW,
        "now": NOW,
        "actor": None,
    }
    return create_rule(**{**defaults, **values})


def publish(rule: EarningRule, draft: RuleDraft, valid_from: datetime, **values: Any) -> EarningRuleVersion:
    return publish_version(rule_id=rule.pk, draft=draft, valid_from=valid_from, now=NOW, actor=None, **values)


def periods(rule: EarningRule) -> list[tuple[int, datetime, datetime | None]]:
    return list(rule.versions.order_by("valid_from").values_list("points", "valid_from", "valid_until"))


def record_purchase_at(moment: datetime) -> None:
    Purchase.objects.create(
        store=StoreFactory(),
        external_id="1",
        member=MemberFactory(),
        occurred_at=moment,
        recorded_at=moment,
        business_date=moment.date(),
        currency="CNY",
        amount=100,
    )


def test_a_rule_begins_with_its_first_version_and_names() -> None:
    manager = UserFactory()
    rule = create(actor=manager)
    assert periods(rule) == [(1, NOW, None)]
    assert current_rulebook().rule_names[rule.pk] == {"en": "Base", "zh-hans": "基础"}
    entry = AuditEntry.objects.get(action="rule.published")
    assert (entry.actor, entry.details["rule"]) == (manager, "base")


def test_every_term_of_a_draft_is_stored() -> None:
    store, tier = StoreFactory(), TierFactory()
    draft = RuleDraft(
        kind="bonus_fixed",
        points=5,
        categories=("Books",),
        skus=("A",),
        store_ids=(store.pk,),
        channels=("web",),
        weekdays=(6, 7),
        time_from=time(22),
        time_until=time(2),
        minimum_tier_id=tier.pk,
        minimum_amount=1_000,
        first_purchase_only=True,
        cap_member_day=10,
        cap_member_month=20,
        cap_total=30,
    )
    rule = create(draft=draft)
    (version,) = current_rulebook().versions
    assert version.rule_id == rule.pk
    assert (version.stores, version.weekdays, version.skus) == (
        frozenset({store.pk}),
        frozenset({6, 7}),
        frozenset({"A"}),
    )
    assert (version.minimum_tier_id, version.time_from, version.cap_total) == (tier.pk, time(22), 30)


def test_a_code_is_used_once() -> None:
    create()
    with pytest.raises(RuleCodeTaken, match="code base already"):
        create()
    assert EarningRuleVersion.objects.count() == 1


def test_a_new_version_ends_the_open_one() -> None:
    rule = create()
    publish(rule, DOUBLE, NEXT_WEEK)
    assert periods(rule) == [(1, NOW, NEXT_WEEK), (2, NEXT_WEEK, None)]


def test_a_new_version_shortens_one_that_would_have_ended_later() -> None:
    rule = create(valid_until=NEXT_WEEK)
    publish(rule, DOUBLE, TOMORROW)
    assert periods(rule) == [(1, NOW, TOMORROW), (2, TOMORROW, None)]


def test_a_version_after_a_pause_leaves_the_earlier_one_alone() -> None:
    rule = create(valid_until=TOMORROW)
    publish(rule, DOUBLE, NEXT_WEEK)
    assert periods(rule) == [(1, NOW, TOMORROW), (2, NEXT_WEEK, None)]


def test_a_version_cannot_begin_before_a_planned_one() -> None:
    rule = create()
    publish(rule, DOUBLE, NEXT_WEEK)
    for moment in (TOMORROW, NEXT_WEEK):
        with pytest.raises(LaterVersionPlanned, match=r"planned from Nov\. 28, 2026"):
            publish(rule, BASE, moment)
    assert len(periods(rule)) == 2


def test_what_scored_a_purchase_is_never_changed() -> None:
    rule = create()
    record_purchase_at(TOMORROW)
    with pytest.raises(PurchasesScoredSince):
        publish(rule, DOUBLE, NOW + timedelta(hours=1))
    with pytest.raises(PurchasesScoredSince):
        end_rule(rule_id=rule.pk, ends_at=TOMORROW, now=NOW, actor=None)
    assert periods(rule) == [(1, NOW, None)]


def test_the_past_may_be_written_while_no_purchase_is_there() -> None:
    record_purchase_at(NOW - timedelta(days=3))
    rule = create(valid_from=NOW - timedelta(days=2))
    assert len(periods(rule)) == 1


def test_a_period_goes_forward() -> None:
    with pytest.raises(PeriodBackwards):
        create(valid_until=NOW)
    assert not EarningRule.objects.exists()


def test_a_rule_ends() -> None:
    rule = create()
    end_rule(rule_id=rule.pk, ends_at=NEXT_WEEK, now=NOW, actor=None)
    assert periods(rule) == [(1, NOW, NEXT_WEEK)]
    with pytest.raises(NoOpenVersion):
        end_rule(rule_id=rule.pk, ends_at=NEXT_WEEK + timedelta(days=1), now=NOW, actor=None)


def test_a_rule_with_a_planned_version_does_not_end_before_it() -> None:
    rule = create()
    publish(rule, DOUBLE, NEXT_WEEK)
    with pytest.raises(LaterVersionPlanned):
        end_rule(rule_id=rule.pk, ends_at=TOMORROW, now=NOW, actor=None)


def test_a_planned_version_is_withdrawn() -> None:
    rule = create()
    planned = publish(rule, DOUBLE, NEXT_WEEK)
    withdraw_version(version_id=planned.pk, now=NOW, actor=None)
    assert periods(rule) == [(1, NOW, None)]
    assert AuditEntry.objects.filter(action="rule.withdrawn").count() == 1


def test_a_version_that_scored_a_purchase_is_not_withdrawn() -> None:
    rule = create()
    record_purchase_at(NOW)
    with pytest.raises(PurchasesScoredSince):
        withdraw_version(version_id=rule.versions.get().pk, now=NOW, actor=None)
    assert len(periods(rule)) == 1


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"kind": "free"}, "kind"),
        ({"kind": "base", "per_amount": 100}, "points"),
        ({"kind": "base", "points": 1}, "per_amount"),
        ({"kind": "base", "points": 1, "per_amount": 100, "percent": 150}, "percent"),
        ({"kind": "bonus_rate", "points": 1}, "per_amount"),
        ({"kind": "bonus_fixed"}, "points"),
        ({"kind": "bonus_fixed", "points": 1, "per_amount": 100}, "per_amount"),
        ({"kind": "multiplier", "percent": 100}, "percent"),
        ({"kind": "multiplier", "percent": 200, "categories": ("Books",)}, "categories"),
        ({"kind": "multiplier", "percent": 200, "points": 5}, "points"),
        ({"kind": "bonus_fixed", "points": 1, "weekdays": (0,)}, "weekdays"),
        ({"kind": "bonus_fixed", "points": 1, "channels": ("mail",)}, "channels"),
        ({"kind": "bonus_fixed", "points": 1, "store_ids": (999,)}, "stores"),
        ({"kind": "bonus_fixed", "points": 1, "minimum_tier_id": 999}, "minimum_tier"),
        ({"kind": "bonus_fixed", "points": 1, "time_from": time(9), "time_until": time(9)}, "time_until"),
        ({"kind": "bonus_fixed", "points": 1, "minimum_amount": -1}, "minimum_amount"),
        ({"kind": "bonus_fixed", "points": 1, "skus": (" ",)}, "categories"),
        ({"kind": "bonus_fixed", "points": 1, "cap_total": 0}, "cap_total"),
        ({"kind": "bonus_fixed", "points": 1, "cap_member_day": 9, "cap_member_month": 8}, "cap_member_day"),
    ],
)
def test_a_draft_that_cannot_work_is_refused_with_the_field(terms: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRule) as refused:
        check_draft(RuleDraft(**terms), rulebook=current_rulebook())
    assert [name for name, _message in refused.value.problems] == [field]
    assert str(refused.value).endswith(".")


def test_a_refused_draft_changes_nothing() -> None:
    rule = create()
    with pytest.raises(InvalidRule):
        publish(rule, RuleDraft(kind="base"), NEXT_WEEK)
    assert periods(rule) == [(1, NOW, None)]
