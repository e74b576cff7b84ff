from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _


class StaffSite(AdminSite):
    """The admin for staff.

    It has no sign-in form of its own: one door for everybody means that rate limits, lock-outs and second factors
    hold for staff too.
    """

    site_header = _("Regulars")
    site_title = _("Regulars")
    index_title = _("Programme")

    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send visitors to the portal's sign-in page, and refuse people who are signed in but not staff."""
        return super().login(request, extra_context)
