"""The set-based form of what the book does for one member: whole chunks of accounts in one go.

jobs_postgresql.py does a chunk in one statement, jobs_portable.py the same in several. Both belong to the ledger's
writer (members/services/book.py) and keep its invariants; the caller holds the locks of the accounts.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from django.db import connection

# NOT EXISTS spares the nightly repetition the sequence numbers and the conflicts; the conflict clause settles the
# race of two runs.
WARN = """
INSERT INTO members_domainevent (type, member_id, occurred_at, recorded_at, payload, dedupe_key, attempts, last_error)
SELECT %(event)s, a.member_id, %(now)s, %(now)s,
       {json_object}('points', l.points, 'last_day', CAST(%(last_day)s AS text), 'days', %(days)s),
       l.stem || %(days)s, 0, ''
FROM (
    SELECT account_id, CAST(sum(remaining) AS bigint) AS points,
           'expiring:' || account_id || ':' || %(last_day)s || ':' AS stem
    FROM members_lot
    WHERE remaining > 0 AND expires_at > %(after)s AND expires_at <= %(until)s
    GROUP BY account_id
) l JOIN members_account a ON a.id = l.account_id
WHERE NOT EXISTS (
    SELECT 1 FROM members_domainevent e WHERE e.dedupe_key IN (l.stem || %(days)s, l.stem || %(next_days)s)
)
ON CONFLICT (dedupe_key) DO NOTHING
"""


class Moved(NamedTuple):
    """What one chunk did."""

    lots: int
    points: int


class JobEngine(Protocol):
    """What the nightly jobs ask of a database."""

    def activate(self, *, account_ids: Sequence[int], due_at: datetime) -> Moved:
        """Make the pending lots of locked accounts available whose time has come."""

    def expire(self, *, account_ids: Sequence[int], due_at: datetime, now: datetime, breakage_id: int) -> Moved:
        """Take what is left of the locked accounts' expired lots to breakage, with one event an account."""

    def warn(
        self, *, after: datetime, until: datetime, last_day: date, days: int, next_days: int, now: datetime
    ) -> int:
        """Write one event for each account with points that expire in a stretch of time.

        Accounts that were warned at this distance, or at the next one, are left out.
        """


def job_engine() -> JobEngine:
    """The form that fits the connected database."""
    from members.engines import jobs_portable, jobs_postgresql  # noqa: PLC0415 -- each imports Moved from here

    return jobs_postgresql if connection.vendor == "postgresql" else jobs_portable
