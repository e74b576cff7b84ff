"""What counts towards tiers, in SQL that both databases understand: one figure at a time, and whole chunks at once."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from members.engines import engine
from members.models import TierMeasure

# Of one purchase row: what it still counts for after returns. A free purchase is a visit.
SPENT = "p.amount - p.returned_amount"
EARNED = "p.points_earned - p.points_clawed_back"
VISITED = "(p.returned_amount < p.amount OR p.amount = 0)"
# Bonuses of merged cards count with the card that took over.
BONUSES = """(
    SELECT COALESCE(SUM(t.points), 0) FROM members_transfer t
    WHERE t.kind = 'bonus' AND t.occurred_at >= {since} AND t.occurred_at < {until}
    AND t.credit_account_id IN (
        SELECT a.id FROM members_account a JOIN members_member m ON m.id = a.member_id
        WHERE m.id = {member} OR m.merged_into_id = {member})
    AND NOT EXISTS (SELECT 1 FROM members_transfer r WHERE r.reverses_id = t.id))"""


def figure(number: int, measure: str) -> str:
    """The figure of a row ``w`` in the window from its ``start<number>`` to its ``as_of``; days for visits."""
    days = f"p.business_date BETWEEN w.start{number} AND w.as_of"
    rows = f"FROM members_purchase p WHERE p.member_id = w.member_id AND {days}"
    if measure == TierMeasure.VISITS:
        return f"(SELECT COALESCE({engine().joined('p.business_date')}, '') {rows} AND {VISITED})"
    if measure == TierMeasure.SPEND:
        return f"(SELECT COALESCE(SUM({SPENT}), 0) {rows})"
    bonuses = BONUSES.format(since=f"w.since{number}", until="w.until_at", member="w.member_id")
    return f"(SELECT COALESCE(SUM({EARNED}), 0) {rows}) + {bonuses}"


class ReviewChunk(NamedTuple):
    """The members whose periods a review looks at: ids from ``after`` (exclusive) to ``until``, held before ``day``.

    ``size`` is how many they are.
    """

    day: date
    after: int
    until: int
    size: int

    @property
    def due(self) -> str:
        """The periods under review as a table; its parameters are ``after``, ``until`` and ``day``."""
        held = "held_until_date"
        if self.size * 4 > self.until - self.after:
            # Much of the programme is due. The CASE keeps the database from reading all of that from the index on the
            # day, for every chunk: it shall read the open periods of the chunk's members.
            held = f"CASE WHEN ended_at IS NULL THEN {held} END"
        return f"""(
            SELECT id, member_id, tier_id, is_manual, held_until_date AS held FROM members_tierperiod
            WHERE ended_at IS NULL AND member_id > %s AND member_id <= %s AND {held} < %s
        )"""

    @property
    def params(self) -> list[Any]:
        """The parameters of ``due``."""
        return [self.after, self.until, self.day]


class Renewal(NamedTuple):
    """Who held a tier until a day keeps it until another, if a window (start to end) holds the threshold.

    ``enrolled`` says for whom, where windows follow the day of joining. The moments bound bonuses.
    """

    tier_id: int
    held: date
    enrolled: date | None
    start: date
    end: date
    since: datetime
    until: datetime
    renewed: date | None
    threshold: int


RENEWAL_COLUMNS = (
    ("tier_id", "bigint"),
    ("held", "date"),
    ("enrolled", "date"),
    ("start_date", "date"),
    ("end_date", "date"),
    ("since", "timestamptz"),
    ("until", "timestamptz"),
    ("renewed", "date"),
    ("threshold", "bigint"),
)
TOTALS = {
    TierMeasure.SPEND: f"SUM({SPENT})",
    TierMeasure.VISITS: f"COUNT(DISTINCT CASE WHEN {VISITED} THEN p.business_date END)",
    TierMeasure.POINTS: f"COALESCE(SUM({EARNED}), 0) + "
    + BONUSES.format(since="w.since", until="w.until", member="w.member_id"),
}


def _enrolled() -> tuple[str, list[Any]]:
    """The programme's day on which a member ``m`` joined."""
    sql, params = connection.ops.datetime_cast_date_sql("m.enrolled_at", (), settings.PROGRAMME_TIME_ZONE)
    return sql, list(params)


