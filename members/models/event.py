from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DomainEvent(models.Model):
    """Something that happened, written in the transaction that caused it and delivered at least once (the outbox).

    ``dedupe_key`` makes a job that runs twice write an event once. ``claimed_until`` is the relay's lease.
    """

    type = models.CharField(_("type"), max_length=60)
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
    )
    occurred_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))
    payload = models.JSONField(_("content"), default=dict)
    dedupe_key = models.CharField(_("key"), max_length=120, unique=True, null=True, blank=True)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("domain event")
        verbose_name_plural = _("domain events")
        indexes = [
            # The relay takes undelivered events, oldest first.
            models.Index(fields=["id"], condition=Q(delivered_at__isnull=True), name="event_undelivered"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"


class EventReceipt(models.Model):
    """A consumer has dealt with an event: a second delivery is ignored."""

    event = models.ForeignKey(
        DomainEvent, verbose_name=_("event"), on_delete=models.CASCADE, related_name="receipts", db_index=False
    )
    consumer = models.CharField(_("consumer"), max_length=80)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("event receipt")
        verbose_name_plural = _("event receipts")
        constraints = [models.UniqueConstraint(fields=["event", "consumer"], name="event_received_once")]

    def __str__(self) -> str:
        return f"{self.consumer} {self.event_id}"


class WebhookEndpoint(models.Model):
    """An address outside that hears of events, signed as Standard Webhooks."""

    url = models.URLField(_("address"), max_length=500)
    event_types = models.JSONField(_("event types"), default=list, blank=True, help_text=_("Empty: all"))
    secret = models.CharField(_("signing secret"), max_length=120)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.url
