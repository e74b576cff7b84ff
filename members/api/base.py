from collections.abc import Iterable
from typing import Any, ClassVar

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from members.api.authentication import StoreKeyAuthentication
from members.api.parsers import StrictJSONParser
from members.api.permissions import KeyHasScope
from members.api.throttles import KeyThrottle
from members.models import Scope, StoreKey


class JSONAlways(BaseContentNegotiation):
    """Answers JSON whatever Accept says: a till that asks for */* or for text gets what there is."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """The parser of the body's type, or None."""
        content_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == content_type), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first renderer."""
        first = next(iter(renderers))
        return first, str(first.media_type)


class ApiView(APIView):
    """What every operation has in common: a key, its scope, its rate, JSON in and out."""

    authentication_classes = [StoreKeyAuthentication]
    permission_classes = [KeyHasScope]
    throttle_classes = [KeyThrottle]
    parser_classes = [StrictJSONParser]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = JSONAlways
    # Nothing to say to OPTIONS: browsers of other sites have no business here, and the schema describes the rest.
    metadata_class = None
    http_method_names = ["get", "head", "post", "put"]
    # The scope that each method needs; a method that is not here is refused.
    scopes: ClassVar[dict[str, Scope]] = {}

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Keep members' data out of every cache on the way."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer

    @property
    def key(self) -> StoreKey:
        """The caller's key, with its store; permission was checked before."""
        key: Any = self.request.auth
        return key  # type: ignore[no-any-return]
