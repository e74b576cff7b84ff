"""The nightly tier review, against one statement that sums the same purchases and renews the same periods."""

from datetime import date, timedelta

from tests.benchmarks.harness import NOW, START, Figure, Scale, duration, raw_connection, seconds

PURCHASES_A_MEMBER = 5
FIRST_DAY = date(2026, 7, 31)
THRESHOLD = 200_000

# Nine members in ten spent enough in the twelve months before; the tenth is within the days of grace, and so looked at
# again on each day after, by both sides.
PURCHASES = """
INSERT INTO members_purchase (store_id, external_id, member_id, occurred_at, recorded_at, business_date, currency,
                              amount, returned_amount, points_earned, points_clawed_back, revision, explanation)
SELECT %(store)s, m.id || '-' || n, m.id, %(now)s - n * interval '30 days', %(now)s,
       (%(now)s - n * interval '30 days')::date, 'CNY', CASE WHEN m.id %% 10 = 0 THEN 1000 ELSE 45000 END,
       0, 0, 0, 1, '{}'
FROM members_member m, generate_series(1, %(purchases)s) n
"""
RAW = """
UPDATE members_tierperiod t SET held_until_date = %(held)s
FROM (SELECT p.member_id FROM members_purchase p
      JOIN members_tierperiod o ON o.member_id = p.member_id AND o.ended_at IS NULL AND o.held_until_date <= %(day)s
      WHERE p.business_date BETWEEN o.held_until_date - 364 AND o.held_until_date
      GROUP BY 1 HAVING sum(p.amount - p.returned_amount) >= %(threshold)s) e
WHERE t.member_id = e.member_id AND t.ended_at IS NULL
"""


def _make(members: int, slices: int) -> None:
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    from members.models import Tier  # noqa: PLC0415
    from tests.benchmarks.programme import make_members, make_programme  # noqa: PLC0415

    store = make_programme()
    make_members(members)
    silver = Tier.objects.get(code="silver")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE members_purchase DISABLE TRIGGER ALL")
        cursor.execute(PURCHASES, {"store": store.pk, "now": NOW, "purchases": PURCHASES_A_MEMBER})
        cursor.execute("ALTER TABLE members_purchase ENABLE TRIGGER ALL")
        cursor.execute("UPDATE members_member SET tier_id = %s", [silver.pk])
        cursor.execute(
            "UPDATE members_tierperiod SET tier_id = %s, started_at = %s, "
            "held_until_date = %s + (member_id %% %s)::int",
            [silver.pk, START, FIRST_DAY, slices],
        )
        cursor.execute("VACUUM ANALYZE")


def measure(scale: Scale) -> list[Figure]:
    """Seconds for a slice of the members: those held until one day."""
    from members.services.tier_reviews import review_tiers  # noqa: PLC0415 -- after django.setup()

    slices = 2 * (scale.rounds + 1)
    members = scale.size(1_000_000, least=24_000)
    _make(members, slices)
    days = (FIRST_DAY + timedelta(days=number) for number in range(slices))

    def ours() -> float:
        day = next(days)
        return seconds(lambda: review_tiers(for_date=day + timedelta(days=1), now=NOW + timedelta(days=90)))

    def raw() -> float:
        day = next(days)
        held = date(day.year + 1, 7, 31)
        asked = {"day": day, "held": held, "threshold": THRESHOLD}
        with raw_connection() as connection:
            return seconds(lambda: connection.execute(RAW, asked))

    return [
        duration(
            f"tier review, {members:,} members with {PURCHASES_A_MEMBER} purchases in {slices} slices",
            ours=ours,
            raw=raw,
            target=1.2,
            rounds=scale.rounds,
        )
    ]
