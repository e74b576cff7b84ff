"""Any database with an exclusive writer (SQLite): a statement a table, run for each row without leaving the process."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection, models

from members.engines import Query, Row, Write


def reserve_ids(wanted: Sequence[tuple[type[models.Model], int]]) -> list[list[int]]:
    """Count on from the highest id: safe, because the transaction already holds the only write lock."""
    ids: list[list[int]] = []
    with connection.cursor() as cursor:
        for model, count in wanted:
            start = 0
            if count:
                # Written down, so that a second call before the rows are there goes on where this one ended.
                table = model._meta.db_table
                note = "UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s RETURNING seq"
                cursor.execute(note, [count, table])
                row = cursor.fetchone()
                if row is None:
                    cursor.execute("INSERT INTO sqlite_sequence (seq, name) VALUES (%s, %s)", [count, table])
                start = row[0] - count if row else 0
            ids.append(list(range(start + 1, start + count + 1)))
    return ids


@lru_cache(maxsize=128)
def _statement(write: Write) -> str:
    names = ", ".join(write.columns)
    values = ", ".join(["%s"] * len(write.columns))
    if write.verb == "update":
        assignments = ", ".join(f"{name} = %s" for name in write.columns[1:])
        return f'UPDATE "{write.table}" SET {assignments} WHERE id = %s'
    if write.verb == "increase":
        return f'UPDATE "{write.table}" SET {write.columns[-1]} = {write.columns[-1]} + %s WHERE "{write.key}" = %s'
    insert = f'INSERT INTO "{write.table}" ({names}) VALUES ({values})'
    if write.verb == "add":
        last = write.columns[-1]
        insert += f' ON CONFLICT ("{write.key}") DO UPDATE SET {last} = {last} + excluded.{last}'
    if write.verb == "ignore":
        insert += f' ON CONFLICT ("{write.key}") DO NOTHING'
    return insert


def _adapted(values: Iterable[Any]) -> list[Any]:
    """Values as SQLite stores them; most are stored as they are, so the look at the type has to be quick."""
    return [adapt(value) if (adapt := _ADAPTERS.get(type(value))) else value for value in values]


# A batch has a few moments over and over.
@lru_cache(maxsize=1024)
def _adapt_moment(moment: datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(moment))


_ADAPTERS: dict[type, Callable[[Any], str]] = {
    datetime: _adapt_moment,
    date: str,
    dict: json.dumps,
    list: json.dumps,
}


def write(batches: Sequence[tuple[Write, Sequence[Row]]]) -> None:
    """Write each batch with one prepared statement."""
    with connection.cursor() as cursor:
        for kind, rows in batches:
            if not rows:
                continue
            adapted = [tuple(_adapted(row)) for row in rows]
            if kind.verb == "update":
                adapted = [(*row[1:], row[0]) for row in adapted]
            if kind.verb == "increase":
                adapted = [(row[-1], row[kind.fields.index(kind.key)]) for row in adapted]
            cursor.executemany(_statement(kind), adapted)


def fetch(query: Query) -> list[Row]:
    """See Engine."""
    with connection.cursor() as cursor:
        cursor.execute(query.sql, query.params)
        rows: list[Row] = cursor.fetchall()
    moments = query.moments
    if not moments:
        return rows
    return [tuple(_moment(value) if place in moments else value for place, value in enumerate(row)) for row in rows]


def fetch_in_turn(queries: Sequence[Query]) -> list[list[Row]]:
    """See Engine."""
    return [fetch(query) for query in queries]


def _moment(value: datetime | None) -> datetime | None:
    # Django's driver parses a column that is declared as datetime, and stores UTC without saying so.
    return value.replace(tzinfo=UTC) if value else None


def for_update(alias: str) -> str:
    """Nothing: the transaction holds the only write lock (see Engine)."""
    return ""


def among(column: str, kind: str, values: Iterable[Any]) -> tuple[str, list[Any]]:
    """Travels as one JSON text, since SQLite counts parameters; see Engine."""
    return f"{column} IN (SELECT value FROM json_each(%s))", [json.dumps(_adapted(values))]


def table(columns: Sequence[tuple[str, str]], rows: Sequence[Row]) -> tuple[str, list[Any]]:
    """Travels as one JSON text, since SQLite counts parameters; see Engine."""
    names = ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, (name, _) in enumerate(columns))
    return f"SELECT {names} FROM json_each(%s)", [json.dumps([_adapted(row) for row in rows])]


def joined(expression: str) -> str:
    """See Engine."""
    return f"group_concat(DISTINCT {expression})"


def try_lock(name: str) -> bool:
    """Always true: whoever is in a writing transaction is alone in it already (see Engine)."""
    return True
