from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from members.admin.base import ReadOnlyAdmin
from members.admin.display import duration, facts, stamped, state
from members.models import JobRun


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin[JobRun]):
    """What the jobs did, night by night."""

    list_display = ("job", "for_date", "status_badge", "began", "took", "counted")
    list_filter = ("status", "job", "for_date")
    began = stamped("started_at", _("started"))
    ordering = ("-started_at", "-id")
    sortable_by = ("began",)
    fields = (("job", "for_date", "status_badge"), ("started_at", "finished_at", "took"), "counted", "error")
    readonly_fields = ("status_badge", "took", "counted")

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
