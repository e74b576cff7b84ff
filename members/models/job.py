from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class JobStatus(models.TextChoices):
    """How a run ended."""

    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class JobRun(models.Model):
    """One run of a job for a day: how long it took, what it counted, what went wrong."""

    job = models.CharField(_("job"), max_length=40)
    for_date = models.DateField(_("for day"))
    status = models.CharField(_("status"), max_length=8, choices=JobStatus, default=JobStatus.RUNNING)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    duration_ms = models.PositiveBigIntegerField(_("duration in ms"), null=True, blank=True)
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job log")
        indexes = [
            # Which days a job has done: the catch-up after a standstill.
            models.Index(fields=["job", "for_date"], condition=Q(status="done"), name="job_done_days"),
            models.Index(fields=["started_at", "id"], name="job_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.for_date}"
