"""What an operator may have mistyped, found before the portal starts."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from members.colours import HEX
from members.views.theme import LOGO_TYPES


@register
def check_look(**_kwargs: Any) -> list[CheckMessage]:
    """PROGRAMME_COLOUR is a colour, and the logos are pictures that can be read."""
    found: list[CheckMessage] = []
    colour = settings.PROGRAMME_COLOUR
    if colour and not HEX.fullmatch(colour):
        found.append(
            Error(f"PROGRAMME_COLOUR is {colour!r}.", hint="Write it as #rrggbb, such as #00754a.", id="look.E1")
        )
    for name in ("PROGRAMME_LOGO", "PROGRAMME_LOGO_DARK"):
        path = getattr(settings, name)
        if path and Path(path).suffix.lower() not in LOGO_TYPES:
            found.append(Error(f"{name} is {path!r}.", hint=f"It may be {', '.join(LOGO_TYPES)}.", id="look.E2"))
        elif path and not Path(path).is_file():
            found.append(Error(f"{name} is {path!r}, and there is no such file.", id="look.E3"))
    return found
