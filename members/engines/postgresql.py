"""PostgreSQL: one statement writes every table of a batch, from arrays, so that a thousand rows cost one round trip."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from threading import Lock
from typing import Any

from django.db import connection, models

from members.engines import Query, Row, Write, prepared

# How many ids a process takes from a sequence at once. They are never given out twice; those left over are gaps.
BLOCK = 200
_blocks: dict[tuple[int, str, type[models.Model]], list[int]] = {}
_blocks_lock = Lock()


def fetch(query: Query) -> list[Row]:
    """Moments come as such; see Engine."""
    return prepared.run([(query.sql, query.params)])[0]


def fetch_in_turn(queries: Sequence[Query]) -> list[list[Row]]:
    """See Engine."""
    return prepared.run([(query.sql, query.params) for query in queries])


def for_update(alias: str) -> str:
    """See Engine."""
    return f"FOR NO KEY UPDATE OF {alias}"


def among(column: str, kind: str, values: Iterable[Any]) -> tuple[str, list[Any]]:
    """One array, so that the statement's text does not depend on the number; see Engine."""
    return f"{column} = ANY(%s::{kind}[])", [_literal(kind, values)]


def reserve_ids(wanted: Sequence[tuple[type[models.Model], int]]) -> list[list[int]]:
    """Take ids from the process's blocks, and a new block from the sequences where one runs out; see Engine."""
    process, name = os.getpid(), str(connection.settings_dict["NAME"])
    with _blocks_lock:
        missing = [
            (model, max(BLOCK, count))
            for model, count in wanted
            if len(_blocks.get((process, name, model), ())) < count
        ]
        if missing:
            for model, fresh in _next_values(missing):
                _blocks.setdefault((process, name, model), []).append(fresh)
        taken = []
        for model, count in wanted:
            block = _blocks.get((process, name, model), [])
            taken.append(block[:count])
            del block[:count]
        return taken


def _next_values(wanted: Sequence[tuple[type[models.Model], int]]) -> Iterator[tuple[type[models.Model], int]]:
    sql = " UNION ALL ".join(
        f"SELECT {place}, nextval('{model._meta.db_table}_id_seq') FROM generate_series(1, %s)"
        for place, (model, _) in enumerate(wanted)
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [count for _, count in wanted])
        for place, value in cursor.fetchall():
            yield wanted[place][0], value


def _array(field: "models.Field[Any, Any]") -> tuple[str, str]:
    """The array type a column's values travel in, and the cast back (JSON travels as text)."""
    kind = (field.rel_db_type if field.is_relation else field.cast_db_type)(connection) or "text"
    kind = {"serial": "integer", "bigserial": "bigint"}.get(kind, kind).partition("(")[0]
    return ("text", "::jsonb") if kind == "jsonb" else (kind, "")


@lru_cache(maxsize=256)
def _statement(write: Write, *, is_single: bool) -> str:
    types = [_array(field) for field in write.model_fields]
    names = ", ".join(write.columns)
    values = ", ".join(f"v.{name}{cast}" for name, (_, cast) in zip(write.columns, types, strict=True))
    if is_single:
        # The planner folds one row of values into the statement around it; an array has to be unpacked each time.
        source = f"(VALUES ({', '.join(f'%s::{kind}' for kind, _ in types)})) AS v({names})"
    else:
        source = f"unnest({', '.join(f'%s::{kind}[]' for kind, _ in types)}) AS v({names})"
    if write.verb == "insert":
        return f'INSERT INTO "{write.table}" ({names}) SELECT {values} FROM {source}'
    if write.verb == "add":
        last = write.columns[-1]
        return (
            f'INSERT INTO "{write.table}" AS t ({names}) SELECT {values} FROM {source} '
            f'ON CONFLICT ("{write.key}") DO UPDATE SET {last} = t.{last} + EXCLUDED.{last}'
        )
    if write.verb == "ignore":
        return (
            f'INSERT INTO "{write.table}" ({names}) SELECT {values} FROM {source} '
            f'ON CONFLICT ("{write.key}") DO NOTHING'
        )
    if write.verb == "increase":
        last = write.columns[-1]
        added = f"{last} = t.{last} + v.{last}"
        return f'UPDATE "{write.table}" AS t SET {added} FROM {source} WHERE t.{write.key} = v.{write.key}'
    assignments = ", ".join(
        f"{name} = v.{name}{cast}" for name, (_, cast) in list(zip(write.columns, types, strict=True))[1:]
    )
    return f'UPDATE "{write.table}" AS t SET {assignments} FROM {source} WHERE t.id = v."id"'


