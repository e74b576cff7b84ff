"""An earning rule as a form that reads like its sentence."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.admin.fields import (
    AmountField,
    ChannelField,
    DateTimeInput,
    TagField,
    TimeInput,
    WeekdayField,
)
from members.admin.generic import ModelChoiceField, ModelMultipleChoiceField
from members.admin.translations import language_fields, names_of
from members.models import EarningRuleVersion, RuleKind, Store, Tier
from members.services.rule_drafts import RuleDraft

# The form's parts, in the order in which a rule is thought of.
SECTIONS = (
    (_("What it gives"), ("kind", "points", "per_amount", "percent")),
    (_("For which articles"), ("categories", "skus")),
    (_("For which purchases"), ("stores", "channels", "weekdays", "time_from", "time_until")),
    (_("For whom"), ("minimum_tier", "minimum_amount", "first_purchase_only")),
    (_("At most"), ("cap_member_day", "cap_member_month", "cap_total")),
    (_("When"), ("valid_from", "valid_until")),
)


class VersionForm(forms.Form):
    """What a rule shall say; empty conditions hold always."""

    kind = forms.ChoiceField(label=_("Kind"), choices=RuleKind.choices)
    points = forms.IntegerField(label=_("Points"), min_value=0, required=False)
    per_amount = AmountField(label=_("For each amount of"), required=False, help_text=_("Such as 1.00; for rates."))
    percent = forms.IntegerField(
        label=_("Percent"), min_value=0, required=False, help_text=_("For multipliers: 200 doubles the points.")
    )
    categories = TagField(label=_("Categories"), required=False, help_text=_("With commas between them; empty: all."))
    skus = TagField(label=_("SKUs"), required=False, help_text=_("With commas between them; empty: all."))
    stores: ModelMultipleChoiceField[Store] = ModelMultipleChoiceField(
        label=_("Stores"),
        queryset=Store.objects.order_by("code"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all."),
    )
    channels = ChannelField(label=_("Channels"), required=False, help_text=_("None ticked: all."))
    weekdays = WeekdayField(label=_("Weekdays"), required=False, help_text=_("None ticked: every day."))
    time_from = forms.TimeField(label=_("From the time of day"), required=False, widget=TimeInput)
    time_until = forms.TimeField(label=_("Until the time of day"), required=False, widget=TimeInput)
    minimum_tier: ModelChoiceField[Tier] = ModelChoiceField(
        label=_("Tier and above"), queryset=Tier.objects.order_by("rank"), required=False, empty_label=_("Everybody")
    )
    minimum_amount = AmountField(label=_("Minimum spend"), required=False)
    first_purchase_only = forms.BooleanField(label=_("First purchase only"), required=False)
    cap_member_day = forms.IntegerField(label=_("Points a member and day"), min_value=1, required=False)
    cap_member_month = forms.IntegerField(label=_("Points a member and month"), min_value=1, required=False)
    cap_total = forms.IntegerField(label=_("Points in all"), min_value=1, required=False)
    valid_from = forms.DateTimeField(
        label=_("From"), required=False, widget=DateTimeInput, help_text=_("Empty: from now on.")
    )
    valid_until = forms.DateTimeField(
        label=_("Until"), required=False, widget=DateTimeInput, help_text=_("Empty: until it is changed.")
    )

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields in parts, for the page."""
        return [(title, [self[name] for name in names]) for title, names in SECTIONS]

    def draft(self) -> RuleDraft:
        """The terms that were filled in."""
        data = self.cleaned_data
        return RuleDraft(
            kind=data["kind"],
            points=data["points"] or 0,
            per_amount=data["per_amount"],
            percent=data["percent"] or 0,
            categories=tuple(data["categories"]),
            skus=tuple(data["skus"]),
            store_ids=tuple(store.pk for store in data["stores"]),
            channels=tuple(data["channels"]),
            weekdays=tuple(data["weekdays"]),
            time_from=data["time_from"],
            time_until=data["time_until"],
            minimum_tier_id=data["minimum_tier"].pk if data["minimum_tier"] else None,
            minimum_amount=data["minimum_amount"],
            first_purchase_only=data["first_purchase_only"],
            cap_member_day=data["cap_member_day"],
            cap_member_month=data["cap_member_month"],
            cap_total=data["cap_total"],
        )


class RuleForm(VersionForm):
    """A new rule: its code, its name in each language, and what it says first."""

    code = forms.SlugField(label=_("Rule code"), max_length=60, help_text=_("For reports; it never changes."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(language_fields("name", max_length=120))

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The name first."""
        names = [self[name] for name in self.fields if name.startswith("name_")]
        return [(_("Rule"), [self["code"], *names]), *super().sections]

    def names(self) -> dict[str, str]:
        """The name by language."""
        return names_of(self.cleaned_data, "name")


def initial_of(version: EarningRuleVersion | None) -> dict[str, Any]:
    """What a form begins with: what the rule says now, so that one changes only what is to change."""
    if version is None:
        return {"kind": RuleKind.BASE}
    names = [
        name for _title, fields in SECTIONS for name in fields if name not in {"stores", "valid_from", "valid_until"}
    ]
    values = {name: getattr(version, name) for name in names}
    empty = {name: None for name in ("points", "per_amount", "percent", "minimum_amount") if not values[name]}
    return {**values, **empty, "stores": list(version.stores.all())}
