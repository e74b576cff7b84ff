from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Lot(models.Model):
    """Points credited to a member at one moment under one set of terms; debits draw it down.

    ``expires_at`` is the first moment at which the points are gone (the start of the day after the last day, in
    the programme's zone); null means never. ``is_pending`` stays true until settlement makes the lot available.
    """

    account = models.ForeignKey(
        "members.Account", verbose_name=_("account"), on_delete=models.PROTECT, related_name="lots", db_index=False
    )
    transfer = models.ForeignKey(
        "members.Transfer", verbose_name=_("transfer"), on_delete=models.PROTECT, related_name="lots"
    )
    purchase = models.ForeignKey(
        "members.Purchase",
        verbose_name=_("purchase"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lots",
        db_index=False,
    )
    terms = models.ForeignKey(
        "members.ExpiryPolicy",
        verbose_name=_("terms"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lots",
        db_index=False,
    )
    points = models.BigIntegerField(_("points"))
    remaining = models.BigIntegerField(_("remaining"))
    is_pending = models.BooleanField(_("pending"), default=False)
    available_at = models.DateTimeField(_("available from"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="lot_points_positive"),
            models.CheckConstraint(
                condition=Q(remaining__gte=0) & Q(remaining__lte=F("points")), name="lot_remaining_in_range"
            ),
        ]
        indexes = [
            # A debit draws the open lots of one account, earliest expiry first; verify_ledger sums what is left.
            models.Index(
                fields=["account", "expires_at", "id"],
                include=["remaining", "is_pending"],
                condition=Q(remaining__gt=0),
                name="lot_open",
            ),
            # Nightly expiry and the warnings ahead of it.
            models.Index(fields=["expires_at", "account"], condition=Q(remaining__gt=0), name="lot_expiring"),
            # Nightly activation.
            models.Index(fields=["available_at"], condition=Q(is_pending=True), name="lot_pending"),
            # A return takes back from the lots its purchase made.
            models.Index(fields=["purchase"], condition=Q(purchase__isnull=False), name="lot_purchase"),
        ]

    def __str__(self) -> str:
        return f"{self.remaining} / {self.points}"


class Draw(models.Model):
    """How many points a debit took from a lot; negative where a reversal gave them back to it.

    lot.remaining = lot.points - sum(draws of the lot), always.
    """

    transfer = models.ForeignKey(
        "members.Transfer", verbose_name=_("transfer"), on_delete=models.PROTECT, related_name="draws"
    )
    lot = models.ForeignKey(
        "members.Lot", verbose_name=_("lot"), on_delete=models.PROTECT, related_name="draws", db_index=False
    )
    points = models.BigIntegerField(_("points"))

    class Meta:
        verbose_name = _("draw")
        verbose_name_plural = _("draws")
        constraints = [models.CheckConstraint(condition=~Q(points=0), name="draw_points_not_zero")]
        indexes = [
            # verify_ledger rebuilds what is left of each lot from the index alone.
            models.Index(fields=["lot"], include=["points"], name="draw_lot"),
        ]

    def __str__(self) -> str:
        return f"{self.points} · #{self.lot_id}"


class Debt(models.Model):
    """The part of a debit that no lot could cover: owed by the member, repaid by the next credits."""

    account = models.ForeignKey(
        "members.Account", verbose_name=_("account"), on_delete=models.PROTECT, related_name="debts"
    )
    transfer = models.OneToOneField(
        "members.Transfer", verbose_name=_("transfer"), on_delete=models.PROTECT, related_name="debt"
    )
    points = models.BigIntegerField(_("points"))
    remaining = models.BigIntegerField(_("remaining"))

    class Meta:
        verbose_name = _("debt")
        verbose_name_plural = _("debts")
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="debt_points_positive"),
            models.CheckConstraint(
                condition=Q(remaining__gte=0) & Q(remaining__lte=F("points")), name="debt_remaining_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remaining} / {self.points}"
