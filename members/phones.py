"""Phone numbers in E.164, the one form in which they are stored and compared."""

import unicodedata
from functools import lru_cache

import phonenumbers
from django.conf import settings

from members.exceptions import InvalidPhone


@lru_cache(maxsize=1024)
def _e164(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    # An extension reaches a desk, not a person; and E.164 has no place for it.
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def find_phone(text: str) -> str | None:
    """The E.164 form of a phone number, or None; without a country code it is one of the programme's region."""
    return _e164(unicodedata.normalize("NFKC", text).strip(), settings.PROGRAMME_PHONE_REGION)


def normalise_phone(text: str) -> str:
    """The E.164 form of a phone number as people write it, such as "+8613800138000". Raises InvalidPhone."""
    phone = find_phone(text)
    if phone is None:
        raise InvalidPhone(phone=text[:40])
    return phone


def masked(phone: str) -> str:
    """A phone number that only its holder recognises: "+8613800138000" is "•••• 8000"."""
    return f"•••• {phone[-4:]}"


def readable(phone: str) -> str:
    """A stored phone number as people write it: "+8613800138000" is "+86 138 0013 8000"."""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
