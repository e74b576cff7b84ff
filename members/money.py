"""Money as whole minor units: fen, cents, yen. Text at the edges, integers inside, never floats."""

import re

from django.conf import settings
from django.utils.formats import number_format

SYMBOLS = {"CNY": "¥", "JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "TWD": "NT$", "HKD": "HK$", "KRW": "₩"}
MAX_AMOUNT = 10**12
_AMOUNT = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,3}))?")


def exponent() -> int:
    """Decimals of the programme's currency: 2 for CNY, 0 for JPY."""
    return int(settings.PROGRAMME_CURRENCY_EXPONENT)


def parse_amount(text: str) -> int:
    """Minor units of a decimal string such as "64.00".

    Raises ValueError for anything else: signs, separators, too many decimals, more than 10^12 minor units.
    """
    match = _AMOUNT.fullmatch(text.strip())
    places = exponent()
    if match is None:
        raise ValueError(text)
    whole, decimals = match[1], match[2] or ""
    if len(decimals) > places and decimals[places:].strip("0"):
        raise ValueError(text)
    amount = int(whole + decimals[:places].ljust(places, "0"))
    if amount > MAX_AMOUNT:
        raise ValueError(text)
    return amount


def format_amount(amount: int) -> str:
    """The plain decimal string of minor units, for the API and files: 6400 is "64.00"."""
    places = exponent()
    sign, digits = "-" if amount < 0 else "", str(abs(amount)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def display_amount(amount: int) -> str:
    """The amount as a person reads it, in the active language: 138000 is "¥1,380", 6450 is "¥64.50"."""
    plain = format_amount(abs(amount))
    whole, _, decimals = plain.partition(".")
    text = number_format(whole, use_l10n=True, force_grouping=True)
    if decimals.strip("0"):
        text = f"{text}.{decimals}"
    symbol = SYMBOLS.get(settings.PROGRAMME_CURRENCY, f"{settings.PROGRAMME_CURRENCY} ")
    return f"{'−' if amount < 0 else ''}{symbol}{text}"
