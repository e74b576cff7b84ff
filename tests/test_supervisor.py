import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config import supervisor
from config.supervisor import Program, Supervisor

ROOT = Path(__file__).resolve().parents[1]
WAITS = "import time; time.sleep(60)"
IGNORES_SIGTERM = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('ready', 'w').close(); {WAITS}"
LEAVES_A_CHILD = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {WAITS!r}])
open("child.part", "w").write(str(child.pid))
__import__("os").rename("child.part", "child")
{WAITS}
"""


def python(name: str, code: str) -> Program:
    return Program(name, [sys.executable, "-c", code])


def is_alive(pid: int) -> bool:
    """Say whether the process runs; one that has ended but was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_stops_every_program_when_told_to() -> None:
    told: list[bool] = []
    portal = Supervisor([python("web", WAITS), python("worker", WAITS)], asked_to_stop=lambda: bool(told))

    status = portal.run(when_started=lambda: told.append(True))

    assert status == 0
    assert [is_alive(child.process.pid) for child in portal.running] == [False, False]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_on_a_signal(number: signal.Signals) -> None:
    portal = Supervisor([python("web", WAITS)])

    status = portal.run(when_started=lambda: os.kill(os.getpid(), number))

    assert status == 0
    assert not is_alive(portal.running[0].process.pid)


def test_when_one_program_ends_the_others_stop_and_it_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    portal = Supervisor([python("web", WAITS), python("worker", "raise SystemExit(3)")])

    status = portal.run(when_started=lambda: None)

    assert status == 1
    assert "The worker ended by itself (exit status 3)" in capfd.readouterr().err
    assert [is_alive(child.process.pid) for child in portal.running] == [False]


def test_a_program_that_will_not_stop_is_ended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "GRACE_SECONDS", 0.3)
    portal = Supervisor([python("stubborn", IGNORES_SIGTERM)], asked_to_stop=(folder / "ready").exists)

    status = portal.run(when_started=lambda: None)

    assert status == 0
    assert portal.running[0].process.returncode == -signal.SIGKILL


def test_what_a_program_leaves_behind_is_ended(folder: Path) -> None:
    portal = Supervisor([python("web", LEAVES_A_CHILD)], asked_to_stop=(folder / "child").exists)

    portal.run(when_started=lambda: None)

    pid = int((folder / "child").read_text())
    wait_until(lambda: not is_alive(pid))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
def test_programs_stop_when_the_supervisor_is_killed(folder: Path) -> None:
    script = f"""
        import sys
        from pathlib import Path
        from config.supervisor import Program, Supervisor
        portal = Supervisor([Program("web", [sys.executable, "-c", {WAITS!r}])])
        def started():
            Path("pid.part").write_text(str(portal.running[0].process.pid))
            Path("pid.part").rename("pid")
        portal.run(when_started=started)
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], env=environment)
    wait_until((folder / "pid").exists)
    pid = int((folder / "pid").read_text())
    assert is_alive(pid)

    killed.kill()
    killed.wait()

    wait_until(lambda: not is_alive(pid))
