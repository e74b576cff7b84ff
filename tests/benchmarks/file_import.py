"""A file with new members imported from disk, against set-based SQL from a COPYed table; and what memory it takes."""

import csv
import io
import itertools
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from tests.benchmarks.batch_purchases import sample_trace
from tests.benchmarks.harness import NOW, Figure, Scale, in_parallel, raw_connection, start_together, throughput

PURCHASES_A_MEMBER = 3

RAW = [
    """CREATE TEMP TABLE newcomers ON COMMIT DROP AS
       SELECT customer, nextval('members_member_id_seq') AS id, min(day) AS since FROM file GROUP BY customer""",
    """INSERT INTO members_member (id, number, status, name, language, time_zone, enrolled_channel, enrolled_store_id,
           enrolled_at, tier_id, status_reason)
       SELECT id, lpad((800000000000 + id)::text, 12, '0'), 'active', '', 'en', '', 'shop', %(store)s, since,
           (SELECT id FROM members_tier WHERE rank = 0), '' FROM newcomers""",
    """INSERT INTO members_account (kind, member_id, available, pending, owed) SELECT 'member', id, 0, 0, 0
       FROM newcomers""",
    """INSERT INTO members_tierperiod (member_id, tier_id, started_at, start_reason, end_reason, is_manual, note,
           explanation)
       SELECT id, (SELECT id FROM members_tier WHERE rank = 0), since, 'enrolled', '', false, '', '{}'
       FROM newcomers""",
    """INSERT INTO members_externalmember (source, external_id, member_id) SELECT 'riverside', customer, id
       FROM newcomers""",
    """INSERT INTO members_domainevent (type, member_id, occurred_at, recorded_at, payload, attempts, last_error)
       SELECT 'member.enrolled', id, since, %(now)s,
           jsonb_build_object('number', id, 'channel', 'shop', 'store', %(store)s::int), 0, '' FROM newcomers""",
    """INSERT INTO members_purchase (store_id, external_id, member_id, occurred_at, recorded_at, business_date,
           currency, amount, returned_amount, points_earned, points_clawed_back, revision, explanation)
       SELECT %(store)s, receipt, n.id, day, %(now)s, day::date, 'CNY', amount, 0, amount / 100, 0, 1, '{}'
       FROM file JOIN newcomers n USING (customer)""",
    """CREATE TEMP TABLE fresh ON COMMIT DROP AS
       SELECT p.id, p.member_id, p.amount, p.points_earned, p.occurred_at, a.id AS account_id
       FROM file f JOIN members_purchase p ON p.store_id = %(store)s AND p.external_id = f.receipt
       JOIN members_account a ON a.member_id = p.member_id""",
    """INSERT INTO members_purchaseline (purchase_id, position, sku, category, quantity, amount, returned_quantity,
           returned_amount)
       SELECT id, 1, 'SKU-1', 'Drinks', 1, amount, 0, 0 FROM fresh""",
    """INSERT INTO members_transfer (debit_account_id, credit_account_id, points, kind, occurred_at, recorded_at,
           business_key, reference, purchase_id, explanation)
       SELECT (SELECT id FROM members_account WHERE code = 'issuance'), account_id, points_earned, 'earn', occurred_at,
           %(now)s, 'earn:purchase:' || id, '', id, %(trace)s::jsonb FROM fresh""",
    """INSERT INTO members_lot (account_id, transfer_id, purchase_id, terms_id, points, remaining, is_pending,
           available_at, expires_at)
       SELECT f.account_id, t.id, f.id, 1, f.points_earned, f.points_earned, false, f.occurred_at, %(expires)s
       FROM fresh f JOIN members_transfer t ON t.business_key = 'earn:purchase:' || f.id""",
    """INSERT INTO members_domainevent (type, member_id, occurred_at, recorded_at, payload, attempts, last_error)
       SELECT 'purchase.recorded', member_id, occurred_at, %(now)s, jsonb_build_object('purchase', id, 'store',
           %(store)s::int, 'amount', amount, 'points', points_earned), 0, '' FROM fresh""",
    """UPDATE members_account a SET available = s.points, settle_due_at = %(expires)s, first_purchase_at = s.first,
           last_purchase_at = s.last
       FROM (SELECT account_id, sum(points_earned) AS points, min(occurred_at) AS first, max(occurred_at) AS last
             FROM fresh GROUP BY 1) s WHERE s.account_id = a.id""",
]


