from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.admin.base import ReadOnlyAdmin
from members.admin.display import duration, facts, stamped, state
from members.models import JobRun

NAMES: dict[str, str | Promise] = {
    "activate_points": _("Activate pending points"),
    "expire_points": _("Expire points"),
    "review_tiers": _("Review tiers"),
    "warn_of_expiry": _("Warn of points that expire"),
    "purge": _("Purge old answers"),
    "verify_ledger": _("Verify the ledger"),
}


class JobFilter(admin.SimpleListFilter):
    """Which job."""

    title = _("job")
    parameter_name = "job"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The jobs by their names in words."""
        return list(NAMES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[JobRun]) -> QuerySet[JobRun]:
        """Keep the runs of one job."""
        return queryset.filter(job=self.value()) if self.value() else queryset


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin[JobRun]):
    """What the jobs did, night by night."""

    list_display = ("what", "for_date", "status_badge", "began", "took", "counted")
    list_filter = ("status", JobFilter, "for_date")
    began = stamped("started_at", _("started"))
    ordering = ("-started_at", "-id")
    sortable_by = ("began",)
    fields = (("what", "for_date", "status_badge"), ("started_at", "finished_at", "took"), "counted", "error")
    readonly_fields = ("what", "status_badge", "took", "counted")

    @admin.display(description=_("job"))
    def what(self, run: JobRun) -> str:
        """The job in words; its name where there are none yet."""
        return str(NAMES.get(run.job, run.job))

    @admin.display(description=_("status"))
    def status_badge(self, run: JobRun) -> str:
        """How it ended."""
        return state(run)

    @admin.display(description=_("took"))
    def took(self, run: JobRun) -> str:
        """How long it took."""
        return duration(run.duration_ms)

    @admin.display(description=_("counts"))
    def counted(self, run: JobRun) -> str:
        """What it dealt with."""
        return facts(run.counts)
