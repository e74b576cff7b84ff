from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from members import clock
from members.admin.base import StaffAdmin, staff_user
from members.admin.bulk import bulk_actions, bulk_view
from members.admin.display import figure, stamped, state, tier_badge
from members.admin.member_export import EXPORT, export_view
from members.admin.member_page import page_context
from members.admin.steps import step_view
from members.admin.steps_account import ACCOUNT_STEPS
from members.admin.steps_adjust import ADJUST_STEPS
from members.admin.steps_contacts import CONTACT_STEPS
from members.admin.steps_profile import PROFILE_STEPS
from members.admin.steps_tier import TIER_STEPS
from members.models import Member
from members.selectors.dossiers import load_dossier
from members.selectors.members import search_members
from members.services.audits import record_audit
from members.templatetags.portal import card_number

STEPS = (*ADJUST_STEPS, *TIER_STEPS, *PROFILE_STEPS, *CONTACT_STEPS, *ACCOUNT_STEPS)


@admin.register(Member)
class MemberAdmin(StaffAdmin[Member]):
    """Finding a member, and the page with everything about them."""

    list_display = ("called", "card", "badge", "available", "status_badge", "joined")
    list_display_links = ("called",)
    list_filter = ("status", "tier", "enrolled_channel", "language")
    list_select_related = ("tier", "account")
    joined = stamped("enrolled_at", _("joined"))
    ordering = ("-enrolled_at", "-id")
    sortable_by = ("joined",)
    search_fields = ("number",)
    search_help_text = _("Number of the card, whole phone or email, or the beginning of a name")
    actions = ()
    change_list_template = "admin/members/member/change_list.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Members join online, at a till or with a file."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Member | None = None) -> bool:
        """Nobody edits the row: each change is a step with a service of its own."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Member | None = None) -> bool:
        """An account is closed, never deleted: its points are in the books."""
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Member], search_term: str
    ) -> tuple[QuerySet[Member], bool]:
        """Find by number, phone, email or the beginning of a name."""
        if not search_term:
            return queryset, False
        found = list(search_members(search_term).values_list("pk", flat=True))
        return queryset.filter(pk__in=found), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """A search that means one member opens their page."""
        text = request.GET.get("q", "")
        if request.method == "GET" and list(request.GET) == ["q"] and self.has_view_permission(request):
            found = list(search_members(text).values_list("pk", flat=True)[:2])
            if len(found) == 1:
                return HttpResponseRedirect(reverse("admin:members_member_change", args=found))
        context = {"may_export": request.user.has_perm(EXPORT)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Steps with many members, for whoever may take them with one."""
        return bulk_actions(request)

    def seen_members(self, rows: Iterable[Member]) -> Iterable[int | None]:
        """Everybody in the list."""
        return (member.pk for member in rows)

    def note_history(self, request: HttpRequest, row: Member) -> None:
        """A history of phones and addresses is a look at personal data."""
        record_audit(actor=staff_user(request), action="member.history_viewed", member_id=row.pk, now=clock.now())

    def get_urls(self) -> list[URLPattern]:
        """Django's addresses, and one for each step, for steps with many and for the list as a file."""
        own = [
            path(
                f"<int:member_id>/{step.name}/",
                self.admin_site.admin_view(step_view(self, step)),
                name=f"members_member_{step.name}",
            )
            for step in STEPS
        ]
        view = self.admin_site.admin_view
        own += [
            path("export/", view(partial(export_view, self)), name="members_member_export"),
            path("bulk/<int:step_id>/", view(partial(bulk_view, self)), name="members_member_bulk"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show everything about one member, and write down who looked."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = unquote(object_id)
        if not key.isdigit():
            raise Http404
        now = clock.now()
        try:
            dossier = load_dossier(member_id=int(key), now=now)
        except Member.DoesNotExist:
            raise Http404 from None
        record_audit(actor=staff_user(request), action="member.viewed", member_id=int(key), now=now)
        context = {
            **self.admin_site.each_context(request),
            **page_context(dossier, request, STEPS, now),
            "opts": self.opts,
            "title": str(dossier.member),
        }
        return TemplateResponse(request, "admin/members/member/page.html", context)

    @admin.display(description=_("member"))
    def called(self, member: Member) -> str:
        """The name, or the number of somebody who gave none."""
        return str(member)

    @admin.display(description=_("card"))
    def card(self, member: Member) -> str:
        """The number as it is printed."""
        return card_number(member.number)

    @admin.display(description=_("tier"))
    def badge(self, member: Member) -> str:
        """The tier in its colour."""
        return tier_badge(member.tier)

    @admin.display(description=_("points"))
    def available(self, member: Member) -> str:
        """What can be spent."""
        return figure(member.account.available)

    @admin.display(description=_("status"))
    def status_badge(self, member: Member) -> str:
        """Whether the card works."""
        return state(member)
