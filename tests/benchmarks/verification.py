"""verify_ledger, against plain sums over the same rows that the indexes alone can answer."""

from members import clock
from tests.benchmarks.harness import NOW, Figure, Scale, duration, raw_connection, seconds

LOTS_PER_MEMBER = 20

# The least that a proof of the books has to read: both sides of every transfer, every open lot, every draw.
RAW = [
    "SELECT debit_account_id, sum(points) FROM members_transfer GROUP BY 1 HAVING sum(points) < 0",
    "SELECT credit_account_id, sum(points) FROM members_transfer GROUP BY 1 HAVING sum(points) < 0",
    "SELECT account_id, sum(remaining) FROM members_lot WHERE remaining > 0 GROUP BY 1 HAVING sum(remaining) < 0",
    "SELECT lot_id, sum(points) FROM members_draw GROUP BY 1 HAVING sum(points) > 1e15",
]


def measure(scale: Scale) -> list[Figure]:
    """Seconds for the whole ledger."""
    from members.services.verifications import verify_ledger  # noqa: PLC0415 -- after django.setup()
    from tests.benchmarks.ledgers import make_lots  # noqa: PLC0415
    from tests.benchmarks.programme import make_members  # noqa: PLC0415

    members = scale.size(500_000, least=10_000)
    make_members(members)
    make_lots(per_member=LOTS_PER_MEMBER, slices=12, first_expiry=clock.day_start(NOW.date().replace(year=2027)))

    def raw() -> float:
        with raw_connection() as connection:
            connection.execute("SET max_parallel_workers_per_gather = 0")
            connection.execute("SET enable_seqscan = off")
            return seconds(lambda: [connection.execute(statement).fetchall() for statement in RAW])

    def ours() -> float:
        found = []
        spent = seconds(lambda: found.append(verify_ledger(now=NOW)))
        if found[0].drifts:
            raise AssertionError(found[0].drifts[:3])
        return spent

    return [
        duration(
            f"verify_ledger, {members * LOTS_PER_MEMBER:,} transfers",
            ours=ours,
            raw=raw,
            target=1.5,
            rounds=scale.rounds,
        )
    ]
