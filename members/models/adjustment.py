from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class AdjustmentReason(models.TextChoices):
    """Why staff put a balance right."""

    GOODWILL = "goodwill", _("Goodwill")
    MISSING_PURCHASE = "missing_purchase", _("Purchase was not recorded")
    MISTAKE = "mistake", _("Mistake put right")
    FRAUD = "fraud", _("Fraud")
    MIGRATION = "migration", _("Carried over from an older system")
    OTHER = "other", _("Other, see note")


class AdjustmentStatus(models.TextChoices):
    """Where an adjustment stands."""

    WAITING = "waiting", _("Waiting for a second person")
    POSTED = "posted", _("Posted")
    REFUSED = "refused", _("Refused")


class Adjustment(models.Model):
    """Points given or taken by staff, with a reason; above a limit a second person approves.

    Units: ``points`` is signed; negative takes away.
    """

    member = models.ForeignKey(
        "members.Member", verbose_name=_("member"), on_delete=models.PROTECT, related_name="adjustments"
    )
    points = models.BigIntegerField(_("points"), help_text=_("Negative takes points away"))
    reason = models.CharField(_("reason"), max_length=20, choices=AdjustmentReason)
    note = models.CharField(_("note"), max_length=300)
    status = models.CharField(_("status"), max_length=8, choices=AdjustmentStatus)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("requested by"), on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(_("requested"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        constraints = [
            models.CheckConstraint(condition=~Q(points=0), name="adjustment_points_not_zero"),
            # The four-eyes rule holds even for whoever writes SQL: nobody decides on their own request above the limit
            # (below it decided_by stays empty).
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")), name="adjustment_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(status=AdjustmentStatus.WAITING) | Q(decided_at__isnull=True),
                name="adjustment_waiting_undecided",
            ),
        ]
        indexes = [
            # The queue of what waits for a second person.
            models.Index(fields=["requested_at"], condition=Q(status="waiting"), name="adjustment_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.points:+d} ({self.reason})"
