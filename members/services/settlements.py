"""How the nightly jobs walk through the accounts that have something due: chunk by chunk, never one by one."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from members.engines.jobs import Moved
from members.exceptions import Busy
from members.locks import lock_due_accounts
from members.transactions import retrying

# Few enough that tills wait well under their lock timeout for an account of the chunk, many enough that the work of
# a chunk's statements is in the rows.
CHUNK_SIZE = 5_000
# Somebody holds an account of the chunk for longer than the lock timeout (a long import): let go of the whole chunk,
# so that nobody waits for us in turn, and try again.
BUSY_ATTEMPTS = 5

Settle = Callable[[list[int]], Moved]


def settle_due_accounts(
    *, due_at: datetime, settle: Settle, with_pending: bool = False, chunk_size: int = CHUNK_SIZE
) -> dict[str, int]:
    """Lock the accounts with something due, a chunk a transaction, and let ``settle`` move their points.

    Resumable: what a chunk settled is no longer due, so a run that was killed goes on where it stopped. Two runs at
    once share the work. Returns what was counted. Raises Busy.
    """
    counts = {"accounts": 0, "lots": 0, "points": 0}
    last = 0
    while True:
        ids, moved = _patiently(
            partial(_chunk, due_at=due_at, after=last, limit=chunk_size, with_pending=with_pending, settle=settle)
        )
        counts["accounts"] += len(ids)
        counts["lots"] += moved.lots
        counts["points"] += moved.points
        if len(ids) < chunk_size:
            return counts
        last = ids[-1]


def _patiently(chunk: Callable[[], tuple[list[int], Moved]]) -> tuple[list[int], Moved]:
    for _ in range(BUSY_ATTEMPTS - 1):
        try:
            return chunk()
        except Busy:
            continue
    return chunk()


@retrying
def _chunk(*, due_at: datetime, after: int, limit: int, with_pending: bool, settle: Settle) -> tuple[list[int], Moved]:
    locked = lock_due_accounts(due_at=due_at, after=after, limit=limit, with_pending=with_pending)
    ids = list(locked.values_list("pk", flat=True))
    # A statement of its own, so that it sees what the previous holders of the locks committed.
    return ids, settle(ids) if ids else Moved(0, 0)
