"""Form fields that let staff write as people do: amounts in yuan, factors as 1.5, lists with commas."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Channel
from members.money import format_amount, parse_amount

WEEKDAYS = (
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
)


class AmountField(forms.CharField):
    """An amount of money as people write it ("1.00"), minor units inside; empty is 0."""

    default_error_messages = {"amount": _("Write an amount such as 64.00.")}

    def prepare_value(self, value: Any) -> Any:
        """Minor units as an amount; what somebody typed as they typed it."""
        return format_amount(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        """Minor units of what was typed."""
        text = str(value or "").strip()
        if not text:
            return 0
        try:
            return parse_amount(text)
        except ValueError:
            raise forms.ValidationError(self.error_messages["amount"], code="amount") from None


class FactorField(forms.DecimalField):
    """A factor such as 1.5, in hundredths inside (150)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": 100, "decimal_places": 2, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        """Hundredths as a factor."""
        return f"{value / 100:.2f}".rstrip("0").rstrip(".") if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        """Hundredths of what was typed; nothing typed is 0."""
        factor = super().clean(value)
        return 0 if factor is None else round(factor * 100)


class TagField(forms.CharField):
    """Several short words with commas between them, Chinese ones too; a list inside."""

    def prepare_value(self, value: Any) -> Any:
        """The list with commas."""
        return ", ".join(value) if isinstance(value, Iterable) and not isinstance(value, str) else value

    def to_python(self, value: Any) -> Any:
        """Each word once, in the order they were typed."""
        for comma in ("，", "、", ";", "；", "\n"):
            value = str(value or "").replace(comma, ",")
        return list(dict.fromkeys(word.strip() for word in value.split(",") if word.strip()))


class WeekdayField(forms.TypedMultipleChoiceField):
    """Days of the week as boxes to tick; 1 is Monday."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple, **kwargs)


class ChannelField(forms.MultipleChoiceField):
    """Channels as boxes to tick."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=Channel.choices, widget=forms.CheckboxSelectMultiple, **kwargs)


class ColourInput(forms.TextInput):
    """The browser's own colour chooser."""

    input_type = "color"


class DateInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class TimeInput(forms.TimeInput):
    """The browser's own clock."""

    input_type = "time"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)


class DateTimeInput(forms.DateTimeInput):
    """The browser's own calendar and clock."""

    input_type = "datetime-local"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", **kwargs)
