from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TierMeasure(models.TextChoices):
    """What counts towards a tier. Never the balance: spending points does not cost a tier."""

    SPEND = "spend", _("Amount spent")
    POINTS = "points", _("Points earned")
    VISITS = "visits", _("Visits (days with a purchase)")


class TierWindow(models.TextChoices):
    """Over which time it counts."""

    ROLLING = "rolling", _("Rolling months")
    CALENDAR_YEAR = "calendar_year", _("Calendar year")
    MEMBERSHIP_YEAR = "membership_year", _("Membership year")
    LIFETIME = "lifetime", _("Lifetime")


class TierDowngrade(models.TextChoices):
    """What a review does when the threshold is missed."""

    NEVER = "never", _("Never")
    ONE_LEVEL = "one_level", _("One level")
    EARNED = "earned", _("To what is earned")


class Tier(models.Model):
    """A level of the programme. The lowest rank (0) is where everybody starts.

    Units: ``threshold`` in minor units of the currency for spend, else points or visits; ``multiplier_percent``
    in hundredths (150 is x1.5).
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    rank = models.PositiveSmallIntegerField(_("rank"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    colour = models.CharField(
        _("colour"), max_length=7, default="#3d6a63", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")]
    )
    measure = models.CharField(_("measured by"), max_length=8, choices=TierMeasure, default=TierMeasure.SPEND)
    threshold = models.PositiveBigIntegerField(_("threshold"), default=0)
    window = models.CharField(_("window"), max_length=16, choices=TierWindow, default=TierWindow.ROLLING)
    window_months = models.PositiveSmallIntegerField(_("months of the window"), default=12)
    downgrade = models.CharField(_("downgrade"), max_length=10, choices=TierDowngrade, default=TierDowngrade.EARNED)
    grace_days = models.PositiveSmallIntegerField(_("days of grace"), default=30)
    multiplier_percent = models.PositiveIntegerField(_("earning multiplier in percent"), default=100)
    benefits = models.TextField(_("benefits"), blank=True, help_text=_("One a line"))
    is_invitation_only = models.BooleanField(_("by invitation only"), default=False)

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        constraints = [
            models.CheckConstraint(condition=Q(multiplier_percent__gte=100), name="tier_multiplier_at_least_one"),
            models.CheckConstraint(condition=Q(window_months__gte=1), name="tier_window_at_least_a_month"),
            models.CheckConstraint(
                condition=Q(rank=0, threshold=0, is_invitation_only=False) | Q(rank__gt=0), name="tier_lowest_is_open"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TierReason(models.TextChoices):
    """Why a tier period began or ended."""

    ENROLLED = "enrolled", pgettext_lazy("why a tier began", "Joined")
    UPGRADE = "upgrade", _("Threshold reached")
    REVIEW = "review", _("Review")
    MANUAL = "manual", _("Given by staff")
    INVITATION = "invitation", _("Invitation")
    ENDED = "ended", _("Manual tier ended")
    LATE_RECEIPT = "late_receipt", _("Late receipt")
    CORRECTION = "correction", _("Corrected purchase")
    RETURN = "return", _("Returned purchase")
    MERGE = "merge", _("Cards merged")
    CLOSURE = "closure", _("Account closed")


class TierPeriod(models.Model):
    """A member's time in a tier, with why it began and why it ended.

    ``held_until_date`` is the last day for which the tier is held without another look (null: never reviewed);
    for a manual tier it is the until-date. ``is_manual`` periods are not taken away by a return or a correction.
    """

    member = models.ForeignKey(
        "members.Member", verbose_name=_("member"), on_delete=models.PROTECT, related_name="tier_periods"
    )
    tier = models.ForeignKey(Tier, verbose_name=_("tier"), on_delete=models.PROTECT, related_name="periods")
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    start_reason = models.CharField(_("why it began"), max_length=12, choices=TierReason)
    end_reason = models.CharField(_("why it ended"), max_length=12, choices=TierReason, blank=True)
    held_until_date = models.DateField(_("held until"), null=True, blank=True)
    is_manual = models.BooleanField(_("given by staff"), default=False)
    note = models.CharField(_("note"), max_length=300, blank=True)
    explanation = models.JSONField(_("figures"), default=dict, blank=True)

    class Meta:
        verbose_name = _("tier period")
        verbose_name_plural = _("tier periods")
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(ended_at__isnull=True), name="tier_period_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("started_at")), name="tier_period_forward"
            ),
        ]
        indexes = [
            # Tier of a member as of a moment; history on the member's page.
            models.Index(fields=["member", "started_at"], name="tier_period_history"),
            # Review: open periods whose time is up.
            models.Index(fields=["held_until_date"], condition=Q(ended_at__isnull=True), name="tier_period_review"),
        ]

    def __str__(self) -> str:
        return f"#{self.tier_id} · {self.started_at:%Y-%m-%d}"
