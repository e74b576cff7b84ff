import json
import re
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from members.api.problems import TooLarge

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Half of a surrogate pair, escaped: JSON lets it pass, but it is no text that could be stored or sent on.
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(_("%(name)s is not a JSON value") % {"name": name})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError(_("a field is there twice"))
    return fields


class StrictJSONParser(BaseParser):
    """JSON with one meaning only: UTF-8, no NaN, no field twice, no half characters, no endless body."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Raises ParseError and TooLarge."""
        limit = settings.API_MAX_BODY_BYTES
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge(limit=limit)
        try:
            data = json.loads(
                raw.removeprefix(BYTE_ORDER_MARK).decode(), parse_constant=_refuse_constant, object_pairs_hook=_once
            )
            if _SURROGATE.search(raw):
                json.dumps(data, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ParseError(_("The body is nested too deeply.")) from error
        except UnicodeError as error:
            raise ParseError(_("The body is not text in UTF-8.")) from error
        except ValueError as error:
            raise ParseError(_("The body cannot be read as JSON: %(error)s") % {"error": error}) from error
        return data
