"""The expiry job on due lots, against one statement that writes the same rows; slices of one large ledger in turn."""

from datetime import date, timedelta

from members import clock
from tests.benchmarks.harness import Figure, Scale, raw_connection, seconds, throughput

LOTS_PER_MEMBER = 4
FIRST_DAY = date(2026, 7, 1)

RAW = """
WITH due AS MATERIALIZED (
    SELECT id, account_id, remaining, expires_at, nextval('members_transfer_id_seq') AS transfer_id
    FROM members_lot WHERE remaining > 0 AND expires_at <= %(until)s
), emptied AS (
    UPDATE members_lot l SET remaining = 0 FROM due WHERE l.id = due.id
), posted AS (
    INSERT INTO members_transfer (id, debit_account_id, credit_account_id, points, kind, occurred_at, recorded_at,
                                  business_key, reference, explanation)
    SELECT transfer_id, account_id, (SELECT id FROM members_account WHERE code = 'breakage'), remaining, 'expiry',
           expires_at, %(until)s, 'expire:lot:' || id, '', '{}'::jsonb FROM due
), drawn AS (
    INSERT INTO members_draw (transfer_id, lot_id, points) SELECT transfer_id, id, remaining FROM due
), settled AS (
    UPDATE members_account a SET available = a.available - s.points, settle_due_at = NULL
    FROM (SELECT account_id, sum(remaining)::bigint AS points, count(*) AS lots FROM due GROUP BY 1) s
    WHERE a.id = s.account_id RETURNING a.member_id, s.points, s.lots
)
INSERT INTO members_domainevent (type, member_id, occurred_at, recorded_at, payload, attempts, last_error)
SELECT 'points.expired', member_id, %(until)s, %(until)s,
       jsonb_build_object('points', points, 'lots', lots, 'expired_at', %(until)s::timestamptz), 0, '' FROM settled
"""


def measure(scale: Scale) -> list[Figure]:
    """Lots per second."""
    from members.services.expiries import expire_points  # noqa: PLC0415 -- after django.setup()
    from tests.benchmarks.ledgers import make_lots  # noqa: PLC0415
    from tests.benchmarks.programme import make_members  # noqa: PLC0415

    slices = 2 * (scale.rounds + 1)
    members = scale.size(250_000, least=12_000)
    make_members(members)
    days = iter(make_lots(per_member=LOTS_PER_MEMBER, slices=slices, first_expiry=clock.day_start(FIRST_DAY)))
    per_slice = members * LOTS_PER_MEMBER // slices

    def ours() -> float:
        day = next(days)
        return seconds(lambda: expire_points(for_date=clock.local_date(day), now=day + timedelta(minutes=10)))

    def raw() -> float:
        until = next(days)
        with raw_connection() as connection:
            return seconds(lambda: connection.execute(RAW, {"until": until}))

    return [
        throughput(
            f"expiry job, {members * LOTS_PER_MEMBER:,} lots in {slices} slices",
            ours=ours,
            raw=raw,
            count=per_slice,
            target=0.90,
            rounds=scale.rounds,
        )
    ]
