"""Figures as ratios: ours and raw SQL in turn, in one run, so that a machine that drifts slows both."""

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import psycopg

DATABASE = os.environ.get("BENCH_DATABASE", "regulars_bench")
SERVER = os.environ.get("BENCH_SERVER", "postgres://postgres@127.0.0.1:5432")
URL = f"{SERVER}/{DATABASE}"
NOW = datetime(2026, 6, 10, 4, 0, tzinfo=UTC)
START = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: ``ours`` and ``raw`` are medians in ``unit``, ``ratio`` the median of the pairs'."""

    name: str
    ratio: float
    better: Literal["higher", "lower"]
    target: float
    ours: float
    raw: float
    unit: str
    rounds: int

    @property
    def is_met(self) -> bool:
        """Whether the target is reached."""
        return self.ratio >= self.target if self.better == "higher" else self.ratio <= self.target

    def as_json(self) -> dict[str, Any]:
        """The figure for bench.json, numbers rounded to what they mean."""
        return {**asdict(self), "ratio": round(self.ratio, 3), "ours": round(self.ours, 3), "raw": round(self.raw, 3)}


@dataclass(frozen=True, slots=True)
class Scale:
    """How large the figures' data are."""

    name: str
    factor: float
    rounds: int = 5

    def size(self, full: int, *, least: int = 100) -> int:
        """A size that is ``full`` in the full run."""
        return max(least, int(full * self.factor))


SCALES = {"full": Scale("full", 1.0), "small": Scale("small", 0.05)}


def seconds(action: Callable[[], object]) -> float:
    """How long an action takes on the clock."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def throughput(
    name: str, *, ours: Callable[[], float], raw: Callable[[], float], count: int, target: float, rounds: int
) -> Figure:
    """Pairs of runs of ``count`` units each, given as functions that return their seconds; ratio of the speeds."""
    ours(), raw()
    pairs = [(count / ours(), count / raw()) for _ in range(rounds)]
    return Figure(
        name=name,
        ratio=statistics.median(mine / theirs for mine, theirs in pairs),
        better="higher",
        target=target,
        ours=statistics.median(mine for mine, _ in pairs),
        raw=statistics.median(theirs for _, theirs in pairs),
        unit="per second",
        rounds=rounds,
    )


def duration(name: str, *, ours: Callable[[], float], raw: Callable[[], float], target: float, rounds: int) -> Figure:
    """Pairs of runs given as functions that return their seconds; ratio of the times."""
    ours(), raw()
    pairs = [(ours(), raw()) for _ in range(rounds)]
    return Figure(
        name=name,
        ratio=statistics.median(mine / theirs for mine, theirs in pairs),
        better="lower",
        target=target,
        ours=statistics.median(mine for mine, _ in pairs),
        raw=statistics.median(theirs for _, theirs in pairs),
        unit="seconds",
        rounds=rounds,
    )


@contextmanager
def raw_connection():  # type: ignore[no-untyped-def]
    """A plain psycopg connection to the benchmark's database, outside the ORM, committing each statement."""
    with psycopg.connect(URL, autocommit=True) as connection:
        yield connection


_barrier: Any = None


def _join(barrier: Any) -> None:
    global _barrier  # noqa: PLW0603 -- a pool hands a barrier to its processes only at their start
    _barrier = barrier


def start_together() -> None:
    """Wait, in a process of ``in_parallel``, until all of them are ready to be timed."""
    _barrier.wait(timeout=120)


def in_parallel(action: Callable[..., float], processes: int, *arguments: Any) -> float:
    """Run ``action(share, *arguments)`` in fresh processes that start together; the slowest one's seconds."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes, _join, (context.Barrier(processes),)) as pool:
        return max(pool.starmap(action, [(share, *arguments) for share in range(processes)], 1))


def recreate_database() -> None:
    """An empty database, to be migrated."""
    drop_database()
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{DATABASE}"')


def drop_database() -> None:
    """Leave nothing behind."""
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
