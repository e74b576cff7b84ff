"""One thing that staff do to one member: a form, a page that says what will happen, then one service."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.admin.base import StaffAdmin, staff_user
from members.exceptions import DomainError
from members.models import Member, User
from members.templatetags.portal import day, signed

Answers = Mapping[str, Any]


def is_live(member: Member) -> bool:
    """Whether the card still works."""
    return member.is_live


class ReasonForm(forms.Form):
    """Why, in words: kept with the member."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("Kept with the member; colleagues read it."),
    )


def _nothing(member: Member) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Step:
    """What is asked, what it will do in sentences, and the service that does it.

    ``effects`` and ``run`` may raise DomainError; ``run`` returns what to tell afterwards.
    """

    name: str
    title: str | Promise
    button: str | Promise
    permission: str
    form: type[forms.Form]
    effects: Callable[[Member, Answers, User], list[str]]
    run: Callable[[Member, Answers, User], str]
    applies: Callable[[Member], bool]
    is_danger: bool = False
    initial: Callable[[Member], dict[str, Any]] = _nothing


def step_view(page: StaffAdmin[Member], step: Step) -> Callable[..., HttpResponse]:
    """The admin view of a step: form, preview, deed. Without the permission nothing is shown and nothing happens."""

    def view(request: HttpRequest, member_id: int) -> HttpResponse:
        if not request.user.has_perm(step.permission):
            raise PermissionDenied
        member = get_object_or_404(Member.objects.select_related("account", "tier"), pk=member_id)
        back = reverse("admin:members_member_change", args=[member.pk])
        if not step.applies(member):
            messages.warning(request, str(step.title))
            return HttpResponseRedirect(back)
        form = step.form(request.POST or None, initial=step.initial(member), label_suffix="")
        effects: list[str] = []
        if request.method == "POST" and form.is_valid():
            try:
                if "confirm" in request.POST:
                    messages.success(request, step.run(member, form.cleaned_data, staff_user(request)))
                    return HttpResponseRedirect(back)
                if "again" not in request.POST:
                    effects = step.effects(member, form.cleaned_data, staff_user(request))
            except DomainError as error:
                form.add_error(None, str(error))
        context = {
            **page.admin_site.each_context(request),
            "opts": page.opts,
            "title": step.title,
            "step": step,
            "member": member,
            "form": form,
            "effects": effects,
            "answers": answers_in_words(form) if effects else [],
            "back": back,
        }
        return TemplateResponse(request, "admin/members/member/step.html", context)

    return view


def answers_in_words(form: forms.Form) -> list[tuple[str, str]]:
    """What was filled in, as a person reads it: labels of choices rather than their codes."""
    answers = []
    for name, value in form.cleaned_data.items():
        field = form.fields[name]
        words = dict(field.widget.choices).get(value, value) if type(field) is forms.ChoiceField else value
        if words not in {None, ""}:
            answers.append((str(form[name].label), _words(words)))
    return answers


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, int):
        return signed(value)
    return day(value) if isinstance(value, date) else str(value)
