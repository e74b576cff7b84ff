"""Triggers that keep the ledger append-only and renew the rulebook's revision, on PostgreSQL and SQLite.

They live in the database so that no ORM call, admin page or psql session can rewrite what was promised. SQLite
drops a table's triggers when a migration rebuilds the table: such a migration calls ``install`` again
(tests/members/test_append_only.py notices when one forgets).
"""

from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY_TABLES = ("members_transfer", "members_draw")
RULEBOOK_TABLES = (
    "members_earningrule",
    "members_earningruleversion",
    "members_earningruleversion_stores",
    "members_tier",
    "members_expirypolicy",
    "members_store",
)

POSTGRESQL_FUNCTIONS = """
CREATE OR REPLACE FUNCTION members_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE FUNCTION members_renew_rulebook() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE members_rulebook SET revision = gen_random_uuid()::text;
    RETURN NULL;
END $$;
"""


def _postgresql(*, install: bool) -> list[str]:
    statements = [POSTGRESQL_FUNCTIONS] if install else []
    for table in APPEND_ONLY_TABLES:
        for name, when in (("row", "UPDATE OR DELETE"), ("truncate", "TRUNCATE")):
            trigger, level = f"{table}_no_{name}", "ROW" if name == "row" else "STATEMENT"
            statements.append(f"DROP TRIGGER IF EXISTS {trigger} ON {table}")
            if install:
                statements.append(
                    f"CREATE TRIGGER {trigger} BEFORE {when} ON {table} FOR EACH {level} "
                    "EXECUTE FUNCTION members_refuse_change()"
                )
    for table in RULEBOOK_TABLES:
        statements.append(f"DROP TRIGGER IF EXISTS {table}_renew ON {table}")
        if install:
            statements.append(
                f"CREATE TRIGGER {table}_renew AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH STATEMENT "
                "EXECUTE FUNCTION members_renew_rulebook()"
            )
    return statements


def _sqlite(*, install: bool) -> list[str]:
    statements = []
    for table in APPEND_ONLY_TABLES:
        for event in ("UPDATE", "DELETE"):
            trigger = f"{table}_no_{event.lower()}"
            statements.append(f"DROP TRIGGER IF EXISTS {trigger}")
            if install:
                statements.append(
                    f"CREATE TRIGGER {trigger} BEFORE {event} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {event} refused'); END"
                )
    for table in RULEBOOK_TABLES:
        for event in ("INSERT", "UPDATE", "DELETE"):
            trigger = f"{table}_renew_{event.lower()}"
            statements.append(f"DROP TRIGGER IF EXISTS {trigger}")
            if install:
                statements.append(
                    f"CREATE TRIGGER {trigger} AFTER {event} ON {table} "
                    "BEGIN UPDATE members_rulebook SET revision = lower(hex(randomblob(16))); END"
                )
    return statements


def _run(connection: BaseDatabaseWrapper, *, install: bool) -> None:
    statements = _postgresql(install=install) if connection.vendor == "postgresql" else _sqlite(install=install)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers, replacing any that are there."""
    _run(connection, install=True)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers: for a migration that must reverse, and for tests that empty the tables."""
    _run(connection, install=False)
