"""Problem details (RFC 9457) for every error below /api/: one shape, stable types, words that say what to do."""

import math
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from members.api.catalogue import kind_of
from members.exceptions import DomainError

logger = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
UNAVAILABLE_SECONDS = 5
UNAVAILABLE = gettext_lazy("The programme cannot answer right now. Repeat the request; nothing is recorded twice.")
NOTHING_HERE = gettext_lazy("There is nothing at this address. All addresses of the API end in a slash.")

Errors = list[dict[str, str]]


class RequestError(DomainError):
    """The request itself is wrong, whatever is in the programme; ``errors`` point at what to mend."""

    is_final = False

    def __init__(self, errors: Errors | None = None, **params: Any) -> None:
        super().__init__(**params)
        self.errors = errors or []


class InvalidRequest(RequestError):
    """The request does not have the documented form."""

    code = "invalid-request"
    status = 400
    message = gettext_lazy("The request is not as documented. Nothing was changed; see the errors.")


class InconsistentRequest(RequestError):
    """Well formed, but it cannot be true: lines that do not add up, a purchase of tomorrow."""

    code = "inconsistent-request"
    status = 422
    message = gettext_lazy("The fields contradict each other or the calendar. Nothing was changed; see the errors.")


class InvalidIdempotencyKey(RequestError):
    """The Idempotency-Key is empty, too long or holds spaces."""

    code = "invalid-idempotency-key"
    status = 400
    message = gettext_lazy("An Idempotency-Key is 1 to 255 visible ASCII characters without spaces.")


class TooLarge(RequestError):
    """The body exceeds what the API reads."""

    code = "too-large"
    status = 413
    message = gettext_lazy("The body is larger than %(limit)s bytes.")


class ScopeMissing(RequestError):
    """The key lacks the scope that the operation needs."""

    code = "scope-missing"
    status = 403
    message = gettext_lazy("This needs a key with the scope “%(scope)s”.")


class OtherStore(RequestError):
    """A purchase names another store than the key's."""

    code = "other-store"
    status = 403
    message = gettext_lazy("This key belongs to the store “%(store)s” and records purchases of that store alone.")


class StoreInactive(RequestError):
    """The key's store is closed."""

    code = "store-inactive"
    status = 403
    message = gettext_lazy("The store “%(store)s” is closed; its keys are refused.")


def problem(
    *, code: str, status: int, detail: str | Promise, errors: Errors | None = None, retry_after: int | None = None
) -> dict[str, Any]:
    """The body of a problem in the active language."""
    kind = kind_of(code)
    body: dict[str, Any] = {
        "type": reverse("api:problem", args=[code]),
        "code": code,
        "title": str(kind.title) if kind else "",
        "status": status,
        "detail": str(detail),
    }
    if errors:
        body["errors"] = errors
    if retry_after is not None:
        body["retry_after"] = retry_after
    return body


def problem_of(error: DomainError) -> dict[str, Any]:
    """The body of the problem that a domain error means."""
    return problem(
        code=error.code,
        status=error.status,
        detail=str(error),
        errors=getattr(error, "errors", None),
        retry_after=getattr(error, "retry_after_seconds", None),
    )


# What Django and Django REST framework refuse before a view of ours sees the request; the first match counts.
FRAMEWORK: tuple[tuple[type[Exception], str, int, str | Promise | None], ...] = (
    (exceptions.NotAuthenticated, "unauthenticated", 401, gettext_lazy("Send “Authorization: Api-Key …”.")),
    (exceptions.AuthenticationFailed, "unauthenticated", 401, None),
    (exceptions.ParseError, "malformed-body", 400, None),
    (exceptions.NotAcceptable, "not-acceptable", 406, None),
    (
        exceptions.UnsupportedMediaType,
        "unsupported-media-type",
        415,
        gettext_lazy("The body must be declared as application/json."),
    ),
    (
        exceptions.Throttled,
        "throttled",
        429,
        gettext_lazy("This key has made too many requests. Wait a little, or send purchases as a batch."),
    ),
    (exceptions.PermissionDenied, "forbidden", 403, gettext_lazy("You are not allowed to do this.")),
    (PermissionDenied, "forbidden", 403, gettext_lazy("You are not allowed to do this.")),
    (exceptions.NotFound, "not-found", 404, NOTHING_HERE),
    (Http404, "not-found", 404, NOTHING_HERE),
    (OperationalError, "unavailable", 503, UNAVAILABLE),
    (InterfaceError, "unavailable", 503, UNAVAILABLE),
)


def _problem_for(error: Exception, method: str) -> dict[str, Any]:
    if isinstance(error, DomainError):
        return problem_of(error)
    if isinstance(error, exceptions.MethodNotAllowed):
        return method_not_allowed(method)
    for kind, code, status, detail in FRAMEWORK:
        if isinstance(error, kind):
            own = detail if detail is not None else getattr(error, "detail", "")
            return problem(code=code, status=status, detail=str(own), retry_after=_retry_after(error, status))
    return internal()


def _retry_after(error: Exception, status: int) -> int | None:
    if isinstance(error, exceptions.Throttled):
        return max(1, math.ceil(getattr(error, "wait", None) or 1))
    return UNAVAILABLE_SECONDS if status == HTTPStatus.SERVICE_UNAVAILABLE else None


def not_found() -> dict[str, Any]:
    """The problem of an address that does not exist."""
    return problem(code="not-found", status=404, detail=NOTHING_HERE)


def method_not_allowed(method: str) -> dict[str, Any]:
    """The problem of a method that an address does not take."""
    detail = _("%(method)s is not possible here. The Allow header lists what is.") % {"method": method[:20]}
    return problem(code="method-not-allowed", status=405, detail=detail)


def internal() -> dict[str, Any]:
    """The problem of a mistake of ours; the reason is in the log alone."""
    detail = _("Something is broken on our side. Repeat the request; nothing is recorded twice.")
    return problem(code="internal", status=500, detail=detail)


def headers_of(body: dict[str, Any]) -> dict[str, str]:
    """The headers that go with a problem."""
    return {"Retry-After": str(body["retry_after"])} if "retry_after" in body else {}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """Answer an exception of an API view; whatever nobody expected is logged and shows nothing of itself."""
    request = context.get("request")
    body = _problem_for(error, getattr(request, "method", ""))
    if body["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("api_failed", exc_info=error)
        got_request_exception.send(sender=exception_handler, request=getattr(request, "_request", request))
    headers = headers_of(body)
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def problem_response(body: dict[str, Any]) -> HttpResponse:
    """A problem outside any API view, such as an address that no view has."""
    return HttpResponse(
        JSONRenderer().render(body), status=body["status"], content_type=MEDIA_TYPE, headers=headers_of(body)
    )
