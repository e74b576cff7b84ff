"""The API's own pages: its schema, an explorer for it, and what each kind of problem means."""

# drf-spectacular types its interface, but not its generator.
# mypy: allow-untyped-calls

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from members.api.catalogue import KINDS, kind_of
from members.api.problems import method_not_allowed, not_found, problem_response

Page = Callable[..., HttpResponse]


@lru_cache(maxsize=8)
def openapi(language: str) -> dict[str, Any]:
    """The schema in a language; it changes with a new release only, so a process makes each once."""
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return document


def read_only(page: Page) -> Page:
    """Refuse what is not GET or HEAD with a problem, like everything else below /api/."""

    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return page(request, *args, **kwargs)
        response = problem_response(method_not_allowed(str(request.method)))
        response["Allow"] = "GET, HEAD"
        return response

    # Nothing is changed here, so there is nothing to forge; Django's check would answer with a page of its own.
    return csrf_exempt(guarded)


class SchemaView(APIView):
    """The OpenAPI schema, for everybody: JSON, or YAML where Accept asks for application/vnd.oai.openapi."""

    permission_classes = [AllowAny]
    renderer_classes = [OpenApiJsonRenderer, OpenApiYamlRenderer]
    http_method_names = ["get", "head"]
    schema = None

    def get(self, request: Request) -> Response:
        """The schema in the caller's language."""
        return Response(openapi(get_language() or "en"))


@read_only
def documentation(request: HttpRequest) -> HttpResponse:
    """The explorer. Its scripts and styles come from our own server and run under the strict policy of every page."""
    return render(request, "api/docs.html")


@read_only
def problems(request: HttpRequest) -> HttpResponse:
    """The kinds of problems that the API answers with."""
    kinds = sorted(KINDS, key=lambda kind: (kind.status, kind.code))
    return render(request, "api/problems.html", {"kinds": kinds})


@read_only
def problem(request: HttpRequest, code: str) -> HttpResponse:
    """What a kind of problem means and what to do."""
    kind = kind_of(code)
    if kind is None:
        return problem_response(not_found())
    return render(request, "api/problem.html", {"kind": kind})


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    """The problem for an address below /api/ that does not exist, whatever the method."""
    return problem_response(not_found())
