import os
import signal
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.celery import app
from config.ports import problem
from config.supervisor import Make, Program, Supervisor
from members.demo.accounts import DEMO_ACCOUNTS
from members.models import User

# A terminal is read by a person: it shows what needs them, and not that each minute's job ran.
FOR_PEOPLE = {
    "LOG_LEVEL": "WARNING",
    "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
}


class Command(BaseCommand):
    """Serves the whole portal on one machine: web, worker and scheduler, until stopped."""

    help = "Serve web, worker and scheduler together until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000")
        parser.add_argument("--under-make", action="store_true", help="started by make: stop when make does")

    def handle(self, *args: Any, host: str, port: str, under_make: bool, **options: Any) -> None:
        if message := problem(host, port):
            raise CommandError(message)
        for name, value in FOR_PEOPLE.items():
            os.environ.setdefault(name, value)
        declare_queues()
        if under_make:
            make = Make()
            supervisor = Supervisor(programs(host, port), asked_to_stop=make.wants_to_stop)
            with make.kept_from_interrupts():
                status = supervisor.run(when_started=partial(self.welcome, supervisor, port))
        else:
            supervisor = Supervisor(programs(host, port))
            status = supervisor.run(when_started=partial(self.welcome, supervisor, port))
        if status:
            sys.exit(status)
        self.stdout.write("\nStopped. Your data are kept.")

    def welcome(self, supervisor: Supervisor, port: str) -> None:
        """Wait until the portal answers, then say where it is and who can sign in."""
        while not answers(port):
            if supervisor.has_to_stop():
                return
            time.sleep(0.1)
        self.stdout.write(directions(port))
        self.stdout.flush()
        connection.close()  # nothing more to ask; an idle connection would only be in the way of a restart


def directions(port: str) -> str:
    """Return where things are, and who can sign in if this is the demo programme."""
    address = f"http://localhost:{port}"
    lines = ["", f"{settings.PROGRAMME_NAME} is open at {address}/", ""]
    known = set(User.objects.filter(email__in=[a.email for a in DEMO_ACCOUNTS]).values_list("email", flat=True))
    if accounts := [account for account in DEMO_ACCOUNTS if account.email in known]:
        lines.append(f"  {'sign in as':<12}{'email':<34}password")
        lines += [f"  {account.role:<12}{account.email:<34}{account.password}" for account in accounts]
        lines.append("")
    lines += [f"  staff pages    {address}/admin/", f"  counter        {address}/counter/"]
    lines += [f"  API            {address}/api/docs/"]
    if outbox := getattr(settings, "EMAIL_FILE_PATH", ""):
        lines.append(f"  outgoing mail  {outbox}")
    return "\n".join([*lines, "", "Ctrl-C stops it."])


def programs(host: str, port: str) -> list[Program]:
    """Return what makes up the portal on one machine.

    The worker has threads rather than processes: one long import does not hold up the rest, and a machine that shows
    a demo has no memory to give away.
    """
    web = f"""
        -m granian --interface wsgi --host {host} --port {port} --no-ws --log-level warning
        --workers {os.environ.get("WEB_WORKERS", "1")} --blocking-threads {os.environ.get("WEB_THREADS", "4")}
        config.wsgi:application
    """
    worker = f"""
        -m celery --quiet -A config.celery worker --without-gossip --without-mingle --without-heartbeat
        --pool threads --concurrency {os.environ.get("WORKER_CONCURRENCY", "2")}
    """
    scheduler = "-m celery --quiet -A config.celery beat --pidfile="
    return [
        Program("web server", [sys.executable, *web.split()]),
        Program("worker", [sys.executable, *worker.split()]),
        # Its handler of SIGTERM closes the database in the middle of whatever query runs, and then the signal is lost
        # now and then. It writes its schedule down after each task, so nothing is lost by ending it at once.
        Program("scheduler", [sys.executable, *scheduler.split()], stop_signal=signal.SIGKILL),
    ]


def declare_queues() -> None:
    """Create the queues once, before worker and scheduler would both do it: a broker of files has no lock for that."""
    with app.connection_for_write() as broker:
        for queue in app.amqp.queues.values():
            queue(broker.default_channel).declare()


def answers(port: str) -> bool:
    """Say whether the portal answers on this machine."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as response:
            return bool(response.status == HTTPStatus.OK)
    except (urllib.error.URLError, OSError):
        return False
