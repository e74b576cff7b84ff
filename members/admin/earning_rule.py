from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import clock
from members.admin.base import ReadOnlyAdmin, staff_user
from members.admin.config_files import ConfigFileAdmin
from members.admin.display import badge, moment
from members.admin.rule_form import RuleForm, VersionForm, initial_of
from members.exceptions import DomainError
from members.models import EarningRule, EarningRuleVersion
from members.models import Rulebook as RulebookRow
from members.rule_terms import VersionTerms
from members.selectors.rule_sentences import sentence
from members.selectors.rulebook import current_rulebook, version_terms
from members.services.earning_rules import create_rule, end_rule, publish_version, withdraw_version
from members.services.rule_drafts import InvalidRule, check_draft

PUBLISH = "members.add_earningruleversion"


def standing(version: VersionTerms, now: datetime) -> str:
    """Whether a version is planned, in force or over."""
    if version.valid_from > now:
        return badge(_("Planned"), "warn")
    return (
        badge(_("In force"), "good") if version.valid_until is None or version.valid_until > now else badge(_("Over"))
    )


def versions_of(rule: EarningRule, revision: str | None = None) -> list[VersionTerms]:
    """A rule's versions, newest first, from the rulebook; with the revision known, without a query."""
    versions = [version for version in current_rulebook(revision).versions if version.rule_id == rule.pk]
    return sorted(versions, key=lambda version: version.valid_from, reverse=True)


