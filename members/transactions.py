"""One transaction, run again when the database asks for it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, IntegrityError, OperationalError, connections, transaction

from members.exceptions import Busy

# PostgreSQL: serialization_failure, deadlock_detected; the victim of a deadlock did nothing wrong, and trying the
# whole transaction again is the documented answer. unique_violation: somebody recorded the same between our read
# and our write; the next attempt reads it and gives the answer for what is known.
RETRY_STATES = frozenset({"40001", "40P01", "23505"})
# lock_not_available: the lock timeout passed.
BUSY_STATES = frozenset({"55P03"})
ATTEMPTS = 3

P = ParamSpec("P")
R = TypeVar("R")


def _state(error: OperationalError | IntegrityError) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ("55P03" if "locked" in str(error) else "")


def retrying(service: Callable[P, R]) -> Callable[P, R]:
    """Run a service in one transaction; retry deadlocks up to three times, turn a lock timeout into Busy.

    Inside another transaction the outer one retries, since a part of a transaction cannot be run again.
    Raises Busy.
    """

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        nested = connections[DEFAULT_DB_ALIAS].in_atomic_block
        for attempt in range(1, ATTEMPTS + 1):
            try:
                # A savepoint inside another transaction: a refusal that the outer one catches undoes this part alone.
                with transaction.atomic(savepoint=nested):
                    return service(*args, **kwargs)
            except (OperationalError, IntegrityError) as error:
                state = _state(error)
                if nested or state not in RETRY_STATES | BUSY_STATES:
                    raise
                if attempt == ATTEMPTS and isinstance(error, IntegrityError):
                    raise
                if state in BUSY_STATES or attempt == ATTEMPTS:
                    raise Busy from error
        raise Busy

    return run
