"""Errors that no view answers, such as a wrong host name: problems below /api/, Django's pages elsewhere."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import defaults

from members.api.problems import internal, problem, problem_response

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    if request.path_info.startswith(API):
        detail = _("The request cannot be read. Check the address and the headers.")
        return problem_response(problem(code="invalid-request", status=400, detail=detail))
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500."""
    if request.path_info.startswith(API):
        return problem_response(internal())
    return defaults.server_error(request)