def _rows(run: str, count: int) -> list[list[str]]:
    day = NOW - timedelta(days=60)
    return [
        [
            f"{run}-{number}",
            f"{run}c{number // PURCHASES_A_MEMBER}",
            (day + timedelta(days=number % PURCHASES_A_MEMBER)).date().isoformat(),
            f"{60 + number % 9}.00",
            "SKU-1",
            "Drinks",
            "1",
        ]
        for number in range(count)
    ]


def _raw(run: str, count: int) -> float:
    rows = _rows(run, count)
    with raw_connection() as connection:
        store = connection.execute("SELECT id FROM members_store WHERE code = 'riverside'").fetchone()
        assert store is not None
        params = {
            "store": store[0],
            "now": NOW,
            "expires": NOW + timedelta(days=385),
            "trace": sample_trace(connection),
        }
        text = io.StringIO()
        csv.writer(text).writerows([[*row[:3], row[3].replace(".", "")] for row in rows])
        started = time.perf_counter()
        with connection.transaction():
            connection.execute(
                "CREATE TEMP TABLE file (receipt text, customer text, day timestamptz, amount bigint) ON COMMIT DROP"
            )
            with connection.cursor().copy("COPY file FROM STDIN WITH (FORMAT csv)") as copy:
                copy.write(text.getvalue())
            connection.execute("ANALYZE file")
            for statement in RAW:
                connection.execute(statement, params)
        return time.perf_counter() - started


def _import(run: str, count: int) -> float:
    from members.models import ImportKind, Store  # noqa: PLC0415 -- after django.setup()
    from members.services.imports import ImportSettings, import_file  # noqa: PLC0415

    settings = ImportSettings(kind=ImportKind.PURCHASES, store=Store.objects.get(code="riverside"), enrol=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "purchases.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["external_id", "member", "date", "amount", "sku", "category", "quantity"])
            writer.writerows(_rows(run, count))
        started = time.perf_counter()
        counts = import_file(
            path=path,
            settings=settings,
            rejects=Path(folder, "rejects.csv").open,
            on_progress=lambda *_: None,
            now=lambda: NOW,
        )
        spent = time.perf_counter() - started
    if counts.recorded != count:
        raise AssertionError(counts)
    return spent


def _memory(_share: int, run: str, count: int) -> float:
    """Peak memory in MB of a process that imports ``count`` rows."""
    import resource  # noqa: PLC0415

    import django  # noqa: PLC0415 -- each process sets itself up

    django.setup()
    start_together()
    _import(run, count)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(scale: Scale) -> list[Figure]:
    """Rows per second; memory of a file ten times as long."""
    from tests.benchmarks.programme import make_programme  # noqa: PLC0415 -- after django.setup()

    make_programme()
    runs = itertools.count()
    count = scale.size(30_000, least=3_000)
    speed = throughput(
        f"file import with enrolment, {count:,} rows, 10 rules",
        ours=lambda: _import(f"o{next(runs)}", count),
        raw=lambda: _raw(f"r{next(runs)}", count),
        count=count,
        target=0.40,
        rounds=scale.rounds,
    )
    short = in_parallel(_memory, 1, "short", count // 3)
    long = in_parallel(_memory, 1, "long", count * 10 // 3)
    memory = Figure("memory of an import ten times as long", long / short, "lower", 1.25, long, short, "MB", 1)
    return [speed, memory]
