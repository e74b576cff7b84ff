"""Email addresses in lower case, the one form in which they are stored and compared."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from members.exceptions import InvalidEmail

MAX_LENGTH = 254


def normalise_email(text: str) -> str:
    """The address as stored: people type one address in any case, and tills in any case again. Raises InvalidEmail."""
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidEmail(email=email[:60]) from error
    if len(email) > MAX_LENGTH:
        raise InvalidEmail(email=email[:60])
    return email
