from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ExpiryKind(models.TextChoices):
    """When points earned under a policy are gone."""

    END_OF_MONTH = "end_of_month", _("End of the month, some months after earning")
    ROLLING = "rolling", _("Some months after earning, to the day")
    FIXED_DATE = "fixed_date", _("On a fixed day of the year")
    ACTIVITY = "activity", _("Some months after the last purchase")
    NEVER = "never", _("Never")


class ExpiryPolicy(models.Model):
    """One version of the expiry policy: in force from ``valid_from`` until the next version begins.

    Lots keep the version under which they were earned (their terms), so a change never makes old points worse.
    """

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=ExpiryKind, default=ExpiryKind.END_OF_MONTH)
    months = models.PositiveSmallIntegerField(
        _("months"), default=12, help_text=_("For a fixed day: points live at least this long. Unused for “never”.")
    )
    fixed_month = models.PositiveSmallIntegerField(_("month of the fixed day"), null=True, blank=True)
    fixed_day = models.PositiveSmallIntegerField(_("day of the fixed day"), null=True, blank=True)
    valid_from = models.DateTimeField(_("in force from"), unique=True)

    class Meta:
        verbose_name = _("expiry policy")
        verbose_name_plural = _("expiry policies")
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind=ExpiryKind.FIXED_DATE) & Q(fixed_month__range=(1, 12), fixed_day__range=(1, 31)))
                | (~Q(kind=ExpiryKind.FIXED_DATE) & Q(fixed_month__isnull=True, fixed_day__isnull=True)),
                name="expiry_policy_fixed_day",
            ),
            models.CheckConstraint(condition=Q(months__lte=1200), name="expiry_policy_months_sane"),
        ]

    def __str__(self) -> str:
        return self.name
