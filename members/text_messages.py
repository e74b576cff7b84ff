"""Text messages to phones. Who sends them is a setting: a callable that takes ``to``, ``body`` and ``now``."""

from collections.abc import Callable
from datetime import datetime

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from members.models import TextMessage

log = structlog.get_logger(__name__)


def send_text_message(*, to: str, body: str, now: datetime) -> None:
    """Send a text through TEXT_MESSAGE_BACKEND. It may use the network, so never call it inside a transaction."""
    backend: Callable[..., None] = import_string(settings.TEXT_MESSAGE_BACKEND)
    backend(to=to, body=body, now=now)


def keep_in_outbox(*, to: str, body: str, now: datetime) -> None:
    """Keep the text where staff can read it, instead of sending it: the backend that needs no provider."""
    message = TextMessage.objects.create(to=to, body=body, created_at=now)
    # The row's id alone: a log has no place for a phone number, and less for a code.
    log.info("text_message_kept", id=message.pk)
