from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class BulkKind(models.TextChoices):
    """What is done to many members at once."""

    FREEZE = "freeze", _("Freeze accounts")
    UNFREEZE = "unfreeze", _("Unfreeze accounts")
    TIER = "tier", _("Assign a tier")
    ADJUST = "adjust", _("Adjust points")


class BulkStep(models.Model):
    """One thing that somebody on the staff does to chosen members: chosen, previewed, confirmed once.

    ``answers`` is what was filled in, as JSON; empty until it is confirmed.
    """

    kind = models.CharField(_("step"), max_length=8, choices=BulkKind)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("chosen"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("step with many members")
        verbose_name_plural = _("steps with many members")
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(confirmed_at__gte=F("created_at")), name="bulk_step_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"


class BulkStatus(models.TextChoices):
    """What became of one of the members."""

    WAITING = "waiting", _("Still to do")
    DONE = "done", _("Done")
    ASKED = "asked", _("Waits for a second person")
    LEFT_OUT = "left_out", _("Left out")
    REFUSED = "refused", _("Refused")


class BulkOutcome(models.Model):
    """One of the members of a step, and what became of them; written in the transaction that did it."""

    step = models.ForeignKey(BulkStep, verbose_name=_("step"), on_delete=models.CASCADE, related_name="outcomes")
    member = models.ForeignKey("members.Member", verbose_name=_("member"), on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=8, choices=BulkStatus, default=BulkStatus.WAITING)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("outcome for a member")
        verbose_name_plural = _("outcomes for members")
        constraints = [
            # A member is in a step once, so that nothing happens to them twice.
            models.UniqueConstraint(fields=["step", "member"], name="bulk_outcome_once"),
        ]

    def __str__(self) -> str:
        return f"#{self.member_id}: {self.status}"
