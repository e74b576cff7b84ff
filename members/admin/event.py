import base64
import secrets
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members import clock
from members.admin.base import ReadOnlyAdmin, StaffAdmin
from members.admin.display import badge, facts, member_link, stamped
from members.admin.forms import WebhookForm
from members.models import DomainEvent, WebhookEndpoint

# As Standard Webhooks advises: between 24 and 64 bytes.
SECRET_BYTES = 32


class DeliveredFilter(admin.SimpleListFilter):
    """Whether the relay has delivered an event."""

    title = _("delivery")
    parameter_name = "delivered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The two states."""
        return [("no", _("Waiting")), ("yes", _("Delivered"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Keep the events in the chosen state."""
        if self.value() in {"yes", "no"}:
            return queryset.filter(delivered_at__isnull=self.value() == "no")
        return queryset


@admin.register(DomainEvent)
class DomainEventAdmin(ReadOnlyAdmin[DomainEvent]):
    """What happened, as the relay hands it to subscribers and webhooks."""

    list_display = ("id", "type", "about", "happened", "delivery", "attempts")
    list_display_links = ("id", "type")
    list_filter = (DeliveredFilter,)
    list_select_related = ("member",)
    happened = stamped("occurred_at", _("happened"))
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        ("type", "about"),
        ("occurred_at", "recorded_at"),
        ("delivery", "delivered_at", "attempts"),
        "content",
        "last_error",
    )
    readonly_fields = ("about", "delivery", "content")

    @admin.display(description=_("member"))
    def about(self, event: DomainEvent) -> str:
        """Whom it is about."""
        return member_link(event.member)

    @admin.display(description=_("delivery"))
    def delivery(self, event: DomainEvent) -> str:
        """Whether everybody has heard of it."""
        if event.delivered_at:
            return badge(_("Delivered"), "good")
        return badge(_("Failing"), "bad") if event.last_error else badge(_("Waiting"), "warn")

    @admin.display(description=_("content"))
    def content(self, event: DomainEvent) -> str:
        """The payload as names and values."""
        return facts(event.payload)


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(StaffAdmin[WebhookEndpoint]):
    """Addresses outside that hear of events. The secret is made here, for the receiver to check signatures with."""

    form = WebhookForm
    list_display = ("url", "hears", "is_active", "made")
    made = stamped("created_at", _("created"))
    ordering = ("-created_at", "id")
    sortable_by = ()
    fields = ("url", "event_types", "is_active", "secret")
    readonly_fields = ("secret",)

    def get_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> Any:
        """There is no secret to show before there is an endpoint."""
        return self.fields if obj else ("url", "event_types", "is_active")

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Give a new endpoint its secret."""
        if not change:
            obj.secret = f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"
            obj.created_at = clock.now()
        super().save_model(request, obj, form, change)

    @admin.display(description=_("event types"))
    def hears(self, endpoint: WebhookEndpoint) -> str:
        """What it wants to hear of."""
        return ", ".join(endpoint.event_types) or gettext("All")
