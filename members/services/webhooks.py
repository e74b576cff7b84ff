"""Telling addresses outside of domain events, signed as Standard Webhooks."""

import json
from datetime import UTC, datetime

from django.core.serializers.json import DjangoJSONEncoder
from standardwebhooks import Webhook

from members.models import DomainEvent, WebhookEndpoint
from members.outbound import NotSent, post

TIMEOUT_SECONDS = 10
GONE = 410


def active_endpoints() -> list[WebhookEndpoint]:
    """The endpoints to tell."""
    return list(WebhookEndpoint.objects.filter(is_active=True).order_by("pk"))


def hears(*, endpoint: WebhookEndpoint, event_type: str) -> bool:
    """Whether an endpoint asked for a type of event; asking for none in particular means all."""
    return not endpoint.event_types or event_type in endpoint.event_types


def send_event(*, endpoint: WebhookEndpoint, event: DomainEvent, now: datetime) -> None:
    """Tell one endpoint of one event; to be called outside any transaction. Raises NotSent.

    ``webhook-id`` is the same each time the event is sent, so that the receiver can leave repetitions out. An endpoint
    that answers 410 Gone wants to hear no more and is switched off.
    """
    body = json.dumps(
        {
            "type": event.type,
            "timestamp": event.occurred_at.isoformat(),
            "data": {**event.payload, "member": event.member.number if event.member else None},
        },
        cls=DjangoJSONEncoder,
    )
    message_id, sent_at = f"evt_{event.pk}", now.astimezone(UTC)
    headers = {
        "content-type": "application/json",
        "user-agent": "Regulars",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": Webhook(endpoint.secret).sign(message_id, sent_at, body),
    }
    status = post(url=endpoint.url, body=body.encode(), headers=headers, timeout=TIMEOUT_SECONDS)
    if status == GONE:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(is_active=False)
    elif not 200 <= status < 300:  # noqa: PLR2004 -- HTTP's range of success
        raise NotSent(f"answered {status}")
