"""Staff show a second factor: a stolen password alone opens no page with members' data."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

# Where staff work. Signing out, and setting a second factor up, stay open.
STAFF_PATHS = ("/admin/", "/counter/", "/staff/")
OPEN_PATHS = ("/admin/logout/", "/admin/jsi18n/")


class StaffSecondFactorMiddleware:
    """Leads staff who have no second factor to where they set one up, before any page for staff.

    Whoever has one was asked for it at sign-in, by allauth. Nobody is locked out: the password still signs in, and
    the page that sets a second factor up is a page of one's own account. See STAFF_MFA_REQUIRED.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.STAFF_MFA_REQUIRED and _is_for_staff(request.path_info) and _lacks_second_factor(request):
            messages.warning(
                request,
                _("Staff sign in with a second factor. Set one up here, and the staff pages open."),
            )
            return HttpResponseRedirect(reverse("mfa_index"))
        return self.get_response(request)


def _is_for_staff(path: str) -> bool:
    return path.startswith(STAFF_PATHS) and not path.startswith(OPEN_PATHS)


def _lacks_second_factor(request: HttpRequest) -> bool:
    user = request.user
    return user.is_authenticated and user.is_staff and not is_mfa_enabled(user)
