from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class TransferKind(models.TextChoices):
    """Why points moved."""

    EARN = "earn", _("Earned")
    BONUS = "bonus", _("Bonus")
    SPEND = "spend", _("Spent")
    REVERSAL = "reversal", _("Given back")
    CLAWBACK = "clawback", _("Taken back after a return")
    EXPIRY = "expiry", _("Expired")
    GIFT = "gift", _("Gift")
    ADJUSTMENT = "adjustment", _("Adjustment")
    OPENING = "opening", _("Opening balance")
    MERGE = "merge", _("Cards merged")
    CLOSURE = "closure", _("Account closed")


class Transfer(models.Model):
    """Points moved from one account to another, once and for ever (append-only, enforced by triggers).

    ``occurred_at`` is business time, ``recorded_at`` when we learned of it. ``business_key`` says what this
    transfer is for and is unique for ever, long after idempotency keys are gone. ``explanation`` is the why-trace
    (rule versions and figures, no personal data).
    """

    debit_account = models.ForeignKey(
        "members.Account", verbose_name=_("from"), on_delete=models.PROTECT, related_name="debits", db_index=False
    )
    credit_account = models.ForeignKey(
        "members.Account", verbose_name=_("to"), on_delete=models.PROTECT, related_name="credits", db_index=False
    )
    points = models.BigIntegerField(_("points"))
    kind = models.CharField(_("kind"), max_length=12, choices=TransferKind)
    occurred_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))
    business_key = models.CharField(_("business key"), max_length=120, unique=True)
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    purchase = models.ForeignKey(
        "members.Purchase",
        verbose_name=_("purchase"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="transfers",
        db_index=False,
    )
    reverses = models.ForeignKey(
        "self",
        verbose_name=_("reverses"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversals",
        db_index=False,
    )
    explanation = models.JSONField(_("explanation"), default=dict, blank=True)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="transfer_points_positive"),
            models.CheckConstraint(condition=~Q(debit_account=F("credit_account")), name="transfer_two_accounts"),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="transfer_reversed_once"
            ),
        ]
        indexes = [
            # History of one account, newest first; verify_ledger sums each side from the index alone.
            models.Index(fields=["debit_account", "id"], include=["points"], name="transfer_debits"),
            models.Index(fields=["credit_account", "id"], include=["points"], name="transfer_credits"),
            # What a purchase brought and what was taken back.
            models.Index(fields=["purchase"], condition=Q(purchase__isnull=False), name="transfer_purchase"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.points} ({self.business_key})"
