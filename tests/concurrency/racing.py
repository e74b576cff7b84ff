"""Threads that do things at the same time, each on a connection of its own, and points at which they meet."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import connection

# How long one waits for the other at a meeting point; where a lock keeps the other away, it goes on alone.
PATIENCE = 0.5


def race(*calls: Callable[[], Any]) -> list[Any]:
    """Start all calls at once; return what each returned or raised, in their order."""
    results: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            start.wait()
            results[place] = call()
        except Exception as error:  # noqa: BLE001 -- what it raised is the result
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def meeting_after(function: Callable[..., Any], parties: int = 2) -> Callable[..., Any]:
    """The same function, after which a thread waits for the others to get there: the worst moment for a race."""
    barrier = threading.Barrier(parties)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=PATIENCE)
        return result

    return wrapped
