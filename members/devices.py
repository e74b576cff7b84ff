"""What a member's device may keep of them: one copy of the card, until when, and nothing after they signed out."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.http import http_date

from members.models import Member

# Who did not ask to stay signed in may be at somebody else's computer.
KEPT_UNREMEMBERED = timedelta(hours=12)


def reader_token(member: Member | None) -> str:
    """Tells one reader of a device from another without saying who they are; empty for visitors."""
    return salted_hmac("members.devices", str(member.pk)).hexdigest()[:16] if member else ""


def allow_offline_copy(request: HttpRequest, response: HttpResponse, member: Member, now: datetime) -> None:
    """Let the service worker keep this page: as long as the session lasts, or twelve hours without "remember me"."""
    session = request.session
    lasting = timedelta(seconds=session.get_expiry_age())
    until = now + (KEPT_UNREMEMBERED if session.get_expire_at_browser_close() else lasting)
    response["Offline-Owner"] = reader_token(member)
    response["Offline-Until"] = http_date(until.timestamp())


class SignOutMiddleware:
    """Has the browser empty what it keeps of the portal with the answer that signs somebody out, wherever that is.

    It comes after the middleware that finds the user. Browsers without Clear-Site-Data have static/js/register.js.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a session cookie there is nobody, and asking would cost a query.
        was_in = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
        response = self.get_response(request)
        if was_in and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"storage"'
        return response
