"""Why points came or went, in sentences."""

from datetime import UTC, datetime, time
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from members.award_caps import Counters
from members.models import EarningRuleVersion, Transfer, TransferKind
from members.scoring import PurchaseFacts
from members.selectors import traces
from members.selectors.rulebook import current_rulebook
from tests.factories import EarningRuleFactory, EarningRuleVersionFactory, MemberFactory, StoreFactory, TierFactory
from tests.members.scoring_support import SATURDAY, Item

pytestmark = pytest.mark.django_db


def rule(name: str, kind: str = "base", **terms: Any) -> EarningRuleVersion:
    version: EarningRuleVersion = EarningRuleVersionFactory(rule=EarningRuleFactory(name=name), kind=kind, **terms)
    return version


def why(
    amount: int = 6_400, lines: tuple[Item, ...] = (), used: dict[str, int] | None = None, **facts: Any
) -> list[str]:
    """The sentences for a first purchase on a Saturday at 11:00."""
    member = facts.pop("member", None) or MemberFactory()
    rulebook = current_rulebook()
    purchase = PurchaseFacts(
        occurred_at=SATURDAY,
        amount=sum(line.amount for line in lines) or amount,
        lines=lines,
        store_id=facts.pop("store_id", None) or StoreFactory().pk,
        tier_id=member.tier_id,
        member_id=member.pk,
        is_first=facts.pop("is_first", True),
    )
    return traces.sentences(current_rulebook().score(purchase, Counters(used or {})).trace, rulebook=rulebook)


def test_a_base_rate() -> None:
    rule("Base")
    assert why() == ["¥64 at 1 point for each ¥1: 64 points."]


def test_rounding_is_stated() -> None:
    rule("Base")
    assert why(6_450) == ["¥64.50 at 1 point for each ¥1: 64 points, rounded down."]


def test_a_tier_multiplies() -> None:
    rule("Base")
    member = MemberFactory(tier=TierFactory(name="Gold", multiplier_percent=150))
    assert why(member=member) == ["¥64 at 1 point for each ¥1: 64 points.", "× 1.5 for Gold: 96 points."]
    assert why(6_500, member=member)[1] == "× 1.5 for Gold: 97 points, rounded down."


def test_a_rule_multiplies_and_another_did_not_apply() -> None:
    rule("Base")
    rule("Happy Saturday", "multiplier", weekdays=[6])
    rule("Double Tuesday", "multiplier", weekdays=[2])
    assert why() == [
        "¥64 at 1 point for each ¥1: 64 points.",
        "× 2 for “Happy Saturday”: 128 points.",
        "“Double Tuesday” did not apply: it was not a Tuesday.",
    ]


def test_lines_at_several_rates_and_bonuses_are_summed() -> None:
    rule("Base")
    rule("Books", points=2, categories=["Books"])
    rule("Welcome", "bonus_fixed", points=50, first_purchase_only=True)
    rule("Coffee club", "bonus_rate", per_amount=1_000, categories=["Coffee"])
    assert why(lines=(Item(3_000, "Books"), Item(2_500, "Coffee"))) == [
        "¥25 at 1 point for each ¥1: 25 points.",
        "¥30 on Books at 2 points for each ¥1: 60 points.",
        "“Welcome”: 50 extra points.",
        "“Coffee club”: ¥25 on Coffee at 1 point for each ¥10: 2 points, rounded down.",
        "Together: 137 points.",
    ]


def test_fractions_of_several_rates_are_rounded_together() -> None:
    rule("Base")
    rule("Books", points=2, categories=["Books"])
    assert why(lines=(Item(60), Item(25, "Books")))[-1] == "Together, rounded down: 1 point."


def test_a_cap_is_stated_with_its_figures() -> None:
    capped = rule("Welcome", "bonus_fixed", points=50, cap_member_day=60)
    member = MemberFactory()
    key = f"{capped.rule_id}:{member.pk}:d2026-11-21"
    assert why(member=member, used={key: 40}) == [
        "“Welcome”: 50 extra points.",
        "“Welcome” is capped at 60 points a day: 20 points instead of 50.",
        "Together: 20 points.",
    ]
    assert why(member=member, used={key: 60}) == [
        "“Welcome” did not apply: its limit was reached (at most 60 points a day)."
    ]


def test_a_capped_multiplier_is_stated() -> None:
    rule("Base")
    rule("Double", "multiplier", cap_total=30)
    assert why() == [
        "¥64 at 1 point for each ¥1: 64 points.",
        "× 2 for “Double”: 128 points.",
        "“Double” is capped at 30 points in all: 30 points instead of 64.",
        "Together: 94 points.",
    ]


@pytest.mark.parametrize(
    ("kind", "terms", "reason"),
    [
        ("base", {"channels": ["web", "app"]}, "it holds in the web shop or in the app."),
        ("base", {"weekdays": [1, 7]}, "it was not a Monday or Sunday."),
        (
            "base",
            {"time_from": time(14), "time_until": time(17)},
            "it holds at another time of day (14:00 to 17:00).",
        ),
        ("multiplier", {"first_purchase_only": True}, "it was not the first purchase."),
        ("multiplier", {"minimum_amount": 10_000}, "the purchase was below ¥100."),
        ("bonus_fixed", {"minimum_amount": 10_000, "categories": ["Tea"]}, "less than ¥100 went on Tea."),
        ("bonus_fixed", {"categories": ["Books", "Toys"]}, "there was nothing of Books and Toys."),
        ("bonus_fixed", {"categories": ["Tea"], "skus": ["X"]}, "there was nothing of article X in Tea."),
    ],
)
def test_each_condition_that_failed_has_a_sentence(kind: str, terms: dict[str, Any], reason: str) -> None:
    rule("Offer", kind, **terms)
    assert why(lines=(Item(6_400, "Tea"),), is_first=False) == [f"“Offer” did not apply: {reason}"]


