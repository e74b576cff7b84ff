"""Uploaded files, each worked off by one worker, with its progress kept for the page that shows it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TextIO

from celery import current_app
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models import Q

from members import clock
from members.exceptions import DomainError
from members.models import ImportKind, ImportRun, ImportStatus, User
from members.services.audits import record_audit
from members.services.imports import ImportCounts, ImportSettings, import_file

# A worker tells after each chunk of a file that it is alive; a chunk takes seconds.
ABANDONED_AFTER = timedelta(minutes=10)
FORGOTTEN_AFTER = timedelta(minutes=1)


def create_import(
    *,
    kind: str,
    store_id: int | None,
    file: "File[bytes]",
    column_map: Mapping[str, str],
    enrol: bool,
    dry_run: bool,
    user: User | None,
    now: datetime,
) -> ImportRun:
    """Keep an uploaded file and have a worker import it; the run's page shows how far it is."""
    run = ImportRun.objects.create(
        kind=ImportKind(kind),
        store_id=store_id,
        file=file,
        file_name=Path(file.name or "upload.csv").name[:255],
        column_map=dict(column_map),
        enrol=enrol,
        dry_run=dry_run,
        bytes_total=file.size or 0,
        created_by=user,
        created_at=now,
    )
    record_audit(
        actor=user, action="import.created", details={"import": run.pk, "kind": kind, "dry_run": dry_run}, now=now
    )
    transaction.on_commit(partial(_call_worker, run.pk), robust=True)
    return run


def _call_worker(import_id: int) -> None:
    """Tell a worker; should nobody hear it, the sweep tells again."""
    current_app.signature("members.tasks.run_import", args=(import_id,), immutable=True).apply_async()


def sweep_imports(*, now: datetime) -> list[int]:
    """Have workers told again of imports that wait, and of those whose worker was killed; returns their ids.

    An import that goes on from its beginning finds what it recorded before as known.
    """
    ImportRun.objects.filter(status=ImportStatus.RUNNING, heartbeat_at__lt=now - ABANDONED_AFTER).update(
        status=ImportStatus.WAITING
    )
    forgotten = Q(created_at__lt=now - FORGOTTEN_AFTER, status=ImportStatus.WAITING)
    ids = list(ImportRun.objects.filter(forgotten).order_by("pk").values_list("pk", flat=True))
    for import_id in ids:
        transaction.on_commit(partial(_call_worker, import_id), robust=True)
    return ids


def run_import(*, import_id: int, now: Callable[[], datetime] = clock.now) -> ImportRun | None:
    """Work off one uploaded file. Claimed by a conditional update, so that two workers never share one.

    None when another worker has it. A file that cannot be read ends as failed, with what to do.
    """
    claimed = ImportRun.objects.filter(pk=import_id, status=ImportStatus.WAITING).update(
        status=ImportStatus.RUNNING, started_at=now(), heartbeat_at=now(), error=""
    )
    if not claimed:
        return None
    run = ImportRun.objects.select_related("store").get(pk=import_id)
    settings = ImportSettings(ImportKind(run.kind), run.store, run.column_map, run.enrol, run.dry_run)

    def on_progress(counts: ImportCounts, read: int, total: int) -> None:
        ImportRun.objects.filter(pk=run.pk).update(
            rows=counts.rows,
            recorded=counts.recorded,
            known=counts.known,
            rejected=counts.rejected,
            bytes_read=read,
            bytes_total=total,
            heartbeat_at=now(),
        )

    def rejects() -> TextIO:
        name = f"{Path(run.file.name or '').stem}.rejects.csv"
        run.rejects.save(name, ContentFile(b""), save=True)
        return Path(run.rejects.path).open("w", encoding="utf-8", newline="")

    try:
        import_file(path=Path(run.file.path), settings=settings, rejects=rejects, on_progress=on_progress, now=now)
    except DomainError as error:
        _finish(run, ImportStatus.FAILED, now(), str(error))
    except OSError as error:
        _finish(run, ImportStatus.FAILED, now(), f"{type(error).__name__}: {error.strerror or ''}")
    else:
        _finish(run, ImportStatus.DONE, now(), "")
    run.refresh_from_db()
    return run


def _finish(run: ImportRun, status: ImportStatus, finished_at: datetime, error: str) -> None:
    ImportRun.objects.filter(pk=run.pk).update(status=status, finished_at=finished_at, error=error)
