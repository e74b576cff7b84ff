import re

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page, require_safe

from members.colours import HEX, material
from members.models import Tier

# Codes and colours are validated when staff enter them; a stylesheet takes nothing on trust.
SAFE_CODE = re.compile(r"[-\w]+")
FIVE_MINUTES = 300


@require_safe
@conditional_page
def stylesheet(_request: HttpRequest) -> HttpResponse:
    """The tiers' colours as CSS: a strict Content-Security-Policy leaves no room for them in the pages."""
    rules = []
    for code, colour in Tier.objects.order_by("rank").values_list("code", "colour"):
        if not (SAFE_CODE.fullmatch(code) and HEX.fullmatch(colour)):
            continue
        made = material(colour)
        rules.append(
            f".tier-{code}{{--tier-from:{made.start};--tier-to:{made.end};--tier-on:{made.on};--tier-off:{made.off}}}"
        )
    response = HttpResponse("@layer pages{" + "".join(rules) + "}", content_type="text/css; charset=utf-8")
    patch_cache_control(response, public=True, max_age=FIVE_MINUTES)
    return response