def test_stores_and_tiers_that_failed_are_named() -> None:
    gold = TierFactory(name="Gold")
    TierFactory(name="Platinum")
    rule("There", "bonus_fixed", stores=[StoreFactory(name="Harbour")])
    rule("Above", "bonus_fixed", minimum_tier=gold)
    assert why() == [
        "“There” did not apply: it holds at Harbour.",
        "“Above” did not apply: it is for Gold and above.",
    ]


def test_the_second_best_is_told_so() -> None:
    rule("Base")
    rule("Less", per_amount=200)
    rule("Triple", "multiplier", percent=300)
    rule("Double", "multiplier", percent=200)
    assert why()[2:] == [
        "“Less” did not apply: another rate gave as much or more.",
        "“Double” did not apply: another multiplier gave as much or more.",
    ]


def test_no_rule_at_all() -> None:
    assert why() == ["No rule gave points at that time."]


def test_what_is_not_a_purchase_s_trace_has_no_such_sentences() -> None:
    assert traces.sentences({}, rulebook=current_rulebook()) == []


def explain(kind: TransferKind, explanation: dict[str, Any], *, gained: bool) -> list[str]:
    transfer = Transfer(
        kind=kind, explanation=explanation, points=10, occurred_at=datetime(2026, 11, 30, 16, tzinfo=UTC)
    )
    transfer.signed_points = 10 if gained else -10  # type: ignore[attr-defined]
    return traces.explain(transfer, rulebook=current_rulebook())


def test_a_purchase_reckoned_anew_says_why() -> None:
    base = rule("Base")
    trace = {"v": 1, "tier": 1, "base": 64, "x": 100, "by": "tier", "rules": [[base.rule_id, base.pk, 64, None, 6400]]}
    found = explain(TransferKind.EARN, {**trace, "total": 64, "because": "late_receipt", "before": 114}, gained=True)
    assert found == [
        "An earlier receipt came in late, so this purchase was reckoned anew: 64 points instead of 114 points.",
        "¥64 at 1 point for each ¥1: 64 points.",
    ]


def test_an_expiry_names_the_last_day() -> None:
    assert explain(TransferKind.EXPIRY, {}, gained=False) == ["Not used by Nov. 30, 2026, their last day."]


def test_a_return_says_what_is_kept() -> None:
    part = {"returned": 2_100, "amount": 6_400, "kept_amount": 4_300, "earned": 96, "kept": 64}
    assert explain(TransferKind.CLAWBACK, part, gained=False) == [
        "¥21 of this purchase of ¥64 came back.",
        "¥43 is kept, and with it 64 of 96 points, rounded down.",
    ]
    whole = {"returned": 6_400, "amount": 6_400, "kept_amount": 0, "earned": 96, "kept": 0}
    assert explain(TransferKind.CLAWBACK, whole, gained=False)[1] == "Nothing of it is kept, so its 96 points go back."


@pytest.mark.parametrize(
    ("kind", "explanation", "gained", "expected"),
    [
        (TransferKind.CLAWBACK, {"because": "other_member"}, False, "The purchase was another member's"),
        (TransferKind.CLAWBACK, {}, False, "Something of this purchase was returned."),
        (TransferKind.REVERSAL, {"reverses": "spend"}, True, "What the points were spent on was cancelled"),
        (TransferKind.REVERSAL, {"reverses": "adjustment"}, True, "Points that were taken before came back."),
        (TransferKind.REVERSAL, {"reverses": "bonus"}, False, "Points that were given before were taken back."),
        (TransferKind.GIFT, {}, True, "A gift from another member."),
        (TransferKind.GIFT, {}, False, "A gift to another member."),
        (TransferKind.ADJUSTMENT, {"reason": "goodwill"}, True, "Put right by our staff: Goodwill."),
        (TransferKind.ADJUSTMENT, {"reason": "fraud"}, False, "Taken by our staff: Fraud."),
        (TransferKind.ADJUSTMENT, {"reason": "other"}, True, "Put right by our staff."),
        (TransferKind.OPENING, {}, True, "Brought over from our earlier programme."),
        (TransferKind.MERGE, {}, True, "Two cards became one: their points"),
        (TransferKind.MERGE, {"owed": 5}, False, "Two cards became one: what one of them owed"),
        (TransferKind.CLOSURE, {}, False, "The account was closed."),
        (TransferKind.SPEND, {}, False, "Points that expire first were taken first."),
    ],
)
def test_other_transfers_have_their_reasons(
    kind: TransferKind, explanation: dict[str, Any], gained: bool, expected: str
) -> None:
    assert explain(kind, explanation, gained=gained)[0].startswith(expected)


def test_an_unknown_explanation_says_nothing_rather_than_failing() -> None:
    assert explain(TransferKind.BONUS, {"anything": [1]}, gained=True) == []


def test_a_version_that_is_gone_is_left_out() -> None:
    gold = TierFactory(name="Gold")
    trace = {"v": 1, "tier": gold.pk, "base": 5, "x": 150, "by": "tier", "rules": [[8, 8, 5, None, 500]], "total": 7}
    assert traces.sentences(trace, rulebook=current_rulebook()) == ["× 1.5 for Gold: 7 points, rounded down."]


def test_a_page_of_traces_costs_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    base = rule("Base")
    rulebook = current_rulebook()
    trace = {"v": 1, "tier": 1, "base": 64, "x": 100, "by": "tier", "rules": [[base.rule_id, base.pk, 64, None, 6400]]}
    with django_assert_num_queries(0):
        for _number in range(3):
            assert traces.sentences({**trace, "total": 64}, rulebook=rulebook)
