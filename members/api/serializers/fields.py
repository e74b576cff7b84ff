"""Strict fields: a value of another type is refused rather than guessed at, with words that say what to send."""

import re
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members import money

# No control characters: they are mistakes of a till, and a database refuses some of them.
PLAIN_TEXT = r"^[^\u0000-\u001f\u007f]*$"
EXTERNAL_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"
STORE_CODE = r"^[A-Za-z0-9_-]{1,40}$"
# Twelve digits, as printed on the card: spaces or hyphens between them do no harm.
MEMBER_NUMBER = r"^[0-9](?:[ -]?[0-9]){11}$"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)?", re.ASCII | re.IGNORECASE)
INTEGER_DIGITS = 12


def amount_pattern() -> str:
    """What a decimal string of the programme's currency looks like."""
    places = money.exponent()
    decimals = rf"(\.[0-9]{{1,{places}}})?" if places else ""
    return rf"^(0|[1-9][0-9]{{0,{INTEGER_DIGITS - places - 1}}}){decimals}$"


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know: a misspelt optional field would otherwise be ignored in silence."""

    default_error_messages = {"invalid": _("Send a JSON object.")}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Raises ValidationError with everything that is wrong, unknown fields included."""
        unknown = data.keys() - self.fields.keys() if isinstance(data, dict) else ()
        if not unknown:
            return dict(super().to_internal_value(data))
        known = ", ".join(self.fields)
        errors: dict[str, Any] = {
            name: [_("Unknown field. Known are: %(known)s.") % {"known": known}] for name in sorted(unknown)
        }
        try:
            super().to_internal_value(data)
        except serializers.ValidationError as error:
            errors |= error.detail if isinstance(error.detail, dict) else {}
        raise serializers.ValidationError(errors)


class TextField(serializers.Field[str, Any, str, Any]):
    """A JSON string of a certain form; nothing else becomes one."""

    default_error_messages = {
        "type": _("Send text in quotation marks, not %(kind)s."),
        "short": _("Send at least %(minimum)s characters."),
        "long": _("Send at most %(maximum)s characters."),
        "form": _("Send text without control characters."),
    }

    def __init__(
        self, *, maximum: int, minimum: int = 0, pattern: str = PLAIN_TEXT, form: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.minimum, self.maximum, self.pattern = minimum, maximum, pattern
        self._matches = re.compile(pattern.removesuffix("$") + r"\Z").match
        if form:
            self.error_messages["form"] = form

    def to_internal_value(self, data: Any) -> str:
        """The text as it came."""
        if not isinstance(data, str):
            self.fail_with("type", kind=kind_of(data))
        if len(data) < self.minimum:
            self.fail_with("short", minimum=self.minimum)
        if len(data) > self.maximum:
            self.fail_with("long", maximum=self.maximum)
        if not self._matches(data):
            self.fail_with("form")
        return str(data)

    def fail_with(self, key: str, **params: Any) -> None:
        """Raise ValidationError with a message in the active language."""
        raise serializers.ValidationError(self.error_messages[key] % params if params else self.error_messages[key])

    def to_representation(self, value: str) -> str:
        return value


def kind_of(data: Any) -> str:
    """The JSON type of a value, for messages."""
    names = {bool: "true/false", int: "number", float: "number", list: "list", dict: "object", type(None): "null"}
    return names.get(type(data), type(data).__name__)


def external_id_field(**kwargs: Any) -> TextField:
    """A number that a till gives a receipt or a return; it is part of an address, hence the narrow form."""
    form = _("Use 1 to 64 letters, digits, dots, colons, hyphens and underscores; begin with a letter or digit.")
    return TextField(minimum=1, maximum=64, pattern=EXTERNAL_ID, form=form, **kwargs)


def store_code_field(**kwargs: Any) -> TextField:
    """A store's code."""
    form = _("Send the store's code: letters, digits, hyphens and underscores.")
    return TextField(minimum=1, maximum=40, pattern=STORE_CODE, form=form, **kwargs)


class MemberNumberField(TextField):
    """The twelve digits of a card; spaces and hyphens are left out."""

    def __init__(self, **kwargs: Any) -> None:
        form = _("Send the 12 digits of the card.")
        super().__init__(minimum=12, maximum=23, pattern=MEMBER_NUMBER, form=form, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The digits alone."""
        return super().to_internal_value(data).replace(" ", "").replace("-", "")


class AmountField(TextField):
    """Money as a decimal string, in and out; minor units inside."""

    default_error_messages = {
        "type": _('Send amounts as text, such as "64.00", not as %(kind)s: binary numbers lose cents.'),
    }

    def __init__(self, **kwargs: Any) -> None:
        form = _(
            "Send a decimal string such as “64.00”, without sign, separators or more decimals than the currency has."
        )
        super().__init__(minimum=1, maximum=14, pattern=amount_pattern(), form=form, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """Minor units."""
        return money.parse_amount(super().to_internal_value(data))

    def to_representation(self, value: Any) -> str:
        """The decimal string of minor units."""
        return money.format_amount(value)


class CurrencyField(TextField):
    """The programme's currency and no other."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(maximum=3, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The currency."""
        if data != settings.PROGRAMME_CURRENCY:
            message = _("The programme's currency is %(currency)s; amounts in others are not converted.")
            raise serializers.ValidationError(message % {"currency": settings.PROGRAMME_CURRENCY})
        return str(data)


class MomentField(TextField):
    """An RFC 3339 moment with its offset. Without one it could be any of 38 hours."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(maximum=40, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """The moment in UTC."""
        text = super().to_internal_value(data)
        match = _MOMENT.fullmatch(text)
        if match is None:
            raise serializers.ValidationError(_("Send a moment such as “2026-11-21T18:05:00+08:00”."))
        if match[1] is None:
            raise serializers.ValidationError(_("Say the offset from UTC, as in “2026-11-21T18:05:00+08:00”."))
        try:
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise serializers.ValidationError(_("This moment does not exist in a calendar.")) from error

    def to_representation(self, value: Any) -> str:
        """The moment in UTC."""
        return moment_text(value)


def moment_text(value: datetime) -> str:
    """A moment as the API writes it: UTC, to the second."""
    return value.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


class WholeNumberField(serializers.Field[int, Any, int, Any]):
    """A JSON integer in a range; neither text nor 1.0."""

    def __init__(self, *, minimum: int, maximum: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.minimum, self.maximum = minimum, maximum

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        whole = isinstance(data, int) and not isinstance(data, bool)
        if not whole or not self.minimum <= data <= self.maximum:
            message = _("Send a whole number from %(minimum)s to %(maximum)s.")
            raise serializers.ValidationError(message % {"minimum": self.minimum, "maximum": self.maximum})
        return int(data)

    def to_representation(self, value: int) -> int:
        return value
