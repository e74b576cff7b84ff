from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from members import clock
from members.admin.base import ReadOnlyAdmin, staff_user
from members.admin.display import member_link, moment, signed_figure, state
from members.exceptions import DomainError
from members.models import Adjustment, AdjustmentStatus, User
from members.services.adjustments import DECIDE_PERMISSION, approve_adjustment, refuse_adjustment

Decide = Callable[..., Adjustment]


@admin.register(Adjustment)
class AdjustmentAdmin(ReadOnlyAdmin[Adjustment]):
    """Points put right by hand. They begin on a member's page; here a second person decides on the larger ones."""

    list_display = ("owner", "change", "why", "status_badge", "asked_by", "settled_by")
    list_display_links = ("change",)
    list_filter = ("status", "reason")
    list_select_related = ("member", "requested_by", "decided_by")
    ordering = ("-requested_at", "-id")
    sortable_by = ("requested_at",)
    actions = ("approve", "refuse")
    change_form_template = "admin/members/adjustment/change_form.html"
    fields = (
        ("owner", "change", "status_badge"),
        ("reason", "note"),
        ("asked_by", "settled_by"),
    )
    readonly_fields = ("owner", "change", "status_badge", "asked_by", "settled_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Adjustment]:
        """With the people and the balance that the pages name."""
        related = ("member__account", "requested_by", "decided_by")
        return super().get_queryset(request).select_related(*related)

    def seen_members(self, rows: Iterable[Adjustment]) -> Iterable[int | None]:
        """Whose points."""
        return (row.member_id for row in rows)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether this person may approve and refuse."""
        return request.user.has_perm(DECIDE_PERMISSION)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the two decisions, for whoever may take them."""
        adjustment = self.get_object(request, object_id)
        context = {
            "may_decide": adjustment is not None
            and adjustment.status == AdjustmentStatus.WAITING
            and self.has_decide_permission(request),
            "is_own": adjustment is not None and adjustment.requested_by_id == request.user.pk,
        }
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    @admin.action(description=_("Approve the selected adjustments"), permissions=["decide"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Adjustment]) -> HttpResponse | None:
        """Show what approving would do, then do it."""
        return self._decide(request, queryset, approve_adjustment, "approve", _("Approve"))

    @admin.action(description=_("Refuse the selected adjustments"), permissions=["decide"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[Adjustment]) -> HttpResponse | None:
        """Show what would be refused, then do it."""
        return self._decide(request, queryset, refuse_adjustment, "refuse", _("Refuse"))

    def _decide(
        self,
        request: HttpRequest,
        queryset: QuerySet[Adjustment],
        service: Decide,
        action: str,
        button: str | Promise,
    ) -> HttpResponse | None:
        waiting = list(queryset.filter(status=AdjustmentStatus.WAITING).order_by("requested_at", "pk"))
        mine = [adjustment for adjustment in waiting if adjustment.requested_by_id == request.user.pk]
        open_to_me = [adjustment for adjustment in waiting if adjustment not in mine]
        if "confirm" in request.POST:
            self._run(request, open_to_me, service)
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": button,
            "action": action,
            "adjustments": open_to_me,
            "own": len(mine),
            "total": sum(adjustment.points for adjustment in open_to_me),
        }
        return TemplateResponse(request, "admin/members/adjustment/decide.html", context)

    def _run(self, request: HttpRequest, adjustments: Iterable[Adjustment], service: Decide) -> None:
        done = 0
        for adjustment in adjustments:
            try:
                service(adjustment_id=adjustment.pk, decided_by=staff_user(request), now=clock.now())
            except DomainError as error:
                self.message_user(request, f"{adjustment.member}: {error}", messages.ERROR)
            else:
                done += 1
        if done:
            text = ngettext("%(count)s adjustment was decided.", "%(count)s adjustments were decided.", done)
            self.message_user(request, text % {"count": done}, messages.SUCCESS)

    @admin.display(description=_("member"))
    def owner(self, adjustment: Adjustment) -> str:
        """Whose points."""
        return member_link(adjustment.member)

    @admin.display(description=_("points"))
    def change(self, adjustment: Adjustment) -> str:
        """How many; negative was taken away."""
        return signed_figure(adjustment.points)

    @admin.display(description=_("reason"))
    def why(self, adjustment: Adjustment) -> str:
        """The reason of the list, and in words."""
        return format_html(
            '<span class="stacked">{}<small>{}</small></span>', adjustment.get_reason_display(), adjustment.note
        )

    @admin.display(description=_("status"))
    def status_badge(self, adjustment: Adjustment) -> str:
        """Where it stands."""
        return state(adjustment)

    @admin.display(description=_("requested by"))
    def asked_by(self, adjustment: Adjustment) -> str:
        """Who asked for it."""
        return self._by(adjustment.requested_by, adjustment.requested_at)

    @admin.display(description=_("decided by"))
    def settled_by(self, adjustment: Adjustment) -> str:
        """The second person, where there was one."""
        if adjustment.decided_by is None or adjustment.decided_at is None:
            return "—"
        return self._by(adjustment.decided_by, adjustment.decided_at)

    def _by(self, user: User, at: datetime) -> str:
        return format_html('<span class="stacked">{}<small>{}</small></span>', user.get_full_name(), moment(at))