class Group(NamedTuple):
    """Periods that a review treats alike: of a tier, held until a day; joined on a day, where that matters."""

    tier_id: int
    held: date
    is_manual: bool
    enrolled: date | None


def groups_under_review(chunk: ReviewChunk, *, by_enrolment: Sequence[int]) -> list[Group]:
    """The groups of a chunk; ``by_enrolment`` are the tiers whose windows follow the day of joining."""
    joined, source, params = "NULL", f"{chunk.due} d", list[Any]()
    if by_enrolment:
        day, params = _enrolled()
        places = ", ".join(["%s"] * len(by_enrolment))
        joined = f"CASE WHEN d.tier_id IN ({places}) THEN {day} END"
        source += " JOIN members_member m ON m.id = d.member_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT d.tier_id, d.held, d.is_manual, {joined} FROM {source}",
            [*by_enrolment, *params, *chunk.params],
        )
        return [
            Group(tier_id, _day(held), bool(is_manual), _day(day) if day else None)
            for tier_id, held, is_manual, day in cursor.fetchall()
        ]


def _day(value: Any) -> date:
    """SQLite answers raw statements with text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def renew(chunk: ReviewChunk, renewals: Sequence[Renewal], *, measure: str, on_purchase_days: bool) -> int:
    """Renew the chunk's periods whose threshold is met in a window; how many. The first window that does it counts.

    ``on_purchase_days`` looks only at windows that end on a day with a purchase: many windows, few purchases. A period
    that somebody ends or renews meanwhile is left alone.
    """
    rows, params = engine().table(RENEWAL_COLUMNS, renewals)
    joins, join_params = "", list[Any]()
    if on_purchase_days:
        joins += " JOIN members_purchase q ON q.member_id = d.member_id AND q.business_date = g.end_date"
        joins += " AND q.business_date BETWEEN %s AND %s"
        ends = [renewal.end for renewal in renewals]
        join_params += [min(ends), max(ends)]
    if any(renewal.enrolled for renewal in renewals):
        day, day_params = _enrolled()
        joins += f" JOIN members_member m ON m.id = d.member_id AND (g.enrolled IS NULL OR g.enrolled = {day})"
        join_params += day_params
    has_bonuses = measure == TierMeasure.POINTS
    # DISTINCT also makes the database look for the windows first, which are few, and at purchases after that.
    sums = f"""
        SELECT w.id, MIN(w.renewed) AS renewed
        FROM (
            SELECT DISTINCT d.id, d.member_id, g.start_date, g.end_date, g.since, g.until, g.renewed, g.threshold
            FROM {chunk.due} d JOIN ({rows}) g ON g.tier_id = d.tier_id AND g.held = d.held{joins}
            WHERE NOT d.is_manual
        ) w
        {"LEFT JOIN" if has_bonuses else "JOIN"} members_purchase p
            ON p.member_id = w.member_id AND p.business_date BETWEEN w.start_date AND w.end_date
        GROUP BY w.id, w.end_date, w.threshold{", w.member_id, w.since, w.until" if has_bonuses else ""}
        HAVING {TOTALS[TierMeasure(measure)]} >= w.threshold
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE members_tierperiod AS t SET held_until_date = kept.renewed
            FROM (SELECT id, MIN(renewed) AS renewed FROM ({sums}) met GROUP BY id) AS kept
            WHERE t.id = kept.id AND t.ended_at IS NULL AND t.held_until_date < %s
            """,
            [*chunk.params, *params, *join_params, chunk.day],
        )
        return int(cursor.rowcount)


def review_chunks(*, day: date, size: int) -> list[ReviewChunk]:
    """The periods under review on a day in chunks by member; one pass."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT place / %s, MAX(member_id), COUNT(*) FROM (
                SELECT member_id, row_number() OVER (ORDER BY member_id) - 1 AS place
                FROM members_tierperiod WHERE ended_at IS NULL AND held_until_date < %s
            ) due GROUP BY 1 ORDER BY 1
            """,
            [size, day],
        )
        rows = cursor.fetchall()
    ends = [0, *(until for _, until, _ in rows)]
    return [ReviewChunk(day, after, until, count) for after, (_, until, count) in zip(ends[:-1], rows, strict=True)]
