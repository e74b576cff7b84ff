from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _


def private_storage() -> Storage:
    """Where members' data lie: no address on the web leads there."""
    return storages["private"]


class ImportKind(models.TextChoices):
    """What a file holds."""

    PURCHASES = "purchases", _("Purchases")
    BALANCES = "balances", _("Opening balances")


class ImportStatus(models.TextChoices):
    """Where an import stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class ImportRun(models.Model):
    """A file on its way in: each row is recorded, known already, or rejected with its line and reason."""

    kind = models.CharField(_("kind"), max_length=10, choices=ImportKind)
    store = models.ForeignKey(
        "members.Store", verbose_name=_("store"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    file = models.FileField(_("file"), storage=private_storage, upload_to="imports/%Y/%m/")
    file_name = models.CharField(_("file name"), max_length=255)
    column_map = models.JSONField(_("columns"), default=dict, blank=True)
    enrol = models.BooleanField(_("enrol unknown members"), default=False)
    dry_run = models.BooleanField(_("try only"), default=False)
    status = models.CharField(_("status"), max_length=8, choices=ImportStatus, default=ImportStatus.WAITING)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    recorded = models.PositiveBigIntegerField(_("recorded"), default=0)
    known = models.PositiveBigIntegerField(_("known already"), default=0)
    rejected = models.PositiveBigIntegerField(_("rejected"), default=0)
    bytes_read = models.PositiveBigIntegerField(_("bytes read"), default=0)
    bytes_total = models.PositiveBigIntegerField(_("bytes"), default=0)
    rejects = models.FileField(_("rejected rows"), storage=private_storage, upload_to="imports/%Y/%m/", blank=True)
    error = models.TextField(_("error"), blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("uploaded by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("uploaded"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name


class ExternalMember(models.Model):
    """Which member an older system's or a shop's own customer id means; made by imports with enrolment."""

    source = models.CharField(_("source"), max_length=60)
    external_id = models.CharField(_("customer number there"), max_length=64)
    member = models.ForeignKey(
        "members.Member", verbose_name=_("member"), on_delete=models.PROTECT, related_name="external_ids"
    )

    class Meta:
        verbose_name = _("outside customer number")
        verbose_name_plural = _("outside customer numbers")
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="external_member_once")]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"
