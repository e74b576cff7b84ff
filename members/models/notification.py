from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class NotificationKind(models.TextChoices):
    """What a member is told of."""

    PURCHASE = "purchase", _("Points for a purchase")
    BONUS = "bonus", _("Points for something else")
    RETURN = "return", _("Points taken back after a return")
    GIFT_RECEIVED = "gift_received", _("Points from another member")
    GIFT_GIVEN = "gift_given", _("Points given to another member")
    ADJUSTMENT = "adjustment", _("Points put right by staff")
    TIER_UP = "tier_up", _("A higher tier")
    TIER_DOWN = "tier_down", _("A lower tier")
    EXPIRING = "expiring", _("Points that expire soon")
    EXPIRED = "expired", _("Points that expired")


class Notification(models.Model):
    """Something that a member reads of in the inbox: a domain event, told once.

    The text is made from ``kind`` and ``payload`` at reading, in the reader's language. The payload is the event's
    (figures and ids), copied because events are forgotten earlier; ``event`` is then empty.
    """

    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.CASCADE,
        related_name="notifications",
        db_index=False,
    )
    event = models.ForeignKey(
        "members.DomainEvent",
        verbose_name=_("event"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="notifications",
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=14, choices=NotificationKind)
    payload = models.JSONField(_("content"), default=dict)
    created_at = models.DateTimeField(_("happened"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            # A relay that runs twice tells once; also finds the notifications of events that are purged.
            models.UniqueConstraint(fields=["event", "member"], name="notification_told_once"),
        ]
        indexes = [
            # The inbox, newest first.
            models.Index(fields=["member", "-created_at", "-id"], name="notification_inbox"),
            # The number of unread ones on every page, and marking them all.
            models.Index(fields=["member"], condition=Q(read_at__isnull=True), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
