"""What somebody meets who has just cloned the project: `python tests/newcomer/check.py` from anywhere.

Clones the commit that is checked out, runs `make run` in a terminal of its own with hardly any environment, signs in as
the demo member, and stops it in every way there is. Needs Python, make and git, as the newcomer does.
"""

import contextlib
import os
import pty
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FIRST_START_SECONDS = 900
# Five on a machine with nothing else to do.
NEXT_START_SECONDS = 90
STOP_SECONDS = 30
# Nothing of the developer's; and should the portal look for servers all the same, they are nowhere.
ENVIRONMENT = {
    **{name: os.environ[name] for name in ("PATH", "HOME")},
    "PGHOST": "nowhere.invalid",
    "REDIS_HOST": "nowhere.invalid",
    "TERM": "dumb",
}


class Portal:
    """A `make run` in a terminal."""

    def __init__(self, clone: Path, port: int) -> None:
        self.clone = clone
        self.output = ""
        self.status: int | None = None
        self.address = f"http://localhost:{port}"
        self.make, self.terminal = pty.fork()
        if self.make == 0:
            os.chdir(clone)
            os.execvpe("make", ["make", "run", f"PORT={port}"], ENVIRONMENT)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # the terminal closes with the last process that holds it
            while chunk := os.read(self.terminal, 4096):
                self.output += chunk.decode(errors="replace")

    def wait_until_open(self, seconds: int) -> None:
        wait_for("the directions printed", lambda: "Ctrl-C stops it." in self.output or self.ended(), seconds)
        expect("make run is still running", not self.ended())

    def ended(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.make, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status is not None

    def accounts(self) -> dict[str, tuple[str, str]]:
        """Return email and password for each role in the printed table."""
        table = re.findall(r"^  ([\w-]+) +(\S+@\S+) +(\S+)\s*$", self.output, re.MULTILINE)
        return {role: (email, password) for role, email, password in table}

    def press_control_c(self) -> None:
        os.write(self.terminal, b"\x03")

    def supervisor(self) -> int:
        for pid in processes_in(self.clone):
            if b"portal" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                return pid
        raise SystemExit("FAILED: no supervisor is running")

    def wait_until_gone(self) -> None:
        wait_for("all processes gone", lambda: self.ended() and not processes_in(self.clone), STOP_SECONDS)


def processes_in(folder: Path) -> list[int]:
    """Return every process that works in the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):  # ended meanwhile
            if entry.name.isdecimal() and (entry / "cwd").readlink().is_relative_to(folder):
                found.append(int(entry.name))
    return found


def expect(what: str, true: object) -> None:
    print(f"{'ok    ' if true else 'FAILED'}  {what}", flush=True)
    if not true:
        sys.exit(1)


def wait_for(what: str, condition: Callable[[], bool], seconds: int) -> None:
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        if condition():
            expect(f"{what} after {time.monotonic() - started:.1f} s", true=True)
            return
        time.sleep(0.1)
    expect(f"{what} within {seconds} s", true=False)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def sign_in_and_read_dashboard(portal: Portal) -> None:
    """Sign in as a browser would, and find on the dashboard the points that the database holds."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = browser.open(f"{portal.address}/accounts/login/")
    expect("the sign-in page answers 200", page.status == 200)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
    expect("the sign-in form is protected", token)
    assert token
    email, password = portal.accounts()["gold"]
    form = {"csrfmiddlewaretoken": token[1], "login": email, "password": password}
    answer = browser.open(f"{portal.address}/accounts/login/", urllib.parse.urlencode(form).encode())
    expect(f"signing in as the member leads to the dashboard ({answer.url})", "/accounts/" not in answer.url)
    text = re.sub(r"<[^>]*>", " ", answer.read().decode())
    with contextlib.closing(sqlite3.connect(portal.clone / "var" / "regulars.sqlite3")) as database:
        (points,) = database.execute(
            "SELECT available FROM members_account JOIN members_member ON members_member.id = member_id "
            "JOIN members_user ON members_user.id = user_id WHERE members_user.email = ?",
            [email],
        ).fetchone()
    expect(f"the dashboard shows the member's {points:,} points", f"{points:,}" in text)


def count_transfers(portal: Portal) -> int:
    with contextlib.closing(sqlite3.connect(portal.clone / "var" / "regulars.sqlite3")) as database:
        return int(database.execute("SELECT count(*) FROM members_transfer").fetchone()[0])


@contextlib.contextmanager
def fresh_clone() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="regulars-newcomer-"))
    clone = folder / "regulars"
    subprocess.run(["git", "clone", "--quiet", REPOSITORY, clone], check=True)
    try:
        yield clone
    finally:
        for pid in processes_in(clone):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    port = free_port()
    with fresh_clone() as clone:
        portal = Portal(clone, port)
        portal.wait_until_open(FIRST_START_SECONDS)
        expect(
            "every role can sign in", {"gold", "cashier", "service", "marketer", "manager"} <= set(portal.accounts())
        )
        sign_in_and_read_dashboard(portal)
        transfers = count_transfers(portal)

        print("-- another one on the same port")
        second = subprocess.run(
            ["make", "run", f"PORT={port}"], cwd=clone, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
        expect("it is refused", second.returncode != 0)
        expect("it says what to do", "choose another port" in second.stderr)

        print("-- Ctrl-C")
        portal.press_control_c()
        portal.wait_until_gone()
        expect("make ends with status 0", portal.status == 0)
        expect("nothing was thrown at the terminal", "Traceback" not in portal.output)

        print("-- a second start, and SIGTERM")
        portal = Portal(clone, port)
        portal.wait_until_open(NEXT_START_SECONDS)
        expect("the data were kept", count_transfers(portal) >= transfers)
        os.kill(portal.make, signal.SIGTERM)
        portal.wait_until_gone()

        print("-- the supervisor is killed outright")
        portal = Portal(clone, port)
        portal.wait_until_open(NEXT_START_SECONDS)
        os.kill(portal.supervisor(), signal.SIGKILL)
        portal.wait_until_gone()
    print("The newcomer is at home.")


if __name__ == "__main__":
    main()
