from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class RuleKind(models.TextChoices):
    """What a rule adds: points = floor(base) x best multiplier + sum of bonuses."""

    BASE = "base", _("Base rate: points for each amount spent")
    MULTIPLIER = "multiplier", _("Multiplier: base points times a factor")
    BONUS_RATE = "bonus_rate", _("Bonus rate: extra points for each amount spent")
    BONUS_FIXED = "bonus_fixed", _("Fixed bonus: extra points a purchase")


RATE_KINDS = (RuleKind.BASE, RuleKind.BONUS_RATE)


class EarningRule(models.Model):
    """A way to earn points; what it says at a given time is in its versions."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("earning rule")
        verbose_name_plural = _("earning rules")

    def __str__(self) -> str:
        return self.name


class EarningRuleVersion(models.Model):
    """What a rule says from ``valid_from`` until ``valid_until`` (exclusive); empty conditions hold always.

    Units: ``per_amount``, ``minimum_amount`` in minor units of the programme's currency; ``percent`` in hundredths
    (150 is x1.5); caps in points. A purchase is scored by the versions in force at its own time.
    """

    rule = models.ForeignKey(EarningRule, verbose_name=_("rule"), on_delete=models.PROTECT, related_name="versions")
    kind = models.CharField(_("kind"), max_length=12, choices=RuleKind)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    points = models.PositiveIntegerField(_("points"), default=0)
    per_amount = models.PositiveBigIntegerField(_("for each amount"), default=0)
    percent = models.PositiveIntegerField(_("multiplier in percent"), default=0)
    # Conditions on the lines of a purchase (base and bonus rules).
    categories = models.JSONField(_("categories"), default=list, blank=True)
    skus = models.JSONField(_("SKUs"), default=list, blank=True)
    # Conditions on the purchase as a whole.
    stores = models.ManyToManyField("members.Store", verbose_name=_("stores"), blank=True, related_name="+")
    channels = models.JSONField(_("channels"), default=list, blank=True)
    weekdays = models.JSONField(_("weekdays"), default=list, blank=True, help_text=_("1 is Monday, 7 is Sunday"))
    time_from = models.TimeField(_("from time of day"), null=True, blank=True)
    time_until = models.TimeField(_("until time of day"), null=True, blank=True)
    minimum_tier = models.ForeignKey(
        "members.Tier",
        verbose_name=_("tier and above"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    minimum_amount = models.PositiveBigIntegerField(_("minimum spend"), default=0)
    first_purchase_only = models.BooleanField(_("first purchase only"), default=False)
    # Caps clamp what the rule adds and say so in the trace.
    cap_member_day = models.PositiveIntegerField(_("cap a member and day"), null=True, blank=True)
    cap_member_month = models.PositiveIntegerField(_("cap a member and month"), null=True, blank=True)
    cap_total = models.PositiveBigIntegerField(_("cap in all"), null=True, blank=True)

    class Meta:
        verbose_name = _("version of an earning rule")
        verbose_name_plural = _("versions of earning rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")), name="rule_version_period"
            ),
            models.CheckConstraint(
                condition=(Q(kind__in=RATE_KINDS) & Q(points__gt=0, per_amount__gt=0))
                | Q(kind=RuleKind.MULTIPLIER, percent__gt=100, categories=[], skus=[])
                | Q(kind=RuleKind.BONUS_FIXED, points__gt=0),
                name="rule_version_complete",
            ),
            models.UniqueConstraint(fields=["rule", "valid_from"], name="rule_version_start_unique"),
            models.UniqueConstraint(
                fields=["rule"], condition=Q(valid_until__isnull=True), name="rule_version_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} @ {self.valid_from:%Y-%m-%d}"


class AwardCounter(models.Model):
    """How many points a capped rule has given in a period; locked with the member, clamps the next award.

    ``key`` is ``<rule>:<member or *>:<d2026-11-21 | m2026-11 | total>``: one row a rule, member and period.
    """

    key = models.CharField(_("key"), max_length=80, unique=True)
    rule = models.ForeignKey(EarningRule, verbose_name=_("rule"), on_delete=models.PROTECT, related_name="counters")
    member = models.ForeignKey(
        "members.Member", verbose_name=_("member"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    points = models.BigIntegerField(_("points"), default=0)

    class Meta:
        verbose_name = _("award counter")
        verbose_name_plural = _("award counters")
        constraints = [models.CheckConstraint(condition=Q(points__gte=0), name="award_counter_not_negative")]

    def __str__(self) -> str:
        return f"{self.key}: {self.points}"
