"""Runs the portal's programs together: all of them or none."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

GRACE_SECONDS = 15
POLL_SECONDS = 0.2
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Program:
    """A program of the portal: what people call it and how it starts."""

    name: str
    command: list[str]


class Supervisor:
    """Starts programs, and stops all of them on Ctrl-C, on SIGTERM, or as soon as one of them ends.

    Each program leads a process group of its own: Ctrl-C in a terminal reaches this process alone, which then stops
    them in order; and what a program leaves behind can be found and ended. Should this process be killed outright,
    Linux asks each program to stop.
    """

    def __init__(self, programs: list[Program], *, asked_to_stop: Callable[[], bool] = lambda: False) -> None:
        self.programs = programs
        self.asked_to_stop = asked_to_stop
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.signals_received = 0

    def run(self, *, when_started: Callable[[], None]) -> int:
        """Run until told to stop; return the exit status: 0 when told to, 1 when a program ended by itself."""
        previous = {number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            for program in self.programs:
                self.running[program.name] = start(program)
            when_started()
            while not (self.signals_received or self.asked_to_stop()):
                if ended := [name for name, child in self.running.items() if has_ended(child)]:
                    return self._report(ended[0])
                time.sleep(POLL_SECONDS)
            return 0
        finally:
            self.stop()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def has_to_stop(self) -> bool:
        """Say whether waiting for anything is in vain: we were told to stop, or a program has ended."""
        return bool(self.signals_received) or self.asked_to_stop() or any(map(has_ended, self.running.values()))

    def stop(self) -> None:
        """Ask every program to finish, wait, and end by force what is left (at once if Ctrl-C is pressed again)."""
        received = self.signals_received
        for child in self.running.values():
            if not has_ended(child):
                child.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and self.signals_received <= max(received, 1):
            if all(map(has_ended, self.running.values())):
                break
            time.sleep(POLL_SECONDS)
        for child in self.running.values():
            # While the leader is not waited for, its number, and so its group's, cannot be given to anybody else.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def _note(self, number: int, frame: object) -> None:
        self.signals_received += 1

    def _report(self, name: str) -> int:
        child = self.running[name]
        child.wait()
        how = f"signal {-child.returncode}" if child.returncode < 0 else f"exit status {child.returncode}"
        print(f"\nThe {name} ended by itself ({how}); its last lines are above. Stopping the rest.", file=sys.stderr)
        return 1


def start(program: Program) -> subprocess.Popen[bytes]:
    """Start the program as leader of its own session, to be asked to stop when this process dies."""
    parent = os.getpid()

    def stop_with_parent() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # It died before we could ask.
                os._exit(1)

    # The supervisor has one thread, so running Python between fork and exec is safe.
    return subprocess.Popen(
        program.command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=stop_with_parent,  # noqa: PLW1509
    )


def has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Say whether the program has ended, leaving its entry in the process table."""
    if child.returncode is not None:
        return True
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


class Make:
    """The `make` that started us, when one did.

    make passes SIGTERM on to its recipes but keeps SIGINT to itself, trusting that a terminal sent it to everybody,
    and it reports a recipe that was interrupted as failed. Hence the two things here.
    """

    def __init__(self) -> None:
        self.pid = os.getppid()
        self.listened = self._listens()

    def wants_to_stop(self) -> bool:
        """Say whether make is gone, or was interrupted: it then no longer listens for SIGINT and waits for us."""
        return os.getppid() != self.pid or (self.listened and not self._listens())

    def _listens(self) -> bool:
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:  # not Linux, or make is gone
            return False
        caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
        return bool(int(caught, 16) >> (signal.SIGINT - 1) & 1)

    @contextlib.contextmanager
    def kept_from_interrupts(self) -> Iterator[None]:
        """Take the terminal's Ctrl-C for this process alone, so that stopping it is no failure to make.

        Ctrl-Z is ignored meanwhile: it would stop us, but not make, and leave the terminal to nobody.
        """
        try:
            terminal = os.open("/dev/tty", os.O_RDWR)
        except OSError:
            terminal = -1
        if terminal < 0 or os.tcgetpgrp(terminal) != os.getpgrp() or os.getpgrp() == os.getpid():
            yield  # no terminal, not in its foreground, or alone in its group already
            return
        group = os.getpgrp()
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        os.setpgid(0, 0)
        os.tcsetpgrp(terminal, os.getpid())
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # the terminal may have been closed
                os.tcsetpgrp(terminal, group)
            os.close(terminal)
