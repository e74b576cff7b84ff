"""Threads that do things at the same time, each on a connection of its own, and points at which they meet."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import DatabaseError, connection

# How long one waits for the other at a meeting point; where a lock keeps the other away, it goes on alone.
PATIENCE = 0.5


# A server grants about a hundred connections, and other tests may run beside: a larger crowd connects as it comes in.
MEET_CONNECTED = 20


def race(*calls: Callable[[], Any]) -> list[Any]:
    """Start all calls at once; return what each returned or raised, in their order."""
    results: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls), timeout=60)

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            if len(calls) <= MEET_CONNECTED:
                # Connecting takes long enough to miss the other one.
                _connect(start)
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


def _connect(start: threading.Barrier) -> None:
    try:
        connection.ensure_connection()
    except DatabaseError:
        # Whoever cannot even start must not leave the others waiting.
        start.abort()
        raise


class Pause:
    """A function after which its thread stays where it is for a moment, and tells others that it has got there."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._reached = threading.Event()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, then stay."""
        result = self._function(*args, **kwargs)
        self._reached.set()
        time.sleep(2 * PATIENCE)
        return result

    def then(self, call: Callable[[], Any]) -> Callable[[], Any]:
        """The call, made while the other thread stays."""

        def run() -> Any:
            self._reached.wait(timeout=10)
            return call()

        return run


def meeting_after(function: Callable[..., Any], parties: int = 2) -> Callable[..., Any]:
    """The same function, after which a thread waits for the others to get there: the worst moment for a race."""
    barrier = threading.Barrier(parties)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=PATIENCE)
        return result

    return wrapped
