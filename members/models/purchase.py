from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Purchase(models.Model):
    """A receipt, recorded once per store and external id.

    Units: amounts in minor units of ``currency``. ``business_date`` is the day of ``occurred_at`` in the
    programme's zone. ``points_earned`` and ``points_clawed_back`` mirror the transfers of this purchase.
    """

    store = models.ForeignKey(
        "members.Store", verbose_name=_("store"), on_delete=models.PROTECT, related_name="purchases"
    )
    external_id = models.CharField(_("receipt number"), max_length=64)
    member = models.ForeignKey(
        "members.Member", verbose_name=_("member"), on_delete=models.PROTECT, related_name="purchases", db_index=False
    )
    occurred_at = models.DateTimeField(_("bought"))
    recorded_at = models.DateTimeField(_("recorded"))
    business_date = models.DateField(_("business day"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    returned_amount = models.BigIntegerField(_("returned"), default=0)
    points_earned = models.BigIntegerField(_("points earned"), default=0)
    points_clawed_back = models.BigIntegerField(_("points taken back"), default=0)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    # Why nothing was earned; where points were, the trace is with the transfer.
    explanation = models.JSONField(_("explanation"), default=dict, blank=True)

    class Meta:
        verbose_name = _("purchase")
        verbose_name_plural = _("purchases")
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="purchase_recorded_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="purchase_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(returned_amount__gte=0) & Q(returned_amount__lte=F("amount")),
                name="purchase_returned_at_most_bought",
            ),
            models.CheckConstraint(
                condition=Q(points_clawed_back__gte=0) & Q(points_clawed_back__lte=F("points_earned")),
                name="purchase_clawed_back_at_most_earned",
            ),
        ]
        indexes = [
            # Tier windows: what a member spent between two days, from the index alone.
            models.Index(
                fields=["member", "business_date"],
                include=["amount", "returned_amount", "points_earned", "points_clawed_back"],
                name="purchase_window",
            ),
            # Today's figures and the admin's newest first.
            models.Index(fields=["occurred_at", "id"], name="purchase_newest"),
        ]

    def __str__(self) -> str:
        return self.external_id


class PurchaseLine(models.Model):
    """One line of a receipt. Units: amount in minor units for the whole line; quantity in pieces."""

    purchase = models.ForeignKey(
        Purchase, verbose_name=_("purchase"), on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"))
    sku = models.CharField(_("SKU"), max_length=64, blank=True)
    category = models.CharField(_("category"), max_length=64, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    amount = models.BigIntegerField(_("amount"))
    returned_quantity = models.PositiveIntegerField(_("returned quantity"), default=0)
    returned_amount = models.BigIntegerField(_("returned amount"), default=0)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints = [
            models.UniqueConstraint(fields=["purchase", "position"], name="purchase_line_position"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="purchase_line_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(returned_quantity__lte=F("quantity"), returned_amount__gte=0)
                & Q(returned_amount__lte=F("amount")),
                name="purchase_line_returned_at_most_bought",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku or self.category}"


class PurchaseRevision(models.Model):
    """What a purchase said before a correction replaced it."""

    purchase = models.ForeignKey(
        Purchase, verbose_name=_("purchase"), on_delete=models.PROTECT, related_name="revisions"
    )
    revision = models.PositiveSmallIntegerField(_("revision"))
    content = models.JSONField(_("content before the correction"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("revision of a purchase")
        verbose_name_plural = _("revisions of purchases")
        constraints = [models.UniqueConstraint(fields=["purchase", "revision"], name="purchase_revision_once")]

    def __str__(self) -> str:
        return f"{self.purchase_id} r{self.revision}"


class Return(models.Model):
    """Goods brought back, by line or by amount; several partial ones, never more than was bought."""

    purchase = models.ForeignKey(Purchase, verbose_name=_("purchase"), on_delete=models.PROTECT, related_name="returns")
    external_id = models.CharField(_("return number"), max_length=64)
    occurred_at = models.DateTimeField(_("returned"))
    recorded_at = models.DateTimeField(_("recorded"))
    amount = models.BigIntegerField(_("amount"))
    points_clawed_back = models.BigIntegerField(_("points taken back"), default=0)

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints = [
            models.UniqueConstraint(fields=["purchase", "external_id"], name="return_recorded_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="return_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.external_id


class ReturnLine(models.Model):
    """How much of a purchase's line came back."""

    return_record = models.ForeignKey(Return, verbose_name=_("return"), on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(
        PurchaseLine, verbose_name=_("line"), on_delete=models.PROTECT, related_name="return_lines"
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("returned line")
        verbose_name_plural = _("returned lines")
        constraints = [
            models.UniqueConstraint(fields=["return_record", "line"], name="return_line_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="return_line_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} · #{self.line_id}"
