"""The portal's addresses and some that go wrong, so that a browser sees the pages for that."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from config import urls


def forbidden(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def bad(_request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


def broken(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError


def limited(request: HttpRequest) -> HttpResponse:
    """As allauth answers who asks too often."""
    return render(request, "429.html", status=429)


def forged(request: HttpRequest) -> HttpResponse:
    """As Django answers a form without its token."""
    return render(request, "403_csrf.html", status=403)


def locked(request: HttpRequest) -> HttpResponse:
    """As axes answers after too many wrong passwords."""
    return render(request, "account/locked.html", status=429)


WRONG = {"400": bad, "403": forbidden, "403-forged": forged, "429": limited, "429-locked": locked, "500": broken}
handler400, handler500 = urls.handler400, urls.handler500
urlpatterns = [path(f"wrong/{name}/", view) for name, view in WRONG.items()] + urls.urlpatterns
