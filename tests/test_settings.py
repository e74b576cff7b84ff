import re
import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import ModelEntry

from config.celery import app
from config.environment import stored_secret

ROOT = Path(__file__).resolve().parents[1]


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    source = "".join(path.read_text() for path in (ROOT / "config").rglob("*.py")) + (ROOT / "Makefile").read_text()
    documentation = (ROOT / "docs/operators/settings.md").read_text()

    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source))
    rows = re.findall(r"^\| (`.*?) \|", documentation, re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}

    assert read - documented == set()
    assert {name for name in documented if not re.search(rf"\b{name}\b", source)} == set()


def test_the_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"

    first = stored_secret(path)
    second = stored_secret(path)

    assert first == second
    assert len(first) > 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_the_faster_of_two_processes_sets_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret_key"
    path.write_text("of the faster one")
    monkeypatch.setattr(Path, "exists", lambda self: False)

    assert stored_secret(path) == "of the faster one"
    assert list(tmp_path.iterdir()) == [path]


def test_the_settings_pass_every_check() -> None:
    assert run_checks() == []


def test_pages_may_load_and_run_only_what_is_ours() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert directives["default-src"] == directives["script-src"] == directives["style-src"] == ["'self'"]
    assert not [source for sources in directives.values() for source in sources if "unsafe" in source or "*" in source]


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize(("name", "value"), [("lock_timeout", "3s"), ("transaction_isolation", "read committed")])
def test_every_connection_waits_for_locks_briefly_and_reads_what_is_committed(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        assert cursor.fetchone() == (value,)


@pytest.mark.django_db
def test_the_scheduler_forgets_runs_that_waited_too_long() -> None:
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        ModelEntry.from_entry(name, app=app, **entry)

    waits = dict(PeriodicTask.objects.values_list("name", "expire_seconds"))

    assert waits["relay-events"] == 55
    assert {name for name, seconds in waits.items() if seconds is None} == set()


def test_every_task_of_the_schedule_exists() -> None:
    app.loader.import_default_modules()

    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - set(app.tasks) == set()
