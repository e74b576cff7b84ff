from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members import money
from members.admin.base import StaffForm
from members.admin.fields import ColourInput, DateTimeInput, FactorField
from members.admin.generic import ModelChoiceField
from members.admin.translations import label_languages, translated
from members.event_types import EVENT_TYPES
from members.models import (
    ImportKind,
    Scope,
    Store,
    StoreKey,
    Tier,
    TierMeasure,
    WebhookEndpoint,
)
from members.pictures import picture_names


def whole_number(text: str) -> int:
    """A count from 0 on. Raises ValueError."""
    if not text.strip().isdecimal():
        raise ValueError(text)
    return int(text)


class StoreForm(StaffForm[Store]):
    """A store, with its name and address in each language."""

    class Meta:
        model = Store
        fields = ("code", "channel", "is_active", "picture", *translated("name"), *translated("address"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name_en" in self.fields:
            label_languages(self.fields, "name")
            label_languages(self.fields, "address", required=False)
            self.fields["picture"] = forms.ChoiceField(
                label=_("Picture"),
                required=False,
                choices=[("", "—"), *((name, name) for name in picture_names("stores"))],
            )


class TierForm(StaffForm[Tier]):
    """A tier as staff think of it: money in yuan, the multiplier as a factor."""

    threshold = forms.CharField(
        label=_("Threshold"),
        help_text=_("An amount such as 1000.00 for spend; a whole number for points and visits."),
    )
    multiplier_percent = FactorField(label=_("Points times"), help_text=_("1.5 gives half as many points again."))

    class Meta:
        model = Tier
        fields = (
            "code",
            "rank",
            "colour",
            *translated("name"),
            "measure",
            "threshold",
            "window",
            "window_months",
            "downgrade",
            "grace_days",
            "multiplier_percent",
            *translated("benefits"),
            "is_invitation_only",
        )
        widgets = {"colour": ColourInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name_en" not in self.fields:  # somebody who may only look gets no fields
            return
        label_languages(self.fields, "name")
        label_languages(self.fields, "benefits", required=False)
        if self.instance.pk and self.instance.measure == TierMeasure.SPEND:
            self.initial["threshold"] = money.format_amount(self.instance.threshold)

    def clean(self) -> dict[str, Any]:
        """The threshold in what the tier is measured by; the lowest tier is open to everybody."""
        data = super().clean() or self.cleaned_data
        text, measure = data.get("threshold"), data.get("measure")
        if text is not None and measure:
            try:
                data["threshold"] = money.parse_amount(text) if measure == TierMeasure.SPEND else whole_number(text)
            except ValueError:
                data["threshold"] = 0
                self.add_error(
                    "threshold", _("Write an amount such as 1000.00, or a whole number for points and visits.")
                )
        if data.get("rank") == 0 and (data.get("threshold") or data.get("is_invitation_only")):
            raise forms.ValidationError(_("The lowest tier (rank 0) is where everybody starts: its threshold is 0."))
        return data


class StoreKeyForm(StaffForm[StoreKey]):
    """A new key for a till or a web shop."""

    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple, help_text=_("What it may do.")
    )

    expiry_date = forms.DateTimeField(
        label=_("Expires"), required=False, widget=DateTimeInput, help_text=_("Empty: it works until it is revoked.")
    )

    class Meta:
        model = StoreKey
        fields = ("name", "store", "scopes", "expiry_date")
        # The library names its fields in English only.
        labels = {"name": _("Called"), "expiry_date": _("Expires")}
        help_texts = {
            "name": _("Where it is used: “Till 2, Fuxing Road”."),
            "expiry_date": _("Empty: it works until it is revoked."),
        }


class WebhookForm(StaffForm[WebhookEndpoint]):
    """Where to send events, and which."""

    event_types = forms.MultipleChoiceField(
        label=_("Event types"),
        choices=list(EVENT_TYPES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all, also those that later versions add."),
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("url", "event_types", "is_active")


class ImportForm(forms.Form):
    """A file to bring in."""

    kind = forms.ChoiceField(label=_("What the file holds"), choices=ImportKind.choices)
    file = forms.FileField(label=_("File"), help_text=_("CSV or CSV.gz of any size, in UTF-8 or GBK."))
    store: ModelChoiceField[Store] = ModelChoiceField(
        label=_("Store"),
        queryset=Store.objects.filter(is_active=True).order_by("code"),
        required=False,
        help_text=_("Where the purchases were made. Opening balances have none."),
    )
    columns = forms.CharField(
        label=_("Columns"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only where the file’s columns have other names: one “field=column” a line."),
    )
    enrol = forms.BooleanField(label=_("Enrol customers who are not members yet"), required=False)
    dry_run = forms.BooleanField(label=_("Try only: say what would happen and store nothing"), required=False)

    def clean_columns(self) -> dict[str, str]:
        """Field names to column names."""
        pairs: dict[str, str] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["columns"].splitlines())):
            field, equals, column = (part.strip() for part in line.partition("="))
            if not (field and equals and column):
                raise forms.ValidationError(_("Write each as field=column: “%(line)s” is not."), params={"line": line})
            pairs[field] = column
        return pairs

    def clean(self) -> dict[str, Any]:
        """Purchases belong to a store."""
        data = super().clean() or self.cleaned_data
        if data.get("kind") == ImportKind.PURCHASES and not data.get("store"):
            self.add_error("store", _("Choose the store where these purchases were made."))
        return data
