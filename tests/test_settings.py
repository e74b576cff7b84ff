import re
import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import run_checks

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
