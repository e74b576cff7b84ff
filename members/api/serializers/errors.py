from typing import Any
from urllib.parse import quote

from rest_framework.exceptions import ValidationError

from members.api.problems import Errors, InvalidRequest
from members.api.serializers.fields import StrictSerializer

# What RFC 3986 lets stand in a fragment, besides letters and digits.
_FRAGMENT = "/~!$&'()*+,;=:@-._"


def _step(name: object) -> str:
    return quote(str(name).replace("~", "~0").replace("/", "~1"), safe=_FRAGMENT)


def pointed_errors(detail: Any, pointer: str = "#") -> Errors:
    """Flatten a serializer's errors into one entry a message, each with a JSON pointer to the value."""
    if isinstance(detail, dict):
        return [
            error
            for name, inner in detail.items()
            for error in pointed_errors(inner, pointer if name == "non_field_errors" else f"{pointer}/{_step(name)}")
        ]
    if isinstance(detail, list):
        # A list of messages of one value, or a list with the errors of each of its items.
        return [
            error
            for index, inner in enumerate(detail)
            for error in pointed_errors(inner, f"{pointer}/{index}" if isinstance(inner, dict | list) else pointer)
        ]
    return [{"pointer": pointer, "detail": str(detail)}]


def validated(serializer: StrictSerializer) -> dict[str, Any]:
    """The clean content of a body. Raises InvalidRequest, which points at each mistake."""
    try:
        serializer.is_valid(raise_exception=True)
    except ValidationError as error:
        raise InvalidRequest(pointed_errors(error.detail)) from error
    return dict(serializer.validated_data)


def validated_query(serializer: StrictSerializer) -> dict[str, Any]:
    """The same for query parameters, which have names rather than pointers."""
    try:
        return validated(serializer)
    except InvalidRequest as error:
        named = [{"parameter": e["pointer"].removeprefix("#/"), "detail": e["detail"]} for e in error.errors]
        raise InvalidRequest(named) from error
