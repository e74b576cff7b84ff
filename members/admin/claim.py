from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from members.admin.base import ReadOnlyAdmin
from members.admin.display import stamped
from members.models import TextMessage


@admin.register(TextMessage)
class TextMessageAdmin(ReadOnlyAdmin[TextMessage]):
    """The local outbox: what members would have got on their phones."""

    list_display = ("sent", "to", "body")
    sent = stamped("created_at", _("sent"))
    ordering = ("-id",)
    sortable_by = ()
    search_fields = ("=to",)
    fields = (("to", "created_at"), "body")
