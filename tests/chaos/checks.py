"""What must hold after everything that was killed has been started again."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Count

from members import clock
from members.models import DomainEvent, ImportRun, Purchase, Transfer, TransferKind
from members.services.relays import relay_events
from members.services.verifications import verify_ledger

CHUNK = 10_000


class Broken(Exception):
    """Something was lost, or is there twice."""


def require(what: str, found: Any, expected: Any) -> None:
    if found != expected:
        raise Broken(f"{what}: {found} instead of {expected}")


def check_acknowledged(folder: Path) -> int:
    """Every acknowledged purchase is there, and each purchase earned once; returns how many were acknowledged."""
    keys = [key for file in folder.glob("*.acknowledged") for key in file.read_text(encoding="ascii").split()]
    stored = set(Purchase.objects.values_list("external_id", flat=True))
    require("acknowledged purchases that are missing", sorted(set(keys) - stored)[:10], [])
    require("purchases acknowledged twice", len(keys) - len(set(keys)), 0)
    check_earned_once()
    return len(keys)


def check_earned_once() -> None:
    repeated = Purchase.objects.values("store", "external_id").annotate(times=Count("pk")).filter(times__gt=1)
    require("receipts stored twice", repeated.count(), 0)
    earned = Transfer.objects.filter(kind=TransferKind.EARN).count()
    require("purchases that earned", earned, Purchase.objects.filter(points_earned__gt=0).count())


def check_books() -> None:
    drifts = verify_ledger(now=clock.now(), is_exact=True).drifts
    require("drift", [str(drift) for drift in drifts], [])


def check_import(run_id: int, rows: int) -> None:
    run = ImportRun.objects.get(pk=run_id)
    require("rows of the import", (run.status, run.rows, run.rejected), ("done", rows, 0))
    require("rows recorded or known", run.recorded + run.known, rows)
    require("purchases of the import", Purchase.objects.filter(external_id__startswith="import-").count(), rows)
    check_earned_once()


def check_events() -> None:
    """Every event is delivered, those too that a killed relay had claimed: its lease has run out an hour later."""
    relay_events(now=clock.now() + timedelta(hours=1))
    require("events that wait", DomainEvent.objects.filter(delivered_at=None).count(), 0)


def wait_until(condition: Any, *, what: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        connection.close()
        if time.monotonic() > until:
            raise Broken(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(0.1)
