"""How the API describes itself: extensions for strict fields, and what every operation has in common."""

# drf-spectacular types its interface, but not its classes.
# mypy: allow-untyped-calls

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from members.api.catalogue import BY_CODE
from members.api.problems import MEDIA_TYPE
from members.api.serializers import fields
from members.api.serializers.fields import StrictSerializer
from members.api.serializers.problems import ProblemSerializer
from members.models import Scope

F = TypeVar("F", bound=Callable[..., Any])
Direction = Literal["request", "response"]

ALWAYS = ("unauthenticated", "scope-missing", "store-inactive", "throttled", "internal", "unavailable")
WITH_BODY = ("invalid-request", "malformed-body", "too-large", "unsupported-media-type")
WRITING = ("invalid-idempotency-key", "busy", "idempotency-in-flight", "idempotency-key-reused")


class StoreKeyScheme(OpenApiAuthenticationExtension):
    """The key of a store."""

    target_class = "members.api.authentication.StoreKeyAuthentication"
    name = "StoreKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """The header that carries it."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": str(_("“Api-Key ” and the key of a store, as create_api_key printed it.")),
        }


class StrictSerializerScheme(OpenApiSerializerExtension):
    """Unknown fields are refused, and lists have a length."""

    target_class = "members.api.serializers.fields.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        """The usual schema, closed."""
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        schema["additionalProperties"] = False
        for name, field in self.target.fields.items():
            longest = getattr(field, "max_length", None) if isinstance(field, serializers.ListSerializer) else None
            if longest:
                schema["properties"][name]["maxItems"] = longest
        return schema


class TextFieldScheme(OpenApiSerializerFieldExtension):
    """The form that a text must have."""

    target_class = "members.api.serializers.fields.TextField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        """Pattern and length, or what says more than these."""
        field = self.target
        if isinstance(field, fields.MomentField):
            return {"type": "string", "format": "date-time"}
        if isinstance(field, fields.CurrencyField):
            return {"type": "string", "enum": [settings.PROGRAMME_CURRENCY]}
        schema: dict[str, Any] = {"type": "string", "maxLength": field.maximum, "pattern": field.pattern}
        if field.minimum:
            schema["minLength"] = field.minimum
        return schema


class WholeNumberFieldScheme(OpenApiSerializerFieldExtension):
    """The range of a whole number."""

    target_class = "members.api.serializers.fields.WholeNumberField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        """An integer between two others."""
        return {"type": "integer", "minimum": self.target.minimum, "maximum": self.target.maximum}


class BatchItemScheme(OpenApiSerializerFieldExtension):
    """An item of a batch: meant to be a purchase, and answered for itself when it is not."""

    target_class = "members.api.serializers.purchases.BatchItemField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        """A purchase, or anything: one bad item must not stop the others, so the batch takes it."""
        purchase = auto_schema.resolve_serializer(self.target.serializer_class, direction).ref
        return {"anyOf": [purchase, {}]}


def _answers(answers: dict[int, Any]) -> dict[int, OpenApiResponse]:
    meaning = {201: _("Recorded."), 200: _("Done, or known before where 201 is possible too.")}
    alone = _("Done.")
    return {
        status: OpenApiResponse(serializer, description=meaning[status] if len(answers) > 1 else alone)
        for status, serializer in answers.items()
    }


def _problems(codes: Sequence[str]) -> dict[Any, OpenApiResponse]:
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(BY_CODE[code].status, []).append(code)
    return {
        (status, MEDIA_TYPE): OpenApiResponse(
            ProblemSerializer,
            description=", ".join(f"`{code}`" for code in same),
            examples=[_problem_example(code) for code in same],
        )
        for status, same in sorted(by_status.items())
    }


def _problem_example(code: str) -> OpenApiExample:
    kind = BY_CODE[code]
    value: dict[str, Any] = {
        "type": f"/api/problems/{code}/",
        "code": code,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.remedy,
    }
    if kind.status in {409, 429, 503} and code in {"busy", "idempotency-in-flight", "throttled", "unavailable"}:
        value["retry_after"] = 3
    return OpenApiExample(code, value=value, media_type=MEDIA_TYPE, status_codes=[str(kind.status)])


def _headers(*, write: bool) -> list[OpenApiParameter]:
    language = OpenApiParameter(
        "Accept-Language",
        str,
        OpenApiParameter.HEADER,
        description=_("Language of sentences and problems: en, zh-Hans or zh-Hant."),
        examples=[OpenApiExample("Chinese", value="zh-Hans", parameter_only=("Accept-Language", "header"))],
    )
    retry = OpenApiParameter(
        "Retry-After", int, OpenApiParameter.HEADER, response=[429, 503], description=_("Seconds to wait.")
    )
    if not write:
        return [language, retry]
    key = OpenApiParameter(
        "Idempotency-Key",
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        OpenApiParameter.HEADER,
        description=_(
            "A new one (a UUID) for each new request; the same one to repeat a request. Answers are kept for 30 days."
        ),
        examples=[
            OpenApiExample(
                "UUID", value="0b8f5a0e-6f0e-4d3a-9a59-2f1f3c7c6a11", parameter_only=("Idempotency-Key", "header")
            )
        ],
    )
    replayed = OpenApiParameter(
        "Idempotency-Replayed",
        {"type": "string", "enum": ["true"]},
        OpenApiParameter.HEADER,
        response=[200, 201],
        description=_("There when this is the stored answer to an earlier request with the same key."),
    )
    return [language, key, retry, replayed]


def path_parameter(name: str, *, pattern: str, example: str, description: Any) -> OpenApiParameter:
    """A part of the address."""
    return OpenApiParameter(
        name,
        {"type": "string", "pattern": pattern},
        OpenApiParameter.PATH,
        description=description,
        examples=[OpenApiExample(name, value=example, parameter_only=(name, "path"))],
    )


NUMBER_IN_PATH = path_parameter(
    "number",
    pattern="^[0-9]{12}$",
    example="482109375519",
    description=_("The 12 digits of the card. Spaces and hyphens do no harm."),
)
STORE_IN_PATH = path_parameter(
    "store", pattern=fields.STORE_CODE, example="nanjing-road", description=_("Code of the key's store.")
)
EXTERNAL_ID_IN_PATH = path_parameter(
    "external_id", pattern=fields.EXTERNAL_ID, example="R-20261121-0042", description=_("Number of the receipt.")
)


def operation(
    *,
    name: str,
    tag: str,
    summary: Any,
    description: Any,
    scope: Scope,
    answers: dict[int, Any],
    refusals: Sequence[str] = (),
    body: Any = None,
    examples: Sequence[OpenApiExample] = (),
    parameters: Sequence[OpenApiParameter | type[StrictSerializer]] = (),
    write: bool = False,
) -> Callable[[F], F]:
    """Describe a method of a view, with everything that all operations share."""
    codes = [*ALWAYS, *refusals, *(WITH_BODY if body else ()), *(WRITING if write else ())]
    decorated: Callable[[F], F] = extend_schema(
        operation_id=name,
        tags=[tag],
        summary=summary,
        description=format_lazy("{}\n\n{} `{}`.", description, _("Needs the scope"), scope.value),
        request={"application/json": body} if body else None,
        responses={**_answers(answers), **_problems(list(dict.fromkeys(codes)))},
        examples=list(examples),
        parameters=[*parameters, *_headers(write=write)],
    )
    return decorated
