"""Every address of the project, found in the resolver rather than listed by hand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """An address and its name; a route without a name goes by its pattern."""

    name: str
    pattern: str

    @property
    def model(self) -> str:
        """The model of an admin route: "admin/members/store/add/" is "members.store"."""
        parts = self.pattern.split("/")
        return f"{parts[1]}.{parts[2]}" if parts[0] == "admin" and len(parts) > 3 else ""

    def path(self, values: dict[str, Any]) -> str:
        """The address with something that exists in each place."""
        if self.name in values:
            return str(values[self.name])
        own = {"object_id": values.get(self.model), "id": values.get(self.model)}
        return "/" + PARAMETER.sub(lambda match: str(own.get(match[1]) or values[match[1]]), self.pattern)


def all_routes() -> list[Route]:
    """Every route, in the order in which the resolver tries them."""
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: list[URLPattern | URLResolver], prefix: str, spaces: tuple[str, ...]) -> Iterator[Route]:
    for pattern in patterns:
        whole = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inside = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _walk(pattern.url_patterns, whole, inside)
        else:
            yield Route(":".join((*spaces, pattern.name)) if pattern.name else whole, whole)
