"""PostgreSQL: a chunk of accounts in one statement of data-modifying CTEs, all of which see the same snapshot."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from members import event_types
from members.engines.jobs import WARN, Moved
from members.models import TransferKind

# One read of the accounts' open lots serves the movement and the next settlement alike. LEAST ignores nulls.
ACTIVATE = """
WITH lots AS MATERIALIZED (
    SELECT id, account_id, remaining, is_pending, available_at, expires_at,
           is_pending AND available_at <= %(due_at)s AS is_due
    FROM members_lot
    WHERE account_id = ANY(%(ids)s::bigint[]) AND account_id BETWEEN %(first)s AND %(last)s AND remaining > 0
), freed AS (
    UPDATE members_lot l SET is_pending = false FROM lots d WHERE d.is_due AND l.id = d.id
), figures AS (
    SELECT account_id, sum(remaining) FILTER (WHERE is_due) AS points,
           min(LEAST(expires_at, CASE WHEN is_pending AND NOT is_due THEN available_at END)) AS next_due
    FROM lots GROUP BY account_id
), settled AS (
    UPDATE members_account a
    SET pending = a.pending - COALESCE(f.points, 0), available = a.available + COALESCE(f.points, 0),
        settle_due_at = f.next_due
    FROM unnest(%(ids)s::bigint[]) AS i(id) LEFT JOIN figures f ON f.account_id = i.id
    WHERE a.id = i.id
)
SELECT count(*), COALESCE(sum(remaining), 0)::bigint FROM lots WHERE is_due
"""

# The transfers' ids are taken while the lots are read, so that draws can name them without a join.
EXPIRE = """
WITH lots AS MATERIALIZED (
    SELECT id, account_id, remaining, is_pending, available_at, expires_at,
           CASE WHEN expires_at <= %(due_at)s THEN nextval('members_transfer_id_seq') END AS transfer_id
    FROM members_lot
    WHERE account_id = ANY(%(ids)s::bigint[]) AND account_id BETWEEN %(first)s AND %(last)s AND remaining > 0
), emptied AS (
    UPDATE members_lot l SET remaining = 0 FROM lots d WHERE d.transfer_id IS NOT NULL AND l.id = d.id
), posted AS (
    INSERT INTO members_transfer (id, debit_account_id, credit_account_id, points, kind, occurred_at, recorded_at,
                                  business_key, reference, explanation)
    SELECT transfer_id, account_id, %(breakage)s, remaining, %(kind)s, expires_at, %(now)s,
           'expire:lot:' || id, '', '{}'::jsonb
    FROM lots WHERE transfer_id IS NOT NULL
), drawn AS (
    INSERT INTO members_draw (transfer_id, lot_id, points)
    SELECT transfer_id, id, remaining FROM lots WHERE transfer_id IS NOT NULL
), figures AS MATERIALIZED (
    SELECT account_id, count(transfer_id) AS lots,
           COALESCE(sum(remaining) FILTER (WHERE transfer_id IS NOT NULL), 0)::bigint AS points,
           COALESCE(sum(remaining) FILTER (WHERE transfer_id IS NOT NULL AND is_pending), 0)::bigint AS pending,
           max(expires_at) FILTER (WHERE transfer_id IS NOT NULL) AS expired_at,
           min(LEAST(expires_at, CASE WHEN is_pending THEN available_at END)) FILTER (WHERE transfer_id IS NULL)
               AS next_due
    FROM lots GROUP BY account_id
), settled AS (
    UPDATE members_account a
    SET available = a.available - COALESCE(f.points - f.pending, 0), pending = a.pending - COALESCE(f.pending, 0),
        settle_due_at = f.next_due
    FROM unnest(%(ids)s::bigint[]) AS i(id) LEFT JOIN figures f ON f.account_id = i.id
    WHERE a.id = i.id
    RETURNING a.member_id, f.points, f.lots, f.expired_at
), told AS (
    INSERT INTO members_domainevent (type, member_id, occurred_at, recorded_at, payload, attempts, last_error)
    SELECT %(event)s, member_id, expired_at, %(now)s,
           jsonb_build_object('points', points, 'lots', lots, 'expired_at', expired_at), 0, ''
    FROM settled WHERE lots > 0
)
SELECT COALESCE(sum(lots), 0)::bigint, COALESCE(sum(points), 0)::bigint FROM figures
"""


# A chunk touches a small part of big tables: look its rows up, never read the tables through (the default costs are
# those of turning disks). Compiling would cost each chunk more than it brings.
PLANNING = "SET LOCAL random_page_cost = 1.1; SET LOCAL jit = off"


def _move(sql: str, account_ids: Sequence[int], **params: Any) -> Moved:
    chunk: dict[str, Any] = {"ids": list(account_ids), "first": min(account_ids), "last": max(account_ids)}
    with connection.cursor() as cursor:
        cursor.execute(PLANNING)
        cursor.execute(sql, chunk | params)
        return Moved(*cursor.fetchone())


def activate(*, account_ids: Sequence[int], due_at: datetime) -> Moved:
    """Make due pending lots available; see JobEngine."""
    return _move(ACTIVATE, account_ids, due_at=due_at)


def expire(*, account_ids: Sequence[int], due_at: datetime, now: datetime, breakage_id: int) -> Moved:
    """Take expired lots to breakage; see JobEngine."""
    return _move(
        EXPIRE,
        account_ids,
        due_at=due_at,
        now=now,
        breakage=breakage_id,
        kind=str(TransferKind.EXPIRY),
        event=event_types.POINTS_EXPIRED,
    )


def warn(*, after: datetime, until: datetime, last_day: date, days: int, next_days: int, now: datetime) -> int:
    """Warn of expiry; see JobEngine."""
    with connection.cursor() as cursor:
        cursor.execute(
            WARN.format(json_object="jsonb_build_object"),
            {
                "after": after,
                "until": until,
                "last_day": last_day.isoformat(),
                "days": days,
                "next_days": next_days,
                "now": now,
                "event": event_types.POINTS_EXPIRING,
            },
        )
        return int(cursor.rowcount)
