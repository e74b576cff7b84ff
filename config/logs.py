"""Logs: one line an event, readable on a terminal or JSON for a collector, without personal data."""

import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

PERSONAL_KEYS = ("user_agent", "ip", "email", "phone")


def without_personal_data(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Drop what could name a person: query strings carry phones and emails (`?phone=...`), browsers identify."""
    for key in PERSONAL_KEYS:
        event.pop(key, None)
    if isinstance(request := event.get("request"), str):
        event["request"] = request.partition("?")[0]
    return event


def shared_processors() -> list[Processor]:
    """Return the steps that our own events and those of libraries go through alike."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(allow=[]),
        structlog.processors.TimeStamper(fmt="iso"),
        without_personal_data,
    ]


def renderers(log_format: str) -> list[Processor]:
    """Return the last steps. Tracebacks never show local variables, since those hold members' data."""
    if log_format == "json":
        traceback = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        return [structlog.processors.ExceptionRenderer(traceback), structlog.processors.JSONRenderer()]
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]


def configure(*, log_format: str, level: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING: everything to standard error, formatted the same way."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared_processors(),
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers(log_format)],
        "foreign_pre_chain": shared_processors(),
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"event": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "event"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would print the same line twice, or mail it.
            "django": {"handlers": [], "level": level, "propagate": True},
            # A refused page is in `request_finished` already, with its status.
            "django.request": {"level": "ERROR"},
            # Its lines contain the email that someone tried to sign in with.
            "axes": {"level": "CRITICAL"},
            # One line a received task and one a finished task say less than the job log.
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }
