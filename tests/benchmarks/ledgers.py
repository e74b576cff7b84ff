"""Large ledgers made by SQL for the figures about jobs: they are what is read, not what is measured."""

from datetime import datetime, timedelta

from django.db import connection

from tests.benchmarks.harness import NOW


def make_lots(*, per_member: int, slices: int, first_expiry: datetime) -> list[datetime]:
    """An opening balance of ``per_member`` lots of 100 points a member; members take turns at ``slices`` expiries.

    Returns the expiry of each slice. Books are right afterwards (transfers, lots, balances, next settlement).
    """
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE members_lot DISABLE TRIGGER ALL")
        cursor.execute("ALTER TABLE members_transfer DISABLE TRIGGER ALL")
        cursor.execute(
            """
            WITH t AS (
                INSERT INTO members_transfer (debit_account_id, credit_account_id, points, kind, occurred_at,
                                              recorded_at, business_key, reference, explanation)
                SELECT (SELECT id FROM members_account WHERE code = 'adjustment'), a.id, 100, 'opening', %(now)s,
                       %(now)s, 'opening:bench:' || a.id || ':' || n, '', '{}'
                FROM members_account a, generate_series(1, %(lots)s) n WHERE a.kind = 'member'
                RETURNING id, credit_account_id
            )
            INSERT INTO members_lot (account_id, transfer_id, points, remaining, is_pending, available_at, expires_at)
            SELECT credit_account_id, id, 100, 100, false, %(now)s,
                   %(first)s + ((credit_account_id %% %(slices)s) * interval '1 day')
            FROM t
            """,
            {"now": NOW, "lots": per_member, "slices": slices, "first": first_expiry},
        )
        cursor.execute(
            "UPDATE members_account SET available = 100 * %s, settle_due_at = %s + ((id %% %s) * interval '1 day') "
            "WHERE kind = 'member'",
            [per_member, first_expiry, slices],
        )
        cursor.execute("ALTER TABLE members_lot ENABLE TRIGGER ALL")
        cursor.execute("ALTER TABLE members_transfer ENABLE TRIGGER ALL")
        cursor.execute("VACUUM ANALYZE")
    return [first_expiry + timedelta(days=number) for number in range(slices)]
