"""PostgreSQL: one statement writes every table of a batch, from arrays, so that a thousand rows cost one round trip."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models

from members.engines import Row, Write


@lru_cache(maxsize=32)
def _sequence(model: type[models.Model]) -> str:
    return f"{model._meta.db_table}_id_seq"


def reserve_ids(wanted: Sequence[tuple[type[models.Model], int]]) -> list[list[int]]:
    """Take ids from the sequences; see Engine."""
    asked = [(position, _sequence(model), count) for position, (model, count) in enumerate(wanted) if count]
    ids: list[list[int]] = [[] for _ in wanted]
    if asked:
        sql = " UNION ALL ".join(
            f"SELECT {position}, nextval('{name}') FROM generate_series(1, %s)" for position, name, _ in asked
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [count for _, _, count in asked])
            for position, value in cursor.fetchall():
                ids[position].append(value)
    return ids


def _array(field: "models.Field[Any, Any]") -> tuple[str, str]:
    """The array type a column's values travel in, and the cast back (JSON travels as text)."""
    kind = (field.rel_db_type if field.is_relation else field.cast_db_type)(connection) or "text"
    kind = {"serial": "integer", "bigserial": "bigint"}.get(kind, kind).partition("(")[0]
    return ("text", "::jsonb") if kind == "jsonb" else (kind, "")


@lru_cache(maxsize=128)
def _statement(write: Write) -> str:
    types = [_array(field) for field in write.model_fields]
    arrays = ", ".join(f"%s::{kind}[]" for kind, _ in types)
    names = ", ".join(write.columns)
    values = ", ".join(f"v.{name}{cast}" for name, (_, cast) in zip(write.columns, types, strict=True))
    source = f"unnest({arrays}) AS v({names})"
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


@lru_cache(maxsize=128)
def _json_columns(write: Write) -> tuple[bool, ...]:
    return tuple(isinstance(field, models.JSONField) for field in write.model_fields)


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
    *first, last = [_statement(kind) for kind, _ in filled]
    ctes = ", ".join(f"w{number} AS ({sql})" for number, sql in enumerate(first))
    params = [
        [value if isinstance(value, str) else json.dumps(value) for value in column] if is_json else list(column)
        for kind, rows in filled
        for column, is_json in zip(zip(*rows, strict=True), _json_columns(kind), strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {ctes} {last}" if ctes else last, params)


def table(columns: Sequence[tuple[str, str]], rows: Sequence[Row]) -> tuple[str, list[Any]]:
    """Travels as one array a column; see Engine."""
    names = ", ".join(name for name, _ in columns)
    arrays = ", ".join(f"%s::{kind}[]" for _, kind in columns)
    values = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in columns]
    return f"SELECT {names} FROM unnest({arrays}) AS v({names})", values


def joined(expression: str) -> str:
    """See Engine."""
    return f"string_agg(DISTINCT ({expression})::text, ',')"


def try_lock(name: str) -> bool:
    """Take an advisory lock, which needs no row to exist yet; see Engine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])
