"""The portal as an app: its manifest and icons, its service worker, and what it shows where there is no line."""

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import to_locale
from django.views.decorators.http import conditional_page, require_safe

from members.app_icons import recoloured
from members.colours import HEX, parse
from members.views.theme import FIVE_MINUTES

# --paper of static/css/tokens.css in the light: what an opening app shows before its first page.
PAPER = "#faf6ef"
# --accent of static/css/tokens.css: the mark's colour where the programme sets none.
PERSIMMON = "#b5421c"
# What the service worker does not even look at: sign-in, staff, programs.
UNTOUCHED = ("/accounts/", "/admin/", "/api/", "/counter/", "/staff/", "/i18n/")
ICONS = ("app-192", "app-512", "maskable-192", "maskable-512", "apple-180")


@require_safe
@conditional_page
def manifest(_request: HttpRequest, language: str) -> HttpResponse:
    """The web app manifest in one language."""
    with translation.override(known(language)):
        content = {
            "id": "/",
            "name": settings.PROGRAMME_NAME,
            "short_name": settings.PROGRAMME_NAME if len(settings.PROGRAMME_NAME) <= 12 else _("Member card"),  # noqa: PLR2004 - what fits below an icon
            "description": _("Your points, your tier and your card, which works without a connection too."),
            "lang": to_locale(language).replace("_", "-"),
            "dir": "ltr",
            "start_url": reverse("members:home"),
            "scope": "/",
            "display": "standalone",
            "background_color": PAPER,
            "theme_color": PAPER,
            "categories": ["shopping", "lifestyle"],
            "icons": [manifest_icon(name) for name in ICONS if not name.startswith("apple")],
            "shortcuts": [
                {"name": _("Your card"), "short_name": _("Card"), "url": reverse("members:card_show")},
                {"name": _("Points"), "url": reverse("members:points")},
            ],
        }
    body = json.dumps(content, ensure_ascii=False)
    return shared(HttpResponse(body, content_type="application/manifest+json"))


@require_safe
@conditional_page
def app_icon(_request: HttpRequest, icon_name: str) -> HttpResponse:
    """One of the app's icons: the programme's own, or the mark in the programme's colour."""
    if icon_name not in ICONS:
        raise Http404
    own = Path(settings.PROGRAMME_APP_ICON)
    if settings.PROGRAMME_APP_ICON and own.is_file():
        return shared(HttpResponse(own.read_bytes(), content_type="image/png"))
    colour = settings.PROGRAMME_COLOUR
    png = drawing(icon_name)
    content = recoloured(png, parse(colour)) if HEX.fullmatch(colour) else png
    return shared(HttpResponse(content, content_type="image/png"))


@require_safe
@conditional_page
def service_worker(_request: HttpRequest) -> HttpResponse:
    """static/js/service-worker.js from the top address, so that its scope is the portal, after what it has to know."""
    portal = {
        "version": version(),
        "hashed": settings.STATIC_URL if settings.STATIC_COLLECTED else "",
        "cards": [reverse("members:card"), reverse("members:card_show")],
        "cardCopy": reverse("members:card_show"),
        "offline": offline_prefix(),
        "languages": [code for code, _name in settings.LANGUAGES],
        "assets": [settings.STATIC_URL, reverse("members:theme"), reverse("members:logo")],
        "untouched": [*UNTOUCHED, settings.MEDIA_URL],
    }
    script = f"self.portal = {json.dumps(portal)};\nimportScripts({json.dumps(static('js/service-worker.js'))});\n"
    return shared(HttpResponse(script, content_type="text/javascript; charset=utf-8"))


@require_safe
@conditional_page
def offline(_request: HttpRequest, language: str) -> HttpResponse:
    """What is shown instead of a page that cannot be fetched, in one language and without anybody's data."""
    response = HttpResponse(offline_page(known(language)))
    response["Content-Language"] = language
    return shared(response)


def known(language: str) -> str:
    """The language, if it is one of the portal's. Raises Http404."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return language


def offline_page(language: str) -> str:
    with translation.override(language):
        return render_to_string("members/offline.html")


def offline_prefix() -> str:
    return reverse("members:offline", args=["en"]).removesuffix("en/")


@cache
def version() -> str:
    """Changes with any static file and with the offline pages; worked out once in each process."""
    digest = hashlib.sha256(getattr(staticfiles_storage, "manifest_hash", "").encode())
    for code, _name in settings.LANGUAGES:
        digest.update(offline_page(code).encode())
    return digest.hexdigest()[:12]


@cache
def drawing(name: str) -> bytes:
    """A committed icon; read where it lies, since only hashed names survive collectstatic."""
    found = finders.find(f"img/app/{name}.png")
    if not found:
        raise Http404
    return Path(found).read_bytes()


def manifest_icon(name: str) -> dict[str, str]:
    purpose, _dash, size = name.rpartition("-")
    return {
        "src": reverse("members:app_icon", args=[name]),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": "maskable" if purpose == "maskable" else "any",
    }


def shared(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=FIVE_MINUTES)
    return response
