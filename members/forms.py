"""Forms of the members' pages. They check that something was typed; what it means is the services' to judge."""

import uuid
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.utils.dates import MONTHS
from django.utils.formats import get_format
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from members.time_zone_names import time_zone_name
from members.time_zones import time_zone_names

BIRTHDAY = ("birth_day", "birth_month", "birth_year")
CONTINENTS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


def _days() -> list[tuple[str, str]]:
    return [("", "—"), *((str(day), str(day)) for day in range(1, 32))]


def _months() -> list[tuple[str, object]]:
    return [("", "—"), *((str(month), name) for month, name in MONTHS.items())]


def _languages() -> list[tuple[str, str]]:
    """Each in its own words: whoever is lost in a foreign language finds theirs."""
    return [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]


@cache
def _cities() -> list[str]:
    """Sorted once: there are some four hundred."""
    return sorted(zone for zone in time_zone_names() if zone.startswith(CONTINENTS))


def _time_zones() -> list[tuple[str, object]]:
    ours = _("The programme's (%(zone)s)") % {"zone": time_zone_name(settings.PROGRAMME_TIME_ZONE)}
    return [("", ours), *((zone, time_zone_name(zone)) for zone in _cities())]


class CompletionForm(forms.Form):
    """What somebody who joined with three fields may tell later: how to greet them, and their birthday."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        required=False,
        help_text=_("As you would like to be greeted."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    birth_day = forms.TypedChoiceField(
        label=_("Day"),
        choices=_days,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.Select(attrs={"autocomplete": "bday-day"}),
    )
    birth_month = forms.TypedChoiceField(
        label=_("Month"),
        choices=_months,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.Select(attrs={"autocomplete": "bday-month"}),
    )
    birth_year = forms.IntegerField(
        label=_("Year"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "bday-year", "inputmode": "numeric", "maxlength": "4"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where dates begin with the year, so does a birthday.
        if get_format("DATE_FORMAT").startswith("Y"):
            self.order_fields(["name", *reversed(BIRTHDAY)])

    @property
    def birthday_fields(self) -> list[forms.BoundField]:
        """The three parts of a birthday, in the order of the reader's language."""
        return [self[name] for name in self.fields if name in BIRTHDAY]


class ProfileForm(CompletionForm):
    """Who the member is and how they like to be addressed."""

    language = forms.ChoiceField(label=_("Language"), choices=_languages)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=_time_zones, required=False)


class GiftForm(forms.Form):
    """Points for somebody else. The key makes a double click, or a page sent again, one gift."""

    recipient = forms.CharField(
        label=_("Card number"),
        max_length=20,
        help_text=_("The 12 digits on the other person's card."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    points = forms.IntegerField(
        label=_("Points"), widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    )
    message = forms.CharField(label=_("Message"), max_length=200, required=False)
    key = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)


class PhoneForm(forms.Form):
    """The phone of a card that was made at a till."""

    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        help_text=_("We send it a code, to be sure that it is yours."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )


class CodeForm(forms.Form):
    """The code that proves the phone."""

    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class CloseForm(forms.Form):
    """Agreement to what closing an account takes away."""

    agreed = forms.BooleanField(label=_("I understand, close it."))
