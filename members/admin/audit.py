from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members import clock
from members.admin.audit_actions import ACTIONS, EXPORTS, LOOKS, action_label
from members.admin.base import ReadOnlyAdmin
from members.admin.display import facts, member_link, stamped
from members.admin.searches import member_id_of
from members.models import AuditEntry


class KindFilter(admin.SimpleListFilter):
    """What was changed, what was looked at, what was taken away as a file."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Three kinds."""
        return [("changes", _("Changes")), ("looks", _("Looks")), ("exports", _("Exports"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """The entries of the chosen kind."""
        match self.value():
            case "changes":
                return queryset.exclude(action__in=(*LOOKS, *EXPORTS))
            case "looks":
                return queryset.filter(action__in=LOOKS)
            case "exports":
                return queryset.filter(action__in=EXPORTS)
        return queryset


class ActionFilter(admin.SimpleListFilter):
    """One action, by the name that people call it."""

    title = _("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every known action, in the order of its words."""
        return sorted(((name, str(words)) for name, words in ACTIONS.items()), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """The entries of the chosen action."""
        return queryset.filter(action=self.value()) if self.value() else queryset


def day_condition(text: str) -> Q | None:
    """The entries of a day (2026-03-10), or of the days between two (2026-03-01..2026-03-10); None: no such text."""
    first, _dots, last = text.partition("..")
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        return None
    return Q(at__gte=clock.day_start(start), at__lt=clock.day_end(end))


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin[AuditEntry]):
    """Who did what to whom, and who looked at whose data."""

    list_display = ("when", "actor_label", "did", "about", "what")
    list_select_related = ("member",)
    when = stamped("at", _("at"))
    ordering = ("-at", "-id")
    sortable_by = ("when",)
    search_fields = ("action",)
    search_help_text = _("Card, email of staff, action, a day (2026-03-10) or days (2026-03-01..2026-03-10)")
    list_filter = (KindFilter, ActionFilter, ("at", admin.DateFieldListFilter))
    fields = (("at", "actor_label"), ("did", "about"), "action", "what")
    readonly_fields = ("did", "about", "what")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        """Find by member, by person on the staff, by action, by day; several words narrow it down."""
        if member_id := member_id_of(search_term):
            return queryset.filter(member_id=member_id), False
        for word in search_term.split():
            queryset = queryset.filter(self._condition(word))
        return queryset, False

    def _condition(self, word: str) -> Q:
        if (found := day_condition(word)) is not None:
            return found
        if member_id := member_id_of(word):
            return Q(member_id=member_id)
        if "@" in word:
            return Q(actor__email=word.lower())
        return Q(action__startswith=word) | Q(actor_label__startswith=word)

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
