"""Comparing two sets of sums, key by key: what verify_ledger asks of a database, as set-based SQL.

A check holds when, for every key, the values of its stored and of its rebuilt sources add up to the same. The exact
form groups both sides by key and lists the differences; it runs anywhere. It sorts or hashes every row, so on
PostgreSQL a fingerprint goes before it: each value is multiplied by a pseudo-random factor that depends on its key,
and everything is added up in one pass over each table, without sorting, joining or memory. Equal sides have equal
fingerprints; a difference stays unseen with a chance of one in two thousand million, and the factors are drawn anew
each time. Only checks whose fingerprints differ are then looked at exactly.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection, transaction

# 31 bits, so that a product fits 64 bits up to four thousand million points a row (sums of bigints have 128 bits).
FACTOR = "(hashint8extended({key}, {part} + {seed}) & 2147483647)"


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that add ``value`` to the figure of ``key``, or of one ``part`` of it (both whole numbers).

    Sources of one table with the same ``only`` are read in one pass; ``where`` leaves rows of that pass out.
    """

    table: str
    key: str
    value: str
    part: str = "0"
    where: str = ""
    only: str = "TRUE"


@dataclass(frozen=True, slots=True)
class Check:
    """Two sides that agree for every key and part; ``subject`` says what a key is, ``parts`` may name the parts."""

    name: str
    subject: str
    stored: tuple[Source, ...]
    rebuilt: tuple[Source, ...]
    parts: tuple[str, ...] = ()


class Difference(NamedTuple):
    """A key whose sides disagree, under the name of the check or of its part."""

    check: str
    subject: str
    key: int
    stored: int
    rebuilt: int


@contextmanager
def snapshot() -> Iterator[None]:
    """One state of the database for everything that is read inside, while others go on writing.

    Inside another transaction (a test's) it is that transaction's view.
    """
    is_own = not connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                if is_own:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                # Grouping many rows in memory beats sorting them on disk.
                cursor.execute("SET LOCAL work_mem = '256MB'")
        yield


def differences(check: Check, *, limit: int) -> list[Difference]:
    """The first keys for which a check does not hold, exactly."""
    stored = [_rows(source, f"{source.value}, 0") for source in check.stored]
    rebuilt = [_rows(source, f"0, {source.value}") for source in check.rebuilt]
    sql = (
        f"WITH figures (k, part, stored, rebuilt) AS ({' UNION ALL '.join(stored + rebuilt)}) "
        "SELECT k, part, sum(stored), sum(rebuilt) FROM figures "
        "GROUP BY k, part HAVING sum(stored) <> sum(rebuilt) ORDER BY k, part LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [limit])
        return [
            Difference(check.parts[part] if check.parts else check.name, check.subject, key, int(left), int(right))
            for key, part, left, right in cursor.fetchall()
        ]


def _rows(source: Source, values: str) -> str:
    where = f" AND ({source.where})" if source.where else ""
    return f"SELECT {source.key}, {source.part}, {values} FROM {source.table} WHERE ({source.only}){where}"


def suspects(checks: Sequence[Check], *, seed: int) -> list[Check]:
    """The checks whose fingerprints differ (PostgreSQL only).

    Raises DataError where a single row holds so many points that its product leaves 64 bits.
    """
    passes: dict[tuple[str, str], list[tuple[str, int, Source]]] = defaultdict(list)
    for check in checks:
        for sign, sources in ((1, check.stored), (-1, check.rebuilt)):
            for source in sources:
                passes[source.table, source.only].append((check.name, sign, source))
    balance = dict.fromkeys((check.name for check in checks), 0)
    with connection.cursor() as cursor:
        for (table, only), parts in passes.items():
            sums = ", ".join(_fingerprint(source, seed) for _, _, source in parts)
            cursor.execute(f"SELECT {sums} FROM {table} WHERE {only}")
            for (name, sign, _), figure in zip(parts, cursor.fetchone(), strict=True):
                balance[name] += sign * int(figure)
    return [check for check in checks if balance[check.name]]


def _fingerprint(source: Source, seed: int) -> str:
    factor = FACTOR.format(key=source.key, part=source.part, seed=seed)
    where = f" FILTER (WHERE {source.where})" if source.where else ""
    return f"COALESCE(sum({factor} * ({source.value})){where}, 0)"
