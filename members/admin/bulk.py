"""Steps with many members: chosen in the list, asked for, shown before, done once, accounted for after."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from members import clock
from members.admin.base import StaffAdmin, staff_user
from members.admin.bulk_forms import BULK, as_answers, effects, members_in_words
from members.admin.steps import answers_in_words
from members.exceptions import DomainError
from members.models import BulkOutcome, BulkStatus, BulkStep, Member
from members.selectors.bulk_plans import Plan, load_members, make_plan
from members.services.bulk_steps import MAX_MEMBERS, PERMISSIONS, TooManyMembers, draft_bulk_step, run_bulk_step

TONES = {BulkStatus.DONE: "good", BulkStatus.ASKED: "warn", BulkStatus.WAITING: "warn", BulkStatus.REFUSED: "bad"}
Action = tuple[Callable[..., Any], str, Any]


def bulk_actions(request: HttpRequest) -> dict[str, Action]:
    """The list's actions that this person may take, as Django's admin takes them."""
    return {
        f"bulk_{kind}": (_choose(kind), f"bulk_{kind}", bulk.action)
        for kind, bulk in BULK.items()
        if request.user.has_perm(PERMISSIONS[kind])
    }


def _choose(kind: str) -> Callable[..., HttpResponse | None]:
    def choose(page: StaffAdmin[Member], request: HttpRequest, queryset: QuerySet[Member]) -> HttpResponse | None:
        """Keep who is selected, and go to the page that asks."""
        chosen = list(queryset.order_by().values_list("pk", flat=True)[: MAX_MEMBERS + 1])
        try:
            if len(chosen) > MAX_MEMBERS:
                raise TooManyMembers(count=queryset.count(), limit=MAX_MEMBERS)
            step = draft_bulk_step(kind=kind, member_ids=chosen, actor=staff_user(request), now=clock.now())
        except DomainError as error:
            messages.error(request, str(error))
            return None
        return HttpResponseRedirect(reverse("admin:members_member_bulk", args=[step.pk]))

    return choose


def bulk_view(page: StaffAdmin[Member], request: HttpRequest, step_id: int) -> HttpResponse:
    """The page of one step, for whoever began it: its form, its preview, and in the end what became of each."""
    step = BulkStep.objects.filter(pk=step_id, actor=staff_user(request)).first()
    if not page.has_view_permission(request):
        raise PermissionDenied
    if step is None:
        raise Http404
    if not request.user.has_perm(PERMISSIONS[step.kind]):
        raise PermissionDenied
    if step.confirmed_at:
        return _result(page, request, step)
    form = BULK[step.kind].form(request.POST or None, label_suffix="")
    plan = None
    if request.method == "POST" and form.is_valid():
        if "confirm" in request.POST:
            return _run(request, step, as_answers(step.kind, form.cleaned_data))
        if "again" not in request.POST:
            members, answers = load_members(step.pk), as_answers(step.kind, form.cleaned_data)
            plan = make_plan(kind=step.kind, answers=answers, members=members)
            page.note_looks(request, members)
    return _page(page, request, step, form, plan)


def _run(request: HttpRequest, step: BulkStep, answers: dict[str, Any]) -> HttpResponse:
    try:
        run_bulk_step(step_id=step.pk, answers=answers, actor=staff_user(request), now=clock.now())
    except DomainError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("admin:members_member_bulk", args=[step.pk]))


def _page(
    page: StaffAdmin[Member], request: HttpRequest, step: BulkStep, form: forms.Form, plan: Plan | None
) -> HttpResponse:
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": BULK[step.kind].title,
        "bulk": BULK[step.kind],
        "form": form,
        "counted": members_in_words(len(plan.rows) if plan else step.outcomes.count()),
        "plan": plan,
        "effects": effects(plan, form.cleaned_data) if plan else [],
        "answers": answers_in_words(form) if plan else [],
        "back": reverse("admin:members_member_changelist"),
    }
    return TemplateResponse(request, "admin/members/bulk/form.html", context)


def _result(page: StaffAdmin[Member], request: HttpRequest, step: BulkStep) -> HttpResponse:
    if request.method == "POST":
        # Sent again, or going on with what a broken request left: what is done stays done.
        return _run(request, step, step.answers)
    outcomes = list(BulkOutcome.objects.filter(step=step).select_related("member").order_by("status", "member__name"))
    page.note_looks(request, [outcome.member for outcome in outcomes])
    counts = Counter(outcome.status for outcome in outcomes)
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": BULK[step.kind].title,
        "step": step,
        "outcomes": [(outcome, TONES.get(BulkStatus(outcome.status), "")) for outcome in outcomes],
        "counts": [(label, counts[value]) for value, label in BulkStatus.choices if counts[value]],
        "waiting": counts[BulkStatus.WAITING],
        "back": reverse("admin:members_member_changelist"),
        "subtitle": _("What became of each"),
    }
    return TemplateResponse(request, "admin/members/bulk/result.html", context)
