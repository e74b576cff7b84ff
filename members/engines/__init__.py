"""The one place where SQL depends on the database: postgresql.py, with the portable form of the same beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple, Protocol

from django.db import connection, models

Row = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Write:
    """A way to write rows of one model: insert them, update them by ``id``, or add to a unique key's figures.

    ``fields`` are attribute names (``account_id``) in the order of the rows' values; an update's first is ``id``.
    """

    model: type[models.Model]
    fields: tuple[str, ...]
    verb: str = "insert"
    key: str = "id"

    @cached_property
    def table(self) -> str:
        """The table's name."""
        return self.model._meta.db_table

    @cached_property
    def model_fields(self) -> tuple["models.Field[Any, Any]", ...]:
        """The model's fields, in the order of the rows' values."""
        by_name = {field.attname: field for field in self.model._meta.concrete_fields}
        return tuple(by_name[name] for name in self.fields)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Quoted column names."""
        return tuple(f'"{field.column}"' for field in self.model_fields)


class Query(NamedTuple):
    """A hot query, whose text should not depend on the data, so that it is planned once.

    ``moments`` are the places of columns that hold moments (without a zone in SQLite).
    """

    sql: str
    params: Sequence[Any]
    moments: Sequence[int] = ()


class Engine(Protocol):
    """What the ledger and the jobs ask of a database beyond the ORM."""

    def reserve_ids(self, wanted: Sequence[tuple[type[models.Model], int]]) -> list[list[int]]:
        """Ids that nobody else will get, ascending: one list a model, in one statement."""

    def write(self, batches: Sequence[tuple[Write, Sequence[Row]]]) -> None:
        """Write all rows of all batches; empty batches are skipped."""

    def fetch(self, query: Query) -> list[Row]:
        """The rows of a hot query."""

    def fetch_in_turn(self, queries: Sequence[Query]) -> list[list[Row]]:
        """The rows of several, one after the other; each sees what others committed until it began itself."""

    def for_update(self, alias: str) -> str:
        """The clause that locks the rows of a table in a hot query, as models locked without their keys are."""

    def among(self, column: str, kind: str, values: Iterable[Any]) -> tuple[str, list[Any]]:
        """A condition "the column is one of these" and its parameters; ``kind`` is PostgreSQL's type."""

    def table(self, columns: Sequence[tuple[str, str]], rows: Sequence[Row]) -> tuple[str, list[Any]]:
        """A subquery of rows that the program holds, and its parameters; columns are names with PostgreSQL's types."""

    def joined(self, expression: str) -> str:
        """An aggregate: the distinct values of an expression as text, with commas between; NULL without rows."""

    def try_lock(self, name: str) -> bool:
        """Take a named lock until the end of the transaction; false, at once, when somebody else holds it."""


@cache
def engine() -> Engine:
    """The form that fits the database of the settings."""
    from members.engines import portable, postgresql  # noqa: PLC0415 -- each imports Write from here

    return postgresql if connection.vendor == "postgresql" else portable
