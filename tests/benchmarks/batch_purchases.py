"""record_purchases of 1,000 receipts in one transaction, against set-based SQL that writes the same rows."""

import itertools
import json
import time
from datetime import timedelta

import psycopg

from tests.benchmarks.harness import NOW, Figure, Scale, raw_connection, seconds, throughput

SIZE = 1_000

# A batch in a temporary table, then every table that the service writes, set by set, in one transaction.
RAW = [
    """INSERT INTO members_purchase (store_id, external_id, member_id, occurred_at, recorded_at, business_date,
           currency, amount, returned_amount, points_earned, points_clawed_back, revision, explanation)
       SELECT %(store)s, b.external_id, m.id, %(now)s, %(now)s, %(day)s, 'CNY', b.amount, 0, b.amount / 100, 0, 1, '{}'
       FROM batch b JOIN members_member m USING (number)""",
    """CREATE TEMP TABLE fresh ON COMMIT DROP AS
       SELECT p.id, p.member_id, p.amount, p.points_earned, a.id AS account_id
       FROM batch b JOIN members_purchase p ON p.store_id = %(store)s AND p.external_id = b.external_id
       JOIN members_account a ON a.member_id = p.member_id""",
    """INSERT INTO members_purchaseline (purchase_id, position, sku, category, quantity, amount, returned_quantity,
           returned_amount)
       SELECT id, n, 'SKU-' || n, 'Drinks', 1, amount / 2, 0, 0 FROM fresh, generate_series(1, 2) n""",
    """INSERT INTO members_transfer (debit_account_id, credit_account_id, points, kind, occurred_at, recorded_at,
           business_key, reference, purchase_id, explanation)
       SELECT (SELECT id FROM members_account WHERE code = 'issuance'), account_id, points_earned, 'earn', %(now)s,
           %(now)s, 'earn:purchase:' || id, '', id, %(trace)s::jsonb FROM fresh""",
    """INSERT INTO members_lot (account_id, transfer_id, purchase_id, terms_id, points, remaining, is_pending,
           available_at, expires_at)
       SELECT f.account_id, t.id, f.id, 1, f.points_earned, f.points_earned, false, %(now)s, %(expires)s
       FROM fresh f JOIN members_transfer t ON t.business_key = 'earn:purchase:' || f.id""",
    """INSERT INTO members_domainevent (type, member_id, occurred_at, recorded_at, payload, attempts, last_error)
       SELECT 'purchase.recorded', member_id, %(now)s, %(now)s, jsonb_build_object('purchase', id, 'store',
           %(store)s::int, 'amount', amount, 'points', points_earned), 0, '' FROM fresh""",
    """UPDATE members_account a SET available = available + s.points,
           settle_due_at = least(settle_due_at, %(expires)s), first_purchase_at = coalesce(first_purchase_at, %(now)s),
           last_purchase_at = %(now)s
       FROM (SELECT account_id, sum(points_earned) AS points FROM fresh GROUP BY 1) s WHERE s.account_id = a.id""",
]


def write_set(connection: psycopg.Connection, rows: list[tuple[str, str, int]], trace: str) -> None:
    """One batch by set-based SQL: COPY into a temporary table, then a statement a table."""
    store = connection.execute("SELECT id FROM members_store WHERE code = 'riverside'").fetchone()
    params = {
        "store": store[0] if store else 0,
        "now": NOW,
        "day": NOW.date(),
        "expires": NOW + timedelta(days=385),
        "trace": trace,
    }
    with connection.transaction():
        connection.execute("CREATE TEMP TABLE batch (external_id text, number text, amount bigint) ON COMMIT DROP")
        with connection.cursor().copy("COPY batch FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        connection.execute("ANALYZE batch")
        for statement in RAW:
            connection.execute(statement, params)


def sample_trace(connection: psycopg.Connection) -> str:
    """The trace of a real purchase, so that both sides write rows of the same size."""
    row = connection.execute("SELECT explanation FROM members_transfer LIMIT 1").fetchone()
    return json.dumps(row[0]) if row else "{}"


def measure(scale: Scale) -> list[Figure]:
    """Receipts per second, a member a receipt, two lines each."""
    from members.services.purchases import record_purchases  # noqa: PLC0415 -- after django.setup()
    from members.services.receipts import Receipt, ReceiptLine  # noqa: PLC0415
    from tests.benchmarks.programme import make_members, make_programme, member_numbers  # noqa: PLC0415

    store = make_programme().pk
    make_members(scale.size(20_000, least=4_000))
    numbers = itertools.cycle(member_numbers())
    runs = itertools.count()
    lines = (ReceiptLine(3_200, "SKU-1", "Drinks"), ReceiptLine(3_200, "SKU-2", "Drinks"))
    batches = max(1, scale.size(5, least=2))

    def ours() -> float:
        prepared = [
            [Receipt(store, f"ours-{run}-{n}", next(numbers), NOW, 6_400, "CNY", lines) for n in range(SIZE)]
            for run in itertools.islice(runs, batches)
        ]
        return seconds(lambda: [record_purchases(receipts=receipts, now=NOW) for receipts in prepared])

    def raw() -> float:
        prepared = [
            [(f"raw-{run}-{n}", next(numbers), 6_400) for n in range(SIZE)] for run in itertools.islice(runs, batches)
        ]
        with raw_connection() as connection:
            trace = sample_trace(connection)
            started = time.perf_counter()
            for rows in prepared:
                write_set(connection, rows, trace)
            return time.perf_counter() - started

    return [
        throughput(
            f"record_purchases, {SIZE:,} a batch, 10 rules",
            ours=ours,
            raw=raw,
            count=SIZE * batches,
            target=0.40,
            rounds=scale.rounds,
        )
    ]
