from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.admin.audit_actions import action_label
from members.admin.base import ReadOnlyAdmin
from members.admin.display import facts, member_link, stamped
from members.admin.searches import member_id_of
from members.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin[AuditEntry]):
    """Who did what to whom, and who looked at whose data."""

    list_display = ("when", "actor_label", "did", "about", "what")
    list_select_related = ("member",)
    when = stamped("at", _("at"))
    ordering = ("-at", "-id")
    sortable_by = ("when",)
    search_fields = ("action",)
    search_help_text = _("Number of a member’s card, email of somebody on the staff, or an action")
    fields = (("at", "actor_label"), ("did", "about"), "action", "what")
    readonly_fields = ("did", "about", "what")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        """Find by member, by person on the staff, or by action."""
        text = search_term.strip()
        if not text:
            return queryset, False
        if member_id := member_id_of(text):
            return queryset.filter(member_id=member_id), False
        if "@" in text:
            return queryset.filter(actor__email=text.lower()), False
        return queryset.filter(Q(action__startswith=text) | Q(actor_label__startswith=text)), False

    @admin.display(description=_("what was done"))
    def did(self, entry: AuditEntry) -> str:
        """The action in words."""
        return action_label(entry.action)

    @admin.display(description=_("member"))
    def about(self, entry: AuditEntry) -> str:
        """Whose data it was."""
        return member_link(entry.member)

    @admin.display(description=_("details"))
    def what(self, entry: AuditEntry) -> str:
        """Figures and names."""
        return facts(entry.details)
