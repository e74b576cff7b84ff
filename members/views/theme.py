import re
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page, require_safe

from members.colours import HEX, accents, material
from members.models import Tier

# Codes and colours are validated when staff enter them; a stylesheet takes nothing on trust.
SAFE_CODE = re.compile(r"[-\w]+")
FIVE_MINUTES = 300
# Kinds of pictures that a logo may be; config/checks.py refuses others at the start.
LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}


@require_safe
@conditional_page
def stylesheet(_request: HttpRequest) -> HttpResponse:
    """The programme's and the tiers' colours: a strict Content-Security-Policy has no room for them in the pages."""
    rules = _accent_rule() + "@layer pages{" + "".join(_tier_rules()) + "}"
    return _shared(HttpResponse(rules, content_type="text/css; charset=utf-8"))


@require_safe
@conditional_page
def logo(_request: HttpRequest) -> HttpResponse:
    """The programme's logo, from PROGRAMME_LOGO."""
    return _picture(settings.PROGRAMME_LOGO)


@require_safe
@conditional_page
def dark_logo(_request: HttpRequest) -> HttpResponse:
    """The logo for dark pages, from PROGRAMME_LOGO_DARK."""
    return _picture(settings.PROGRAMME_LOGO_DARK)


def _accent_rule() -> str:
    if not HEX.fullmatch(settings.PROGRAMME_COLOUR):
        return ""
    light, dark = accents(settings.PROGRAMME_COLOUR)
    pairs = {
        "accent": (light.colour, dark.colour),
        "accent-strong": (light.strong, dark.strong),
        "on-accent": (light.on, dark.on),
        "accent-wash": (light.wash, dark.wash),
    }
    return "@layer tokens{:root{" + ";".join(f"--{name}:light-dark({a},{b})" for name, (a, b) in pairs.items()) + "}}"


def _tier_rules() -> list[str]:
    rules = []
    for code, colour in Tier.objects.order_by("rank").values_list("code", "colour"):
        if not (SAFE_CODE.fullmatch(code) and HEX.fullmatch(colour)):
            continue
        made = material(colour)
        rules.append(
            f".tier-{code}{{--tier-from:{made.start};--tier-to:{made.end};--tier-on:{made.on};--tier-off:{made.off};"
            f"--tier-tone:light-dark({made.tone_light},{made.tone_dark})}}"
        )
    return rules


def _picture(name: str) -> HttpResponse:
    path = Path(name)
    if not name or path.suffix.lower() not in LOGO_TYPES or not path.is_file():
        raise Http404
    return _shared(HttpResponse(path.read_bytes(), content_type=LOGO_TYPES[path.suffix.lower()]))


def _shared(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=FIVE_MINUTES)
    return response
