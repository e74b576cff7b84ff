from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members import clock
from members.admin.base import ReadOnlyAdmin, staff_user
from members.admin.policy_form import PolicyForm
from members.exceptions import DomainError
from members.models import ExpiryPolicy
from members.services.expiry_policies import InvalidPolicy, publish_policy


@admin.register(ExpiryPolicy)
class ExpiryPolicyAdmin(ReadOnlyAdmin[ExpiryPolicy]):
    """How long points live. A new policy is for points earned from then on; what is there can only get better."""

    list_display = ("name", "kind", "months", "valid_from")
    ordering = ("-valid_from",)
    sortable_by = ()
    fields = ("name", "kind", "months", ("fixed_month", "fixed_day"), "valid_from")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may publish a policy."""
        return request.user.has_perm("members.add_expirypolicy")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """Publish a policy, after saying what it will do."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PolicyForm(request.POST or None, initial={"months": 12}, label_suffix="")
        effects: list[str] = []
        if request.method == "POST" and form.is_valid():
            try:
                if "confirm" in request.POST:
                    return self._publish(request, form)
                if "again" not in request.POST:
                    effects = form.effects()
            except InvalidPolicy as error:
                for field, message in error.problems:
                    form.add_error(field, str(message))
            except DomainError as error:
                form.add_error("valid_from", str(error))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("New expiry policy"),
            "form": form,
            "effects": effects,
        }
        return TemplateResponse(request, "admin/members/expirypolicy/form.html", context)

    def _publish(self, request: HttpRequest, form: PolicyForm) -> HttpResponse:
        now = clock.now()
        _policy, extended = publish_policy(now=now, actor=staff_user(request), **form.terms(now))
        text = ngettext(
            "The policy is published; %(count)s lot lives longer.",
            "The policy is published; %(count)s lots live longer.",
            extended,
        )
        messages.success(request, text % {"count": extended})
        return HttpResponseRedirect(reverse("admin:members_expirypolicy_changelist"))
