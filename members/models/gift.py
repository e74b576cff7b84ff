from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Gift(models.Model):
    """Points one member gave another; counted against the giver's limits a day and a month."""

    sender = models.ForeignKey(
        "members.Member", verbose_name=_("giver"), on_delete=models.PROTECT, related_name="gifts_given", db_index=False
    )
    recipient = models.ForeignKey(
        "members.Member", verbose_name=_("receiver"), on_delete=models.PROTECT, related_name="gifts_received"
    )
    points = models.BigIntegerField(_("points"))
    message = models.CharField(_("message"), max_length=200, blank=True)
    key = models.CharField(_("key"), max_length=64, unique=True, help_text=_("Makes a double click one gift"))
    given_at = models.DateTimeField(_("given"))
    given_date = models.DateField(_("day"))

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="gift_points_positive"),
            models.CheckConstraint(condition=~Q(sender=F("recipient")), name="gift_to_somebody_else"),
        ]
        indexes = [
            # Limits: what a member gave today and this month.
            models.Index(fields=["sender", "given_date"], name="gift_limits"),
        ]

    def __str__(self) -> str:
        return str(self.points)
