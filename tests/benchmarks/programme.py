"""The programme that the benchmarks run on: ten rules, four tiers, a shop, and as many members as asked for."""

from django.db import connection

from members.models import EarningRule, EarningRuleVersion, Member, Store, Tier
from tests.benchmarks.harness import START

# Ten rules of every kind: two base rates, three multipliers, five bonuses; one has a cap.
RULES = [
    {"kind": "base", "points": 1, "per_amount": 100},
    {"kind": "base", "points": 2, "per_amount": 100, "categories": ["Books"]},
    {"kind": "multiplier", "percent": 200, "weekdays": [2]},
    {"kind": "multiplier", "percent": 150, "time_from": "14:00", "time_until": "17:00"},
    {"kind": "multiplier", "percent": 120, "channels": ["web"]},
    {"kind": "bonus_fixed", "points": 50, "first_purchase_only": True},
    {"kind": "bonus_fixed", "points": 10, "minimum_amount": 20_000},
    {"kind": "bonus_fixed", "points": 5, "skus": ["TEA-1"]},
    {"kind": "bonus_rate", "points": 1, "per_amount": 200, "categories": ["Beans"]},
    {"kind": "bonus_fixed", "points": 3, "weekdays": [6, 7]},
]


def make_programme() -> Store:
    """Rules, tiers and a shop."""
    for number, terms in enumerate(RULES):
        rule = EarningRule.objects.create(code=f"rule-{number}", name=f"Rule {number}")
        EarningRuleVersion.objects.create(rule=rule, valid_from=START, **terms)
    for rank, (code, threshold, percent) in enumerate(
        [("silver", 200_000, 110), ("gold", 1_000_000, 150), ("diamond", 5_000_000, 200)], 1
    ):
        Tier.objects.create(code=code, name=code, rank=rank, threshold=threshold, multiplier_percent=percent)
    return Store.objects.create(code="riverside", name="Riverside")


def make_members(count: int) -> None:
    """Members with an account and an open period of the lowest tier, made by SQL: they are not what is measured."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH m AS (
                INSERT INTO members_member (number, status, name, language, time_zone, enrolled_channel, enrolled_at,
                                            tier_id, status_reason)
                SELECT lpad((900000000000 + n)::text, 12, '0'), 'active', 'Member ' || n, 'en', '', 'shop', %s,
                       (SELECT id FROM members_tier WHERE rank = 0), ''
                FROM generate_series(1, %s) n RETURNING id, tier_id, enrolled_at
            ), a AS (
                INSERT INTO members_account (kind, member_id, available, pending, owed)
                SELECT 'member', id, 0, 0, 0 FROM m
            )
            INSERT INTO members_tierperiod (member_id, tier_id, started_at, start_reason, end_reason, is_manual, note,
                                            explanation)
            SELECT id, tier_id, enrolled_at, 'enrolled', '', false, '', '{}' FROM m
            """,
            [START, count],
        )
        cursor.execute("ANALYZE")


def member_numbers() -> list[str]:
    """Every member's number, in order."""
    return list(Member.objects.order_by("pk").values_list("number", flat=True))
