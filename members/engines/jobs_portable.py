"""Any database with an exclusive writer (SQLite): the same as jobs_postgresql.py, one statement after the other."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from members import event_types
from members.engines.jobs import WARN, Moved
from members.models import TransferKind

# Ids travel as one JSON array: SQLite limits the number of parameters.
CHUNK = "account_id IN (SELECT value FROM json_each(%(ids)s)) AND remaining > 0"
PENDING_DUE = f"{CHUNK} AND is_pending AND available_at <= %(due_at)s"
EXPIRED = f"{CHUNK} AND expires_at <= %(due_at)s"

ACTIVATE = (
    f"""
    UPDATE members_account SET pending = pending - d.points, available = available + d.points
    FROM (SELECT account_id, sum(remaining) AS points FROM members_lot WHERE {PENDING_DUE} GROUP BY account_id) AS d
    WHERE d.account_id = members_account.id
    """,
    f"UPDATE members_lot SET is_pending = 0 WHERE {PENDING_DUE}",
)
EXPIRE = (
    f"""
    INSERT INTO members_transfer (debit_account_id, credit_account_id, points, kind, occurred_at, recorded_at,
                                  business_key, reference, explanation)
    SELECT account_id, %(breakage)s, remaining, %(kind)s, expires_at, %(now)s, 'expire:lot:' || id, '', '{{}}'
    FROM members_lot WHERE {EXPIRED} ORDER BY id
    """,
    f"""
    INSERT INTO members_draw (transfer_id, lot_id, points)
    SELECT t.id, l.id, l.remaining
    FROM (SELECT id, remaining FROM members_lot WHERE {EXPIRED}) AS l
    JOIN members_transfer t ON t.business_key = 'expire:lot:' || l.id
    """,
    f"""
    INSERT INTO members_domainevent (type, member_id, occurred_at, recorded_at, payload, attempts, last_error)
    SELECT %(event)s, a.member_id, d.expired_at, %(now)s,
           json_object('points', d.points, 'lots', d.lots, 'expired_at', replace(d.expired_at, ' ', 'T') || '+00:00'),
           0, ''
    FROM (
        SELECT account_id, count(*) AS lots, sum(remaining) AS points, max(expires_at) AS expired_at
        FROM members_lot WHERE {EXPIRED} GROUP BY account_id
    ) AS d JOIN members_account a ON a.id = d.account_id
    """,
    f"""
    UPDATE members_account SET pending = pending - d.was_pending, available = available - d.was_available
    FROM (
        SELECT account_id, sum(CASE WHEN is_pending THEN remaining ELSE 0 END) AS was_pending,
               sum(CASE WHEN is_pending THEN 0 ELSE remaining END) AS was_available
        FROM members_lot WHERE {EXPIRED} GROUP BY account_id
    ) AS d WHERE d.account_id = members_account.id
    """,
    f"UPDATE members_lot SET remaining = 0 WHERE {EXPIRED}",
)
NEXT_SETTLEMENT = """
UPDATE members_account SET settle_due_at = (
    SELECT min(CASE WHEN l.is_pending AND (l.expires_at IS NULL OR l.available_at < l.expires_at)
               THEN l.available_at ELSE l.expires_at END)
    FROM members_lot l WHERE l.account_id = members_account.id AND l.remaining > 0
)
WHERE id IN (SELECT value FROM json_each(%(ids)s))
"""


def _adapted(params: dict[str, Any]) -> dict[str, Any]:
    return {
        name: connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
        for name, value in params.items()
    }


def _run(statements: Sequence[str], params: dict[str, Any]) -> int:
    """Run statements with the same parameters; returns the number of rows the last one touched."""
    touched = 0
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, _adapted(params))
            touched = cursor.rowcount
    return touched


def _move(due: str, statements: Sequence[str], params: dict[str, Any]) -> Moved:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), COALESCE(sum(remaining), 0) FROM members_lot WHERE {due}", _adapted(params))
        moved = Moved(*cursor.fetchone())
    _run((*statements, NEXT_SETTLEMENT) if moved.lots else (NEXT_SETTLEMENT,), params)
    return moved


def activate(*, account_ids: Sequence[int], due_at: datetime) -> Moved:
    """Make due pending lots available; see JobEngine."""
    return _move(PENDING_DUE, ACTIVATE, {"ids": json.dumps(list(account_ids)), "due_at": due_at})


def expire(*, account_ids: Sequence[int], due_at: datetime, now: datetime, breakage_id: int) -> Moved:
    """Take expired lots to breakage; see JobEngine."""
    params = {
        "ids": json.dumps(list(account_ids)),
        "due_at": due_at,
        "now": now,
        "breakage": breakage_id,
        "kind": str(TransferKind.EXPIRY),
        "event": event_types.POINTS_EXPIRED,
    }
    return _move(EXPIRED, EXPIRE, params)


def warn(*, after: datetime, until: datetime, last_day: date, days: int, next_days: int, now: datetime) -> int:
    """Warn of expiry; see JobEngine."""
    params = {
        "after": after,
        "until": until,
        "last_day": last_day.isoformat(),
        "days": days,
        "next_days": next_days,
        "now": now,
        "event": event_types.POINTS_EXPIRING,
    }
    return _run([WARN.format(json_object="json_object")], params)
