"""Languages that the programme speaks, by the codes of the LANGUAGES setting."""

from django.conf import settings
from django.utils import translation

from members.exceptions import InvalidLanguage


def normalise_language(code: str | None) -> str:
    """The code of a language as others write it: "zh-CN" is "zh-hans"; None is the default. Raises InvalidLanguage."""
    if not code:
        return settings.LANGUAGE_CODE
    try:
        return translation.get_supported_language_variant(code.replace("_", "-").lower())
    except LookupError as error:
        raise InvalidLanguage(language=code[:20]) from error
