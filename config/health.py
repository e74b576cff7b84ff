"""Two questions a load balancer asks: does the process live, and can it serve?"""

from collections.abc import Callable

import structlog
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from kombu.exceptions import OperationalError

from config.celery import app

logger = structlog.get_logger(__name__)

BROKER_TIMEOUT_SECONDS = 2


class HealthMiddleware:
    """Answers /healthz and /readyz before everything else.

    Probes come by address and without HTTPS; host checks, redirects, sessions and request logs would only be in the
    way.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in ("/healthz", "/readyz"):
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return alive() if request.path_info == "/healthz" else ready()


def alive() -> JsonResponse:
    """Answer 200: whoever can answer, lives. A database that is down must not get every web process restarted."""
    return _uncached(JsonResponse({"status": "ok"}))


def ready() -> JsonResponse:
    """Answer 200 when database, migrations and broker are in order, else 503 naming the one that is not.

    Nothing but the name: the reason, which may hold addresses, is in the log.
    """
    checks = {"database": database_answers, "migrations": migrations_are_applied, "broker": broker_answers}
    results: dict[str, str] = {}
    for name, check in checks.items():
        # Without a database the question whether it is migrated has no answer.
        reachable = name != "migrations" or results["database"] == "ok"
        results[name] = "ok" if reachable and check() else "failed"
    failed = "failed" in results.values()
    body = {"status": "failed" if failed else "ok", "checks": results}
    return _uncached(JsonResponse(body, status=503 if failed else 200))


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("readiness_failed", check="database")
        return False
    return True


def migrations_are_applied() -> bool:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        logger.error("readiness_failed", check="migrations", pending=len(pending))
    return not pending


def broker_answers() -> bool:
    try:
        with app.connection_for_write(connect_timeout=BROKER_TIMEOUT_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_TIMEOUT_SECONDS)
    except (OperationalError, OSError):
        logger.exception("readiness_failed", check="broker")
        return False
    return True


def _uncached(response: JsonResponse) -> JsonResponse:
    response["Cache-Control"] = "no-store"
    return response