def write(batches: Sequence[tuple[Write, Sequence[Row]]]) -> None:
    """Write all batches in one statement of data-modifying CTEs; foreign keys are checked at commit.

    The parts of a statement run in no promised order. A table that comes twice (end a period, begin the next one)
    therefore begins a new statement, so that its unique indexes see the first part done.
    """
    group: list[tuple[Write, Sequence[Row]]] = []
    for kind, rows in batches:
        if not rows:
            continue
        if any(kind.table == other.table for other, _ in group):
            _write_at_once(group)
            group = []
        group.append((kind, rows))
    if group:
        _write_at_once(group)


def _write_at_once(filled: Sequence[tuple[Write, Sequence[Row]]]) -> None:
    params: list[str | None] = []
    for write, rows in filled:
        if len(rows) == 1:
            params += [None if value is None else text(value) for text, value in zip(_texts(write), *rows, strict=True)]
        else:
            columns = zip(*rows, strict=True)
            params += [_literal(kind, column) for kind, column in zip(_kinds(write), columns, strict=True)]
    prepared.run([(_joint_statement(tuple([(write, len(rows) == 1) for write, rows in filled])), params)])


@lru_cache(maxsize=512)
def _joint_statement(writes: tuple[tuple[Write, bool], ...]) -> str:
    *first, last = [_statement(write, is_single=is_single) for write, is_single in writes]
    ctes = ", ".join(f"w{number} AS ({sql})" for number, sql in enumerate(first))
    return f"WITH {ctes} {last}" if ctes else last


@lru_cache(maxsize=128)
def _kinds(write: Write) -> tuple[str, ...]:
    return tuple("json" if isinstance(field, models.JSONField) else _array(field)[0] for field in write.model_fields)


@lru_cache(maxsize=128)
def _texts(write: Write) -> tuple[Callable[[Any], str], ...]:
    return tuple(_TEXTS.get(kind, str) for kind in _kinds(write))


def _literal(kind: str, values: Iterable[Any]) -> str:
    """An array as PostgreSQL reads it. Written here because a driver that looks at each value costs ten times more."""
    text = _TEXTS.get(kind, str)
    if kind in _BARE:
        return "{" + ",".join(["NULL" if value is None else text(value) for value in values]) + "}"
    return "{" + ",".join(["NULL" if value is None else _quoted(text(value)) for value in values]) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _json(value: Any) -> str:
    if value == {}:
        return "{}"
    return value if isinstance(value, str) else json.dumps(value)


# How values are written as text, by PostgreSQL's type; any other as str() has it.
_TEXTS: dict[str, Callable[[Any], str]] = {
    "json": _json,
    "date": date.isoformat,
    "timestamp with time zone": datetime.isoformat,
    "timestamptz": datetime.isoformat,
}
# What needs no quotes in an array.
_BARE = frozenset({"bigint", "integer", "smallint", "boolean", "date", "timestamp with time zone", "timestamptz"})


def table(columns: Sequence[tuple[str, str]], rows: Sequence[Row]) -> tuple[str, list[Any]]:
    """Travels as one array a column; see Engine."""
    names = ", ".join(name for name, _ in columns)
    arrays = ", ".join(f"%s::{kind}[]" for _, kind in columns)
    values = list(zip(*rows, strict=True)) if rows else [() for _ in columns]
    texts: list[Any] = [_literal(kind, column) for (_, kind), column in zip(columns, values, strict=True)]
    return f"SELECT {names} FROM unnest({arrays}) AS v({names})", texts


def joined(expression: str) -> str:
    """See Engine."""
    return f"string_agg(DISTINCT ({expression})::text, ',')"


def try_lock(name: str) -> bool:
    """Take an advisory lock, which needs no row to exist yet; see Engine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])
