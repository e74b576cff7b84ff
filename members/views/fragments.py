"""Answers to a script that asked for a part of a page; the same addresses answer whole pages to everybody else."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

# Where a page keeps its dialogs.
DIALOGS = "#dialogs"


def wants_fragment(request: HttpRequest) -> bool:
    """Whether a script asks, other than to restore a whole page for the back button."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")


def page_or_fragment(request: HttpRequest, page: str, fragment: str, context: dict[str, Any]) -> HttpResponse:
    """The whole page, or the part of it that a script swaps in."""
    response = render(request, fragment if wants_fragment(request) else page, context)
    # One address, two answers: the back button must not find the fragment.
    patch_vary_headers(response, ["HX-Request"])
    return response


def page_or_dialog(request: HttpRequest, page: str, dialog: str, context: dict[str, Any]) -> HttpResponse:
    """The whole page, or the same question as a dialog over the page that asked."""
    response = page_or_fragment(request, page, dialog, context)
    if wants_fragment(request):
        response["HX-Retarget"] = DIALOGS
        response["HX-Reswap"] = "innerHTML"
    return response
