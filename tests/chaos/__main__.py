"""Kill the database and the worker in the middle of load, start them again, and count.

python -m tests.chaos --short (about a minute) or without it (ten rounds). Needs PostgreSQL's server programs; makes a
cluster of its own. Ends with one line; exit 1 when something acknowledged was lost or is there twice.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import django

from tests.chaos.cluster import Cluster

ROOT = Path(__file__).parents[2]
TILLS = 4


def start(*arguments: str) -> "subprocess.Popen[bytes]":
    """A process in a group of its own, so that it can be killed with all that it started."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill(process: "subprocess.Popen[bytes]") -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def prepare(cluster: Cluster) -> None:
    os.environ.update(
        DJANGO_SETTINGS_MODULE="config.settings",
        DATABASE_URL=cluster.url,
        DATABASE_POOL_SIZE="0",
        REDIS_URL="",
        VAR_DIR=str(cluster.folder / "var"),
        SECRET_KEY="a key that signs nothing outside this run",
        LOG_LEVEL="CRITICAL",
    )
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, check=True)
    django.setup()
    from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory  # noqa: PLC0415

    EarningRuleVersionFactory.create()
    StoreFactory.create()
    MemberFactory.create_batch(20)


def kill_the_database(cluster: Cluster, rounds: int) -> int:
    """Tills post on while the server is stopped without mercy; returns how many purchases were acknowledged."""
    from django.db import connection  # noqa: PLC0415 -- Django is set up in prepare()

    from tests.chaos import checks  # noqa: PLC0415

    connection.close()
    folder = cluster.folder / "tills"
    folder.mkdir()
    tills = [start("-m", "tests.chaos.writer", f"till{number}", str(folder)) for number in range(TILLS)]
    try:
        for number in range(rounds):
            before = _acknowledged(folder)
            checks.wait_until(lambda before=before: _acknowledged(folder) > before + 100, what="more purchases")
            if number % 2:
                cluster.kill()
                time.sleep(2)
            else:
                cluster.crash()
            cluster.start()
        before = _acknowledged(folder)
        checks.wait_until(lambda: _acknowledged(folder) > before + 100, what="purchases after the last restart")
        (folder / "stop").touch()
        for till in tills:
            till.wait(timeout=30)
    finally:
        for till in tills:
            if till.poll() is None:
                kill(till)
    acknowledged = checks.check_acknowledged(folder)
    checks.check_books()
    return acknowledged


def _acknowledged(folder: Path) -> int:
    return sum(file.read_bytes().count(b"\n") for file in folder.glob("*.acknowledged"))


def kill_the_worker(rounds: int, rows: int) -> int:
    """A worker is killed in the middle of an import, and another one takes it over; returns how many rows it has."""
    from datetime import timedelta  # noqa: PLC0415

    from members import clock  # noqa: PLC0415
    from members.models import ImportRun  # noqa: PLC0415
    from members.services.import_runs import sweep_imports  # noqa: PLC0415
    from tests.chaos import checks  # noqa: PLC0415

    run = _upload(rows)
    for number in range(1, rounds + 1):
        worker = _worker()
        goal = rows * number // (rounds + 2)
        checks.wait_until(lambda goal=goal: _figures(run.pk).rows > goal, what="progress of the import")
        kill(worker)
        require_running: Any = ImportRun.objects.get(pk=run.pk).status
        checks.require("the import after kill -9", require_running, "running")
        # Nobody has to wait for the ten minutes after which a silent worker counts as dead.
        checks.require("imports told of again", sweep_imports(now=clock.now() + timedelta(minutes=11)), [run.pk])
    worker = _worker()
    try:
        checks.wait_until(lambda: _figures(run.pk).status in {"done", "failed"}, what="the end of the import")
    finally:
        kill(worker)
    checks.check_import(run.pk, rows)
    checks.check_books()
    checks.check_events()
    return rows


def _figures(run_id: int) -> Any:
    from members.models import ImportRun  # noqa: PLC0415

    return ImportRun.objects.get(pk=run_id)


def _worker() -> "subprocess.Popen[bytes]":
    return start("-m", "celery", "--app", "config", "worker", "--concurrency", "2", "--loglevel", "CRITICAL")


def _upload(rows: int) -> Any:
    from django.core.files.base import ContentFile  # noqa: PLC0415

    from members import clock  # noqa: PLC0415
    from members.models import Store  # noqa: PLC0415
    from members.services.import_runs import create_import  # noqa: PLC0415

    body = "".join(f"import-{number},C{number % 500},2026-01-15,10.00\n" for number in range(rows))
    return create_import(
        kind="purchases",
        store_id=Store.objects.get().pk,
        file=ContentFile(f"external_id,member,occurred_at,amount\n{body}".encode(), name="big.csv"),
        column_map={},
        enrol=True,
        dry_run=False,
        user=None,
        now=clock.now(),
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--short", action="store_true", help="two kills of the database and one of the worker")
    short = parser.parse_args().short
    began = time.monotonic()
    cluster = Cluster()
    try:
        prepare(cluster)
        rounds = 2 if short else 10
        acknowledged = kill_the_database(cluster, rounds)
        imported = kill_the_worker(1 if short else 5, 12_000 if short else 100_000)
    finally:
        cluster.remove()
    print(
        f"chaos: {rounds} kills of PostgreSQL, {acknowledged} acknowledged purchases there once; worker killed, "
        f"{imported} imported rows there once; books right ({time.monotonic() - began:.0f} s)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
