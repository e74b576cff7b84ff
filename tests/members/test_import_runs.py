"""Uploaded files and the import commands: one worker a file, progress to see, and a clear word when it fails."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from members import tasks
from members.models import ImportRun, ImportStatus, Member, Purchase, Store
from members.services.import_runs import create_import, run_import, sweep_imports
from tests.factories import EarningRuleVersionFactory, StoreFactory
from tests.members.broken_files import lines
from tests.members.ledger_scenes import NOW

pytestmark = pytest.mark.django_db

ROWS = lines("r-1,C1,2026-06-01,10.00", "r-2,C2,2026-06-01,20.00", "r-3,C1,2026-02-29,1.00")


@pytest.fixture
def shop() -> Store:
    EarningRuleVersionFactory.create()
    return StoreFactory.create(code="nanjing-road")


def uploaded(shop: Store, content: bytes = ROWS) -> ImportRun:
    return create_import(
        kind="purchases",
        store_id=shop.pk,
        file=ContentFile(content, name="till.csv"),
        column_map={},
        enrol=True,
        dry_run=False,
        user=None,
        now=NOW,
    )


def work_off(run: ImportRun) -> ImportRun | None:
    return run_import(import_id=run.pk, now=lambda: NOW)


def test_a_run_accounts_for_every_row_and_keeps_the_rejects(shop: Store) -> None:
    run = work_off(uploaded(shop))

    assert run is not None
    assert (run.status, run.error) == (ImportStatus.DONE, "")
    assert (run.rows, run.recorded, run.known, run.rejected) == (3, 2, 0, 1)
    assert run.bytes_read == run.bytes_total == len(ROWS)
    with run.rejects.open("rb") as rejects:
        assert b"r-3,C1,2026-02-29,1.00,4," in rejects.read()


def test_a_run_is_claimed_once(shop: Store) -> None:
    run = uploaded(shop)
    ImportRun.objects.filter(pk=run.pk).update(status=ImportStatus.RUNNING)

    assert work_off(run) is None
    assert not Purchase.objects.exists()


def test_a_file_that_cannot_be_read_fails_with_what_to_do(shop: Store) -> None:
    run = work_off(uploaded(shop, b"a,b\n1,2\n"))

    assert run is not None
    assert run.status == ImportStatus.FAILED
    assert "external_id" in run.error


def test_a_file_that_is_gone_fails(shop: Store) -> None:
    run = uploaded(shop)
    Path(run.file.path).unlink()

    failed = work_off(run)

    assert failed is not None
    assert failed.status == ImportStatus.FAILED
    assert failed.error == "FileNotFoundError: No such file or directory"


def test_the_worker_hears_of_an_upload_when_it_is_committed(
    shop: Store, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = uploaded(shop)

    run.refresh_from_db()
    assert run.status == ImportStatus.DONE
    assert Purchase.objects.count() == 2


def test_the_sweep_begins_again_what_a_dead_worker_left(shop: Store, django_capture_on_commit_callbacks: Any) -> None:
    left, alive, fresh = uploaded(shop), uploaded(shop), uploaded(shop)
    later = NOW + timedelta(minutes=20)
    runs = ImportRun.objects
    runs.filter(pk=left.pk).update(status=ImportStatus.RUNNING, heartbeat_at=later - timedelta(minutes=11))
    runs.filter(pk=alive.pk).update(status=ImportStatus.RUNNING, heartbeat_at=later - timedelta(minutes=9))
    runs.filter(pk=fresh.pk).update(created_at=later - timedelta(seconds=59))

    with django_capture_on_commit_callbacks(execute=True):
        told = sweep_imports(now=later)

    assert told == [left.pk]
    assert dict(runs.values_list("pk", "status")) == {left.pk: "done", alive.pk: "running", fresh.pk: "waiting"}


def test_the_sweep_tells_of_uploads_that_no_worker_heard_of(
    shop: Store, django_capture_on_commit_callbacks: Any
) -> None:
    run = uploaded(shop)

    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep_imports.delay()

    run.refresh_from_db()
    assert run.status == ImportStatus.DONE


# Commands


def command(name: str, *arguments: str) -> str:
    output = StringIO()
    call_command(name, *arguments, stdout=output, stderr=StringIO())
    return output.getvalue()


def test_the_command_says_what_became_of_the_rows(shop: Store, tmp_path: Path) -> None:
    file = tmp_path / "till.csv"
    file.write_bytes(ROWS)
    arguments = ("import_purchases", str(file), "--store", "nanjing-road", "--enrol")

    tried = command(*arguments, "--dry-run")
    first = command(*arguments)
    again = command(*arguments)

    assert "3 rows: 2 would be recorded, 0 known already, 1 rejected. Nothing was changed." in tried
    assert "3 rows: 2 recorded, 0 known already, 1 rejected." in first
    assert "till.rejects.csv" in first
    assert "3 rows: 0 recorded, 2 known already, 1 rejected." in again
    assert (tmp_path / "till.rejects.csv").is_file()


def test_the_command_takes_other_column_names(shop: Store, tmp_path: Path) -> None:
    file = tmp_path / "till.csv"
    file.write_bytes(lines("r-1,C1,2026-06-01,10.00", header="bon,who,when,sum"))
    columns = ("external_id=bon", "member=who", "occurred_at=when", "amount=sum")

    said = command("import_purchases", str(file), "--store", "nanjing-road", "--enrol", "--map", *columns)

    assert "1 rows: 1 recorded" in said


def test_the_command_brings_opening_balances(shop: Store, tmp_path: Path) -> None:
    file = tmp_path / "balances.csv"
    file.write_bytes(lines("C1,500,2099-12-31", "C2,70,", header="member,points,expires_on"))

    said = command("import_balances", str(file), "--store", "nanjing-road", "--enrol")

    assert "2 rows: 2 recorded" in said
    assert sorted(Member.objects.values_list("account__available", flat=True)) == [70, 500]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("till.csv", "--store", "nowhere"), "There is no store nowhere. Stores: nanjing-road."),
        (("gone.csv", "--store", "nanjing-road"), "There is no file"),
        (("till.csv", "--store", "nanjing-road", "--map", "colour=x"), "--map colour=x: write FIELD=COLUMN"),
        (("till.csv", "--store", "nanjing-road", "--map", "amount"), "--map amount: write FIELD=COLUMN"),
        (("till.csv", "--store", "nanjing-road", "--map", "amount=price"), "needs the columns price"),
    ],
)
def test_the_command_says_what_it_cannot_do(
    arguments: tuple[str, ...], message: str, shop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("till.csv").write_bytes(ROWS)

    with pytest.raises(CommandError, match=message):
        command("import_purchases", *arguments)

    assert not Purchase.objects.exists()
