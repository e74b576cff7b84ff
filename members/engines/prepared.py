"""Statements that PostgreSQL plans once a connection, sent straight through libpq.

A till's purchase is a handful of small statements, and the driver's cursors cost more than most of them (measured: a
third of the whole purchase). So these use psycopg's own wrapper of libpq (``psycopg.pq``): one call a statement, with
parameters and results as text. Everything else goes through Django's cursors.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.adapt import AdaptersMap, Transformer
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

Text = str | None
Rows = list[tuple[Any, ...]]
Statement = tuple[str, Sequence[Text]]

# Statements kept a connection; the product has some thirty, and as many shapes of writes again.
KEPT = 200
_numbers = count(1)
_names: "WeakKeyDictionary[Any, OrderedDict[str, bytes]]" = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class _Driver:
    """The driver's own loaders, written in C; Django's for moments take fifteen times as long for the same values."""

    connection: Any
    adapters: AdaptersMap = psycopg.adapters


def run(statements: Sequence[Statement]) -> list[Rows]:
    """Run statements with %s for their parameters (as text, None is NULL) in turn; the rows of each.

    Behind a transaction pooler each statement may meet another connection, so there Django's cursor has to do.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        return [_through_cursor(database, sql, params) for sql, params in statements]
    database.ensure_connection()
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        if database.queries_logged:
            return [_logged(database, statement) for statement in statements]
        return _execute(database.connection, statements)


def _through_cursor(database: BaseDatabaseWrapper, sql: str, params: Sequence[Text]) -> Rows:
    with database.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall()) if cursor.description else []


def _logged(database: BaseDatabaseWrapper, statement: Statement) -> Rows:
    """Django's log and its query counts see these as well."""
    cursor: Any = database.cursor()
    with cursor.debug_sql(*statement, use_last_executed_query=False):
        return _execute(database.connection, [statement])[0]


def _execute(connection: Any, statements: Sequence[Statement]) -> list[Rows]:
    libpq: PGconn = connection.pgconn
    if not connection.autocommit and libpq.transaction_status == TransactionStatus.IDLE:
        _checked(libpq.exec_(b"BEGIN"))
    rows = []
    for sql, params in statements:
        # The protocol of libpq leaves NULL out.
        values: Any = [None if value is None else value.encode() for value in params]
        # One call that waits without holding the interpreter: whoever has the lock that we wait for may be a thread of
        # this process. (Asking for results one by one, as pipelines need, holds it; and gained nothing.)
        result = libpq.exec_prepared(_prepare(connection, sql), values)
        rows.append(_rows(connection, _checked(result)))
    return rows


def _prepare(connection: Any, sql: str) -> bytes:
    names = _names.get(connection)
    if names is None:
        names = _names[connection] = OrderedDict()
    name = names.get(sql)
    if name is None:
        name = f"regulars_{next(_numbers)}".encode()
        _checked(connection.pgconn.prepare(name, _numbered(sql)))
        names[sql] = name
        if len(names) > KEPT:
            _, oldest = names.popitem(last=False)
            _checked(connection.pgconn.exec_(b'DEALLOCATE "' + oldest + b'"'))
    elif len(names) > KEPT // 2:
        names.move_to_end(sql)
    return name


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> bytes:
    """A statement as the server takes it, with $1, $2 for each %s."""
    first, *rest = sql.split("%s")
    return (first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))).encode()


def _checked(result: PGresult) -> PGresult:
    if result.status not in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
        raise psycopg.errors.error_from_result(result)
    return result


def _rows(connection: Any, result: PGresult) -> Rows:
    if not result.ntuples:
        return []
    loader = Transformer(_Driver(connection))
    loader.set_pgresult(result)
    return loader.load_rows(0, result.ntuples, tuple)
