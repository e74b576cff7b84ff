"""Who would hear of the demo programme's events, were their addresses real."""

from datetime import datetime, timedelta

from members import event_types
from members.demo.accounts import DOMAIN
from members.models import WebhookEndpoint

# Off, all of them: a demo sends nothing to anybody. The secrets are no secrets, as nothing is signed with them.
ENDPOINTS: tuple[tuple[str, list[str], int], ...] = (
    (f"https://mail.{DOMAIN}/hooks/loyalty", [event_types.TIER_CHANGED, event_types.POINTS_EXPIRING], 40),
    (f"https://warehouse.{DOMAIN}/events", [], 200),
    (f"https://old-app.{DOMAIN}/callback", [event_types.PURCHASE_RECORDED], 5),
)


def make_webhooks(*, opened_at: datetime) -> None:
    """Write the addresses down, switched off."""
    WebhookEndpoint.objects.bulk_create(
        WebhookEndpoint(
            url=url,
            event_types=types,
            secret="whsec_ZGVtby1vbmx5LW5vdGhpbmctaXMtc2lnbmVkLXdpdGgtdGhpcw==",  # noqa: S106
            is_active=False,
            created_at=opened_at + timedelta(days=days),
        )
        for url, types, days in ENDPOINTS
    )
