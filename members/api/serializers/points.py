from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members.api.serializers.fields import AmountField


class BalanceSerializer(serializers.Serializer[Any]):
    """Points of a member."""

    available = serializers.IntegerField(min_value=0, help_text=_("Can be spent now."))
    pending = serializers.IntegerField(min_value=0, help_text=_("Become available after the return window."))
    owed = serializers.IntegerField(min_value=0, help_text=_("Taken back but spent already; next points repay it."))


class TierSerializer(serializers.Serializer[Any]):
    """A tier of the programme."""

    code = serializers.CharField()
    name = serializers.CharField(help_text=_("In the caller's language."))
    rank = serializers.IntegerField(min_value=0, help_text=_("0 is where everybody starts."))


FAILURES = (
    "store",
    "channel",
    "weekday",
    "time",
    "tier",
    "first",
    "category",
    "sku",
    "minimum",
    "capped",
    "not_best",
)


class ConsideredRuleSerializer(serializers.Serializer[Any]):
    """One rule of a trace."""

    rule = serializers.IntegerField(help_text=_("Id of the rule."))
    version = serializers.IntegerField(help_text=_("Id of the version that was in force."))
    name = serializers.CharField(allow_blank=True, help_text=_("Name of the rule in the caller's language."))
    points = serializers.IntegerField(help_text=_("What it gave."))
    failed = serializers.ChoiceField(
        FAILURES,
        allow_null=True,
        help_text=_("The first condition that did not hold; “capped”: nothing left; “not_best”: another gave more."),
    )
    amount = AmountField(allow_null=True, help_text=_("What a rate applied to."))
    capped_from = serializers.IntegerField(allow_null=True, help_text=_("What it would have given without its cap."))
    capped_by = serializers.ChoiceField(["day", "month", "total"], allow_null=True)


class TraceSerializer(serializers.Serializer[Any]):
    """Why a purchase earned what it did: points = floor(base) x multiplier + bonuses."""

    tier = serializers.CharField(allow_null=True, help_text=_("Code of the tier by which it was scored."))
    base = serializers.IntegerField()
    multiplier_percent = serializers.IntegerField(help_text=_("150 is x1.5."))
    multiplier_from = serializers.ChoiceField(["tier", "rule"])
    rules = ConsideredRuleSerializer(many=True)
    total = serializers.IntegerField(help_text=_("What the purchase earns in all."))
    reckoned_anew = serializers.CharField(
        allow_null=True,
        help_text=_(
            "Why it was reckoned anew, such as “late_receipt”, “correction” or “merge”; null where it was not."
        ),
    )
    before = serializers.IntegerField(allow_null=True, help_text=_("What it had earned before that."))


class ExpiringSerializer(serializers.Serializer[Any]):
    """Points that go together."""

    last_day = serializers.DateField(help_text=_("Last day on which they can be used, in the programme's zone."))
    points = serializers.IntegerField(min_value=1)


class ProgressSerializer(serializers.Serializer[Any]):
    """The way to a tier."""

    tier = TierSerializer()
    measure = serializers.ChoiceField(["spend", "points", "visits"], help_text=_("What counts."))
    missing = serializers.CharField(help_text=_("What is missing: a decimal string for spend, else a whole number."))
    percent = serializers.IntegerField(min_value=0, max_value=100, help_text=_("How much of the way is done."))
    by = serializers.DateField(allow_null=True, help_text=_("Last day on which that much is enough; null: any day."))


class PointsSerializer(serializers.Serializer[Any]):
    """A member's balance, tier and what is about to expire."""

    member = serializers.CharField()
    balance = BalanceSerializer()
    tier = TierSerializer()
    next_tier = ProgressSerializer(allow_null=True, help_text=_("Null at the top."))
    sentences = serializers.ListField(
        child=serializers.CharField(), help_text=_("Progress and what keeps the tier, in the caller's language.")
    )
    expiring = ExpiringSerializer(many=True, help_text=_("By last day, soonest first, at most twelve."))
