from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members import clock
from members.admin.base import ReadOnlyAdmin, staff_user
from members.admin.display import stamped
from members.models import TextMessage
from members.services.audits import record_audit


@admin.register(TextMessage)
class TextMessageAdmin(ReadOnlyAdmin[TextMessage]):
    """The local outbox: what members would have got on their phones."""

    list_display = ("sent", "to", "body")
    sent = stamped("created_at", _("sent"))
    ordering = ("-id",)
    sortable_by = ()
    search_fields = ("=to",)
    fields = (("to", "created_at"), "body")

    def note_looks(self, request: HttpRequest, rows: Iterable[TextMessage], *, search: str = "") -> None:
        """Messages belong to phones rather than members: one entry for the list."""
        details = {"shown": len(list(rows)), **({"search": search[:60]} if search else {})}
        record_audit(actor=staff_user(request), action="messages.listed", details=details, now=clock.now())