@admin.register(EarningRule)
class EarningRuleAdmin(ConfigFileAdmin[EarningRule], ReadOnlyAdmin[EarningRule]):
    """How points are earned, in sentences. A rule is never edited: it says something new from a moment on."""

    config_kind = "rule"
    takes_files = False
    list_display = ("name", "says", "state", "code")
    ordering = ("code",)
    sortable_by = ()
    search_fields = ("code__startswith", "name__startswith")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may make rules."""
        return request.user.has_perm("members.add_earningrule") and request.user.has_perm(PUBLISH)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EarningRule]:
        """Each row brings the rulebook's revision along, so that its sentence costs no query."""
        return super().get_queryset(request).annotate(revision=Subquery(RulebookRow.objects.values("revision")[:1]))

    def get_urls(self) -> list[URLPattern]:
        """Django's addresses, and those of what can be done to a rule."""
        view = self.admin_site.admin_view
        own = [
            path("<int:rule_id>/publish/", view(self.publish_view), name="members_earningrule_publish"),
            path("<int:rule_id>/end/", view(self.end_view), name="members_earningrule_end"),
            path("versions/<int:version_id>/withdraw/", view(self.withdraw_view), name="members_earningrule_withdraw"),
        ]
        return [*own, *super().get_urls()]

    @admin.display(description=gettext_lazy("what it says"))
    def says(self, rule: EarningRule) -> str:
        """The version that counts now, or the next one, as a sentence."""
        version = self._counting(rule)
        rulebook = current_rulebook(rule.revision)  # type: ignore[attr-defined]
        return sentence(version, rulebook=rulebook) if version else "—"

    @admin.display(description=gettext_lazy("state"))
    def state(self, rule: EarningRule) -> str:
        """Whether it counts now."""
        version = self._counting(rule)
        return standing(version, clock.now()) if version else badge(_("Empty"))

    def _counting(self, rule: EarningRule) -> VersionTerms | None:
        now = clock.now()
        versions = versions_of(rule, rule.revision)  # type: ignore[attr-defined]
        begun = [version for version in versions if version.valid_from <= now]
        return next(iter(begun or versions[::-1]), None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What a rule says, will say and has said."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rule = self.get_object(request, object_id)
        if rule is None:
            raise Http404
        rulebook, now = current_rulebook(), clock.now()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": rule.name,
            "rule": rule,
            "versions": [
                {
                    "terms": version,
                    "sentence": sentence(version, rulebook=rulebook),
                    "standing": standing(version, now),
                    "is_planned": version.valid_from > now,
                }
                for version in versions_of(rule)
            ],
            "may_publish": request.user.has_perm(PUBLISH),
        }
        return TemplateResponse(request, "admin/members/earningrule/page.html", context)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """Make a rule with its first version."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._form_view(request, None, RuleForm(request.POST or None, initial=initial_of(None), label_suffix=""))

    def publish_view(self, request: HttpRequest, rule_id: int) -> HttpResponse:
        """Let a rule say something new."""
        self._require_publish(request)
        rule = get_object_or_404(EarningRule, pk=rule_id)
        newest = rule.versions.order_by("-valid_from").prefetch_related("stores").first()
        return self._form_view(
            request, rule, VersionForm(request.POST or None, initial=initial_of(newest), label_suffix="")
        )

    def _form_view(self, request: HttpRequest, rule: EarningRule | None, form: VersionForm) -> HttpResponse:
        effects: list[str] = []
        if request.method == "POST" and form.is_valid():
            try:
                if "confirm" in request.POST:
                    return self._publish(request, rule, form)
                if "again" not in request.POST:
                    effects = self._effects(form)
            except InvalidRule as error:
                for field, message in error.problems:
                    form.add_error(field, str(message))
            except DomainError as error:
                form.add_error("code" if error.code == "rule-code-taken" else "valid_from", str(error))
        context = {
            "title": _("Publish a new version") if rule else _("New earning rule"),
            "form": form,
            "effects": effects,
            "button": _("Publish"),
        }
        return self._page(request, rule, context)

    def _effects(self, form: VersionForm) -> list[str]:
        draft, start, end = form.draft(), form.cleaned_data["valid_from"], form.cleaned_data["valid_until"]
        rulebook = current_rulebook()
        check_draft(draft, rulebook=rulebook)
        unsaved = EarningRuleVersion(valid_from=start or clock.now(), valid_until=end, **draft.columns())
        says = sentence(version_terms(unsaved, stores=frozenset(draft.store_ids)), rulebook=rulebook)
        begins = _("From %(moment)s on.") % {"moment": moment(start)} if start else _("From now on.")
        ends = [_("Until %(moment)s.") % {"moment": moment(end)}] if end else []
        kept = _("Purchases from before keep the points that they earned.")
        return [says, begins, *ends, kept]

    def _publish(self, request: HttpRequest, rule: EarningRule | None, form: VersionForm) -> HttpResponse:
        now = clock.now()
        when = {"valid_from": form.cleaned_data["valid_from"] or now, "valid_until": form.cleaned_data["valid_until"]}
        if isinstance(form, RuleForm):
            code, names = form.cleaned_data["code"], form.names()
            rule = create_rule(code=code, names=names, draft=form.draft(), now=now, actor=staff_user(request), **when)
        elif rule is not None:
            publish_version(rule_id=rule.pk, draft=form.draft(), now=now, actor=staff_user(request), **when)
        messages.success(request, _("The rule is published."))
        return self._back(rule)

    def end_view(self, request: HttpRequest, rule_id: int) -> HttpResponse:
        """Let a rule say nothing from now on."""
        self._require_publish(request)
        rule = get_object_or_404(EarningRule, pk=rule_id)
        if request.method == "POST":
            try:
                now = clock.now()
                end_rule(rule_id=rule.pk, ends_at=now, now=now, actor=staff_user(request))
                messages.success(request, _("The rule has ended."))
            except DomainError as error:
                messages.error(request, str(error))
            return self._back(rule)
        effects = [
            _("From now on purchases earn nothing by this rule."),
            _("Purchases from before keep the points that they earned."),
        ]
        context = {"title": _("End the rule"), "effects": effects, "button": _("End it now"), "is_danger": True}
        return self._page(request, rule, context)

    def withdraw_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Take a planned version back."""
        self._require_publish(request)
        version = get_object_or_404(EarningRuleVersion.objects.select_related("rule"), pk=version_id)
        if request.method == "POST":
            try:
                withdraw_version(version_id=version.pk, now=clock.now(), actor=staff_user(request))
                messages.success(request, _("The planned version is withdrawn."))
            except DomainError as error:
                messages.error(request, str(error))
            return self._back(version.rule)
        effects = [sentence(version), _("This will not come into force; what the rule says before it goes on.")]
        context = {
            "title": _("Withdraw the planned version"),
            "effects": effects,
            "button": _("Withdraw"),
            "is_danger": True,
        }
        return self._page(request, version.rule, context)

    def _require_publish(self, request: HttpRequest) -> None:
        if not request.user.has_perm(PUBLISH):
            raise PermissionDenied

    def _back(self, rule: EarningRule | None) -> HttpResponse:
        if rule is None:
            return HttpResponseRedirect(reverse("admin:members_earningrule_changelist"))
        return HttpResponseRedirect(reverse("admin:members_earningrule_change", args=[rule.pk]))

    def _page(self, request: HttpRequest, rule: EarningRule | None, context: dict[str, Any]) -> HttpResponse:
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "rule": rule}
        return TemplateResponse(request, "admin/members/earningrule/form.html", {**frame, **context})
