"""What keeps tests apart where a transaction cannot: the cache, and tests that commit."""

import hashlib
import os
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase

from members import append_only

_run = f"{os.environ.get('REGULARS_TEST_DIR', '')}:{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
_test = ""


def start_test(name: str) -> None:
    """Give the test a cache of its own: keys of any other test are no longer found."""
    global _test  # noqa: PLW0603 - threads that a test starts must see it too, so no context variable
    # Parameters of a test may hold characters that no cache takes as a key.
    _test = hashlib.sha256(name.encode()).hexdigest()[:16]


def cache_key(key: str, prefix: str, version: int) -> str:
    """Return the key as stored; the KEY_FUNCTION of the cache."""
    return f"{prefix}:{_run}:{_test}:{version}:{key}"


def initial_rows() -> str:
    """Return what the migrations put into the database (roles, programme accounts), to be put back after a flush."""
    return connection.creation.serialize_db_to_string()


def lift_append_only_for_flush(rows: str) -> Callable[[], None]:
    """Make tests that commit clean up after themselves, and return the way back.

    Django empties every table after such a test. The ledger's triggers refuse that, as they should refuse everybody
    else; and rows that migrations made are gone afterwards, though each test may count on them.
    """
    test_case: Any = TransactionTestCase  # the hook is Django's own business, and so not among its types
    original = test_case._fixture_teardown

    @wraps(original)
    def teardown(case: TransactionTestCase) -> None:
        append_only.remove(connection)
        try:
            # Without Django's signal that fills in permissions: they are among the rows, with the ids they had.
            # Sequences go on counting, past the ids of the rows that come back.
            call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True, reset_sequences=False)
            connection.creation.deserialize_db_from_string(rows)
        finally:
            append_only.install(connection)

    test_case._fixture_teardown = teardown

    def restore() -> None:
        test_case._fixture_teardown = original

    return restore
