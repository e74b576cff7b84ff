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
    """A program of the portal: what people call it, how it starts and what makes it stop."""

    name: str
    command: list[str]
    stop_signal: signal.Signals = signal.SIGTERM


@dataclass(frozen=True)
class Running:
    """A program and its process."""

    program: Program
    process: subprocess.Popen[bytes]

    def has_ended(self) -> bool:
        """Say whether it has ended, leaving its entry in the process table."""
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def ask_to_stop(self) -> None:
        """Send the signal that makes it stop; one that has ended already does not mind."""
        os.kill(self.process.pid, self.program.stop_signal)

    def end(self) -> int:
        """End by force whatever is left of it; return its exit status, or minus the signal that ended it.

        Until the leader is waited for, which is here and nowhere else, its number cannot be given to anybody else.
        """
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.wait()


class Supervisor:
    """Starts programs, and stops all of them on Ctrl-C, on SIGTERM, or as soon as one of them ends.

    Each program leads a process group of its own: Ctrl-C in a terminal reaches this process alone, which then stops
    them in order; and what a program leaves behind can be found and ended. Should this process be killed outright,
    Linux asks each program to stop.
    """

    def __init__(self, programs: list[Program], *, asked_to_stop: Callable[[], bool] = lambda: False) -> None:
        self.programs = programs
        self.asked_to_stop = asked_to_stop
        self.running: list[Running] = []
        self.signals_received = 0

    def run(self, *, when_started: Callable[[], None]) -> int:
        """Run until told to stop; return the exit status: 0 when told to, 1 when a program ended by itself."""
        previous = {number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            for program in self.programs:
                self.running.append(start(program))
            when_started()
            while not (self.signals_received or self.asked_to_stop()):
                if ended := [child for child in self.running if child.has_ended()]:
                    self._report(ended[0])
                    return 1
                time.sleep(POLL_SECONDS)
            return 0
        finally:
            self.stop()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def has_to_stop(self) -> bool:
        """Say whether waiting for anything is in vain: we were told to stop, or a program has ended."""
        return bool(self.signals_received) or self.asked_to_stop() or any(child.has_ended() for child in self.running)

    def stop(self) -> None:
        """Ask every program to finish, wait, and end by force what is left (at once if Ctrl-C is pressed again)."""
        received = self.signals_received
        for child in self.running:
            child.ask_to_stop()
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and self.signals_received <= max(received, 1):
            if all(child.has_ended() for child in self.running):
                break
            time.sleep(POLL_SECONDS)
        for child in self.running:
            child.end()

    def _note(self, number: int, frame: object) -> None:
        self.signals_received += 1

    def _report(self, child: Running) -> None:
        status = child.end()
        self.running.remove(child)
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        print(f"\nThe {child.program.name} ended by itself ({how}); why is above. Stopping the rest.", file=sys.stderr)


def start(program: Program) -> Running:
    """Start the program as leader of its own session, to be asked to stop when this process dies."""
    parent = os.getpid()

    def stop_with_parent() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, program.stop_signal)
            if os.getppid() != parent:  # It died before we could ask.
                os._exit(1)

    # The supervisor has one thread, so running Python between fork and exec is safe.
    process = subprocess.Popen(
        program.command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=stop_with_parent,  # noqa: PLW1509
    )
    return Running(program, process)


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
