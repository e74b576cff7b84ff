"""record_purchase, one receipt a transaction from two processes, against one CTE that writes the same rows."""

import itertools
import json
import time
from datetime import timedelta
from typing import Any

import psycopg

from tests.benchmarks.harness import NOW, URL, Figure, Scale, in_parallel, start_together, throughput

PROCESSES = 2

# Everything that the service writes for a receipt without a cap or a tier change, ids taken from the same sequences.
RAW = """
WITH p AS (
    INSERT INTO members_purchase (store_id, external_id, member_id, occurred_at, recorded_at, business_date, currency,
        amount, returned_amount, points_earned, points_clawed_back, revision, explanation)
    VALUES (%(store)s, %(external)s, %(member)s, %(at)s, %(now)s, %(day)s, 'CNY', 6400, 0, 64, 0, 1, '{}')
    RETURNING id
), l AS (
    INSERT INTO members_purchaseline (purchase_id, position, sku, category, quantity, amount, returned_quantity,
        returned_amount)
    SELECT id, n, 'SKU-' || n, 'Drinks', 1, 3200, 0, 0 FROM p, generate_series(1, 2) n
), t AS (
    INSERT INTO members_transfer (debit_account_id, credit_account_id, points, kind, occurred_at, recorded_at,
        business_key, reference, purchase_id, explanation)
    SELECT %(issuance)s, %(account)s, 64, 'earn', %(at)s, %(now)s, 'earn:purchase:' || id, '', id, %(trace)s::jsonb
    FROM p RETURNING id, purchase_id
), o AS (
    INSERT INTO members_lot (account_id, transfer_id, purchase_id, terms_id, points, remaining, is_pending,
        available_at, expires_at)
    SELECT %(account)s, id, purchase_id, 1, 64, 64, false, %(at)s, %(expires)s FROM t
), e AS (
    INSERT INTO members_domainevent (type, member_id, occurred_at, recorded_at, payload, attempts, last_error)
    SELECT 'purchase.recorded', %(member)s, %(at)s, %(now)s,
        jsonb_build_object('purchase', id, 'store', %(store)s::int, 'amount', 6400, 'points', 64), 0, '' FROM p
)
UPDATE members_account SET available = available + 64, settle_due_at = least(settle_due_at, %(expires)s),
    first_purchase_at = coalesce(first_purchase_at, %(at)s), last_purchase_at = %(at)s WHERE id = %(account)s
"""


def _ours(share: int, run: str, count: int) -> float:
    import django  # noqa: PLC0415 -- each process sets itself up

    django.setup()
    from members.models import Store  # noqa: PLC0415
    from members.services.purchases import record_purchase  # noqa: PLC0415
    from members.services.receipts import Receipt, ReceiptLine  # noqa: PLC0415
    from tests.benchmarks.programme import member_numbers  # noqa: PLC0415

    store = Store.objects.get(code="riverside").pk
    numbers = itertools.cycle(member_numbers()[share::PROCESSES])
    lines = (ReceiptLine(3_200, "SKU-1", "Drinks"), ReceiptLine(3_200, "SKU-2", "Drinks"))
    receipts = [Receipt(store, f"{run}-{share}-{n}", next(numbers), NOW, 6_400, "CNY", lines) for n in range(count)]
    record_purchase(receipt=Receipt(store, f"warm-{run}-{share}", next(numbers), NOW, 6_400, "CNY", lines), now=NOW)
    start_together()
    started = time.perf_counter()
    for receipt in receipts:
        record_purchase(receipt=receipt, now=NOW)
    return time.perf_counter() - started


def _raw(share: int, run: str, count: int) -> float:
    with psycopg.connect(URL, autocommit=True) as connection:
        store = connection.execute("SELECT id FROM members_store WHERE code = 'riverside'").fetchone()
        issuance = connection.execute("SELECT id FROM members_account WHERE code = 'issuance'").fetchone()
        members = connection.execute(
            "SELECT member_id, id FROM members_account WHERE kind = 'member' ORDER BY member_id"
        ).fetchall()[share::PROCESSES]
        trace = connection.execute("SELECT explanation FROM members_transfer LIMIT 1").fetchone()
        assert store is not None
        assert issuance is not None
        assert trace is not None
        common = {
            "store": store[0],
            "issuance": issuance[0],
            "trace": json.dumps(trace[0]),
            "at": NOW,
            "now": NOW,
            "day": NOW.date(),
            "expires": NOW + timedelta(days=385),
        }
        rows: list[dict[str, Any]] = []
        for number, (member, account) in zip(range(count), itertools.cycle(members), strict=False):
            rows.append({**common, "external": f"raw-{run}-{share}-{number}", "member": member, "account": account})
        start_together()
        started = time.perf_counter()
        for row in rows:
            connection.execute(RAW, row)
        return time.perf_counter() - started


def measure(scale: Scale) -> list[Figure]:
    """Seconds of the slower process, for the same number of receipts each."""
    from tests.benchmarks.programme import make_members, make_programme  # noqa: PLC0415 -- after django.setup()

    make_programme()
    # As many at each scale: the cards of few members lie on the same pages, where two tills wait for each other.
    make_members(20_000)
    count = scale.size(2_000, least=1_000)
    runs = itertools.count()
    return [
        throughput(
            f"record_purchase, 10 rules, {PROCESSES} processes",
            ours=lambda: in_parallel(_ours, PROCESSES, f"{next(runs)}", count),
            raw=lambda: in_parallel(_raw, PROCESSES, f"{next(runs)}", count),
            count=count * PROCESSES,
            target=0.40,
            rounds=scale.rounds,
        )
    ]
