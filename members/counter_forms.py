"""Forms of the counter. Amounts become whole minor units here, exactly, or the cashier is asked again."""

import re
import secrets
import unicodedata
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from members import member_numbers, money

# As the API takes it, so that a till can name a receipt that was typed here.
RECEIPT_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
LINES = 6
# The digits and letters that nobody mixes up when reading them out.
CLEAR = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
# Digits between two commas of a long amount: in a currency with as many decimals 1,250 could be either.
GROUP = 3
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_MARKS = str.maketrans({"。": ".", "、": ",", "'": "", "’": ""})
OFF: dict[str, Any] = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


def typed_amount(text: str) -> int:
    """Minor units of an amount as people type it: "12.50", "12,50", "1,250.00", "¥12", "１２．５０".

    Raises ValueError for what is no amount, or could mean two: "1.250" is a thousand to some.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_MARKS)
    symbol = money.SYMBOLS.get(settings.PROGRAMME_CURRENCY, settings.PROGRAMME_CURRENCY)
    for word in (settings.PROGRAMME_CURRENCY, symbol, "元", " "):
        plain = plain.upper().replace(word, "")
    places = money.exponent()
    if _GROUPED.fullmatch(plain):
        if places >= GROUP and "." not in plain:
            raise ValueError(text)
        plain = plain.replace(",", "")
    plain = plain.replace(",", ".", 1) if "." not in plain else plain
    # Halfway through typing, and keypads without a leading zero.
    plain = f"0{plain}" if plain.startswith(".") else plain.removesuffix(".")
    if len(plain.partition(".")[2]) > places:
        raise ValueError(text)
    return money.parse_amount(plain)


def own_number(prefix: str, key: uuid.UUID) -> str:
    """A receipt number for a form that named none: the same for the same form, short enough to be read out."""
    rest, letters = key.int, ""
    for _place in range(10):
        rest, digit = divmod(rest, len(CLEAR))
        letters += CLEAR[digit]
    return f"{prefix}-{letters[:5]}-{letters[5:]}"


def new_key() -> uuid.UUID:
    """What makes a form's receipt one, however often it is sent."""
    return uuid.UUID(int=secrets.randbits(128), version=4)


class AmountField(forms.CharField):
    """An amount of the programme's currency as whole minor units, None where nothing was typed."""

    default_error_messages = {
        "invalid": _("“%(text)s” is not an amount. Type it like 12.50."),
        "card": _("This is the number of a card. Clear the field, then scan the card on the first page (Esc)."),
        "zero": _("The amount must be above zero."),
    }

    def __init__(self, **kwargs: Any) -> None:
        attrs = {**OFF, "inputmode": "decimal"}
        super().__init__(max_length=40, required=False, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        """Minor units or None."""
        text = super().clean(value)
        if not text:
            return None
        if member_numbers.parse(text):
            raise forms.ValidationError(self.error_messages["card"], code="card")
        try:
            amount = typed_amount(text)
        except ValueError:
            raise forms.ValidationError(
                self.error_messages["invalid"], code="invalid", params={"text": text[:20]}
            ) from None
        if not amount:
            raise forms.ValidationError(self.error_messages["zero"], code="zero")
        return amount


class FindForm(forms.Form):
    """One field for everything that a scanner reads or a customer says."""

    text = forms.CharField(
        label=_("Card, phone, email or receipt"), max_length=100, widget=forms.TextInput(attrs={**OFF})
    )


class StoreForm(forms.Form):
    """Where this counter stands."""

    store = forms.TypedChoiceField(label=_("Store"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, stores: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].choices = list(stores)  # type: ignore[attr-defined]


def _languages() -> list[tuple[str, str]]:
    return [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]


class EnrolForm(forms.Form):
    """The least that a card needs: a way to find its holder again, and the language to write in."""

    reach = forms.CharField(label=_("Phone or email"), max_length=100, widget=forms.TextInput(attrs={**OFF}))
    language = forms.ChoiceField(label=_("Language to write in"), choices=_languages)


class LineForm(forms.Form):
    """One line of a receipt; an empty one is none."""

    sku = forms.CharField(label=_("SKU"), max_length=64, required=False, widget=forms.TextInput(attrs=OFF))
    category = forms.CharField(
        label=_("Category"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={**OFF, "list": "categories"}),
    )
    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=10_000,
        required=False,
        widget=forms.TextInput(attrs={**OFF, "inputmode": "numeric"}),
    )
    amount = AmountField(label=_("Amount"))

    def clean(self) -> dict[str, Any]:
        """A line that says what was bought must say for how much."""
        data = self.cleaned_data
        said = any(data.get(name) for name in ("sku", "category", "quantity"))
        if said and data.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("How much was this line?"))
        return data


