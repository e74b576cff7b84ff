from django.conf import settings
from django.http import HttpRequest


def programme(request: HttpRequest) -> dict[str, str]:
    """Give every template the programme's name, its currency and where to ask for help."""
    return {
        "PROGRAMME_NAME": settings.PROGRAMME_NAME,
        "PROGRAMME_CURRENCY": settings.PROGRAMME_CURRENCY,
        "SUPPORT_EMAIL": settings.SUPPORT_EMAIL,
    }
