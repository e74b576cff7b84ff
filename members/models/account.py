from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    """Whose points an account holds: a member's, or one of the programme's own."""

    MEMBER = "member", _("Member")
    ISSUANCE = "issuance", _("Issuance")
    REDEMPTION = "redemption", _("Redemption")
    BREAKAGE = "breakage", _("Breakage")
    ADJUSTMENT = "adjustment", _("Adjustment")
    PARTNER = "partner", _("Partner")


class Account(models.Model):
    """One side of a transfer. Only members' accounts cache balances; a programme account is a sum.

    Units: points. ``available``, ``pending`` and ``owed`` are written by the ledger alone and rebuilt by
    ``verify_ledger``: credits - debits = available + pending - owed.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=AccountKind)
    code = models.CharField(_("code"), max_length=60, unique=True, null=True, blank=True)
    member = models.OneToOneField(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="account",
    )
    available = models.BigIntegerField(_("available"), default=0)
    pending = models.BigIntegerField(_("pending"), default=0)
    owed = models.BigIntegerField(_("owed"), default=0)
    # When the next lot becomes available or expires; may be too early, never too late, so that a till settles
    # a member's due lots only when there are some.
    settle_due_at = models.DateTimeField(_("next settlement"), null=True, blank=True)
    # On this row because each purchase rewrites it anyway: "first purchase" rules and late receipts need them.
    first_purchase_at = models.DateTimeField(_("first purchase"), null=True, blank=True)
    last_purchase_at = models.DateTimeField(_("last purchase"), null=True, blank=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(condition=Q(available__gte=0), name="account_available_not_negative"),
            models.CheckConstraint(condition=Q(pending__gte=0), name="account_pending_not_negative"),
            models.CheckConstraint(condition=Q(owed__gte=0), name="account_owed_not_negative"),
            models.CheckConstraint(
                condition=Q(kind=AccountKind.MEMBER, member__isnull=False, code__isnull=True)
                | (
                    ~Q(kind=AccountKind.MEMBER)
                    & Q(member__isnull=True, code__isnull=False, available=0, pending=0, owed=0)
                ),
                name="account_member_or_programme",
            ),
        ]
        indexes = [
            # Nightly settlement: the accounts with something due, in lock order.
            models.Index(
                fields=["settle_due_at", "id"], condition=Q(settle_due_at__isnull=False), name="account_settle_due"
            ),
        ]

    def __str__(self) -> str:
        return self.code or f"#{self.member_id}"