LineFormSet: Any = formset_factory(LineForm, extra=LINES, max_num=LINES, absolute_max=LINES)


class SaleForm(forms.Form):
    """A receipt: an amount, a number where there is one, and lines for whoever has them."""

    amount = AmountField(label=_("Amount"))
    receipt = forms.CharField(
        label=_("Receipt number"), max_length=64, required=False, widget=forms.TextInput(attrs=OFF)
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.lines: BaseFormSet[LineForm] = LineFormSet(data, prefix="line")

    def clean_receipt(self) -> str:
        """The number as it is printed. A card scanned into this field is not one."""
        text = unicodedata.normalize("NFKC", self.cleaned_data["receipt"]).strip()
        if member_numbers.parse(text):
            raise forms.ValidationError(AmountField.default_error_messages["card"], code="card")
        if text and not RECEIPT_NUMBER.fullmatch(text):
            raise forms.ValidationError(_("Use letters, digits and . _ : - only, as printed on the receipt."))
        return text

    def clean(self) -> dict[str, Any]:
        """Without an amount the lines say it."""
        data = self.cleaned_data
        if self.lines.is_valid() and data.get("amount") is None and "amount" not in self.errors:
            total = sum(line["amount"] for line in self.told_lines())
            if total:
                data["amount"] = total
            else:
                self.add_error("amount", _("Type the amount of the receipt, like 12.50."))
        return data

    def is_valid(self) -> bool:
        """Whether the receipt and each of its lines can be read."""
        return super().is_valid() and self.lines.is_valid()

    def told_lines(self) -> list[dict[str, Any]]:
        """The lines that say something."""
        return [line for line in self.lines.cleaned_data if line.get("amount") is not None]


class BackForm(forms.Form):
    """What comes back: how many of each line, or an amount."""

    amount = AmountField(label=_("Amount that comes back"))
    key = forms.UUIDField(initial=new_key, widget=forms.HiddenInput)

    def __init__(self, *args: Any, lines: Iterable[tuple[int, str, int]], **kwargs: Any) -> None:
        """``lines``: position, what it is called, how many are left of it."""
        super().__init__(*args, **kwargs)
        for position, label, left in lines:
            self.fields[f"line_{position}"] = forms.IntegerField(
                label=label,
                min_value=0,
                max_value=left,
                required=False,
                disabled=not left,
                widget=forms.TextInput(attrs={**OFF, "inputmode": "numeric"}),
            )

    def line_fields(self) -> list[forms.BoundField]:
        """The fields of the lines, in order."""
        return [self[name] for name in self.fields if name.startswith("line_")]

    def quantities(self) -> dict[int, int]:
        """How many of each line come back."""
        named = {name: value for name, value in self.cleaned_data.items() if name.startswith("line_") and value}
        return {int(name.removeprefix("line_")): value for name, value in named.items()}

    def clean(self) -> dict[str, Any]:
        """Lines or an amount: both could contradict each other."""
        data = self.cleaned_data
        if data.get("amount") is not None and self.quantities():
            self.add_error("amount", _("Give either quantities or an amount, not both."))
        return data
