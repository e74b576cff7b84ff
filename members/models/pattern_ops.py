from typing import Any

from django.contrib.postgres.indexes import OpClass
from django.db.models.expressions import OrderBy
from django.db.models.functions import Collate
from django.db.models.indexes import IndexExpression


class PatternOps(OpClass):
    """An expression indexed so that LIKE finds beginnings whatever the collation; SQLite has nothing of the kind."""

    def __init__(self, expression: Any, name: str = "varchar_pattern_ops") -> None:
        super().__init__(expression, name=name)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """The expression alone."""
        return compiler.compile(self.get_source_expressions()[0])


# Otherwise an index takes it for a part of what is indexed, which PostgreSQL refuses.
IndexExpression.register_wrappers(OrderBy, PatternOps, Collate)
