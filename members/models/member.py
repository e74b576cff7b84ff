from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models.pattern_ops import PatternOps
from members.models.store import Channel


class MemberStatus(models.TextChoices):
    """What a member may do: frozen members earn but cannot spend; closed and merged ones do neither."""

    ACTIVE = "active", _("Active")
    FROZEN = "frozen", _("Frozen")
    CLOSED = "closed", _("Closed")
    MERGED = "merged", _("Merged")


LIVE_STATUSES = (MemberStatus.ACTIVE, MemberStatus.FROZEN)


class Member(models.Model):
    """A person in the programme, whether or not they ever sign in."""

    number = models.CharField(_("member number"), max_length=12, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="member",
    )
    status = models.CharField(_("status"), max_length=10, choices=MemberStatus, default=MemberStatus.ACTIVE)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=150, blank=True)
    phone = models.CharField(
        _("phone"), max_length=16, null=True, blank=True, help_text=_("E.164, for example +8613800138000")
    )
    email = models.EmailField(_("email"), null=True, blank=True)
    birth_month = models.PositiveSmallIntegerField(_("birth month"), null=True, blank=True)
    birth_day = models.PositiveSmallIntegerField(_("birth day"), null=True, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("birth year"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, help_text=_("Empty: the programme's"))
    enrolled_channel = models.CharField(_("channel of enrolment"), max_length=10, choices=Channel, default=Channel.WEB)
    enrolled_store = models.ForeignKey(
        "members.Store",
        verbose_name=_("store of enrolment"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="enrolled_members",
    )
    enrolled_at = models.DateTimeField(_("enrolled"))
    # The open tier period is the truth; this copy saves the till a join and changes only under the account's lock.
    tier = models.ForeignKey("members.Tier", verbose_name=_("tier"), on_delete=models.PROTECT, related_name="members")
    merged_into = models.ForeignKey(
        "self", verbose_name=_("merged into"), on_delete=models.PROTECT, null=True, blank=True, related_name="absorbed"
    )
    status_reason = models.CharField(_("reason of the status"), max_length=200, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        # Taking the list away as a file is more than looking at it.
        permissions = [("export_member", _("Can export the list of members"))]
        constraints = [
            # Two people at two tills cannot enrol the same phone or email twice; a closed or merged card frees them.
            models.UniqueConstraint(
                fields=["phone"], condition=Q(status__in=LIVE_STATUSES), name="member_phone_unique"
            ),
            models.UniqueConstraint(
                fields=["email"], condition=Q(status__in=LIVE_STATUSES), name="member_email_unique"
            ),
            models.CheckConstraint(
                condition=Q(phone__isnull=True) | Q(phone__startswith="+"), name="member_phone_e164"
            ),
            models.CheckConstraint(
                condition=Q(birth_month__isnull=True, birth_day__isnull=True, birth_year__isnull=True)
                | Q(birth_month__range=(1, 12), birth_day__range=(1, 31)),
                name="member_birthday_has_month_and_day",
            ),
            models.CheckConstraint(
                condition=Q(status=MemberStatus.MERGED, merged_into__isnull=False)
                | (~Q(status=MemberStatus.MERGED) & Q(merged_into__isnull=True)),
                name="member_merged_has_target",
            ),
        ]
        indexes = [
            # Birthday job: everybody born on a day, whatever the year.
            models.Index(fields=["birth_month", "birth_day"], name="member_birthday"),
            # Staff search by the beginning of a name in any case; only this operator class serves LIKE whatever the
            # collation.
            models.Index(PatternOps(Upper("name")), name="member_name_any_case"),
            # Newest members first in the admin.
            models.Index(fields=["enrolled_at", "id"], name="member_enrolled"),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.number}"

    @property
    def is_live(self) -> bool:
        """Whether the card works at a till (it may still be frozen for spending)."""
        return self.status in LIVE_STATUSES
