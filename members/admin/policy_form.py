from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.admin.display import moment
from members.admin.fields import DateTimeInput
from members.admin.translations import language_fields, names_of
from members.models import ExpiryKind


class PolicyForm(forms.Form):
    """When points expire that are earned from a moment on."""

    kind = forms.ChoiceField(label=gettext_lazy("When points expire"), choices=ExpiryKind.choices)
    months = forms.IntegerField(
        label=gettext_lazy("Months"),
        min_value=0,
        help_text=gettext_lazy("For a fixed day: points live at least this long. Unused for “never”."),
    )
    fixed_month = forms.IntegerField(
        label=gettext_lazy("Month of the fixed day"), min_value=1, max_value=12, required=False
    )
    fixed_day = forms.IntegerField(
        label=gettext_lazy("Day of the fixed day"), min_value=1, max_value=31, required=False
    )
    valid_from = forms.DateTimeField(
        label=gettext_lazy("In force from"),
        required=False,
        widget=DateTimeInput,
        help_text=gettext_lazy("Empty: from now on."),
    )
    extend_if_better = forms.BooleanField(
        label=gettext_lazy("Let points that are there live longer too, where this policy is better"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {**language_fields("name", max_length=120), **self.fields}

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields in parts, for the page."""
        names = [name for name in self.fields if name.startswith("name_")]
        rest = [name for name in self.fields if name not in names]
        return [
            (gettext_lazy("Name in each language"), [self[name] for name in names]),
            (gettext_lazy("Terms"), [self[name] for name in rest]),
        ]

    def effects(self) -> list[str]:
        """What publishing will do, in sentences."""
        start = self.cleaned_data["valid_from"]
        kind = dict(ExpiryKind.choices)[self.cleaned_data["kind"]]
        begins = _("For points earned from %(moment)s on.") % {"moment": moment(start)} if start else ""
        if self.cleaned_data["extend_if_better"]:
            others = _("Points that are there live longer where this is better for the member; none lose a day.")
        else:
            others = _("Points that are there keep the terms under which they were earned.")
        months = _("Months: %(months)s") % {"months": self.cleaned_data["months"]}
        return [f"{kind}. {months}.", begins or _("For points earned from now on."), others]

    def terms(self, now: datetime) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        names = ("kind", "months", "fixed_month", "fixed_day", "extend_if_better")
        return {
            "names": names_of(data, "name"),
            "valid_from": data["valid_from"] or now,
            **{name: data[name] for name in names},
        }
