"""What an operator may have mistyped, found before the portal starts."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from members.colours import HEX
from members.views.theme import LOGO_TYPES


@register
def check_look(**_kwargs: Any) -> list[CheckMessage]:
    """PROGRAMME_COLOUR is a colour, and logos and the icon are pictures that can be read."""
    found: list[CheckMessage] = []
    colour = settings.PROGRAMME_COLOUR
    if colour and not HEX.fullmatch(colour):
        found.append(
            Error(f"PROGRAMME_COLOUR is {colour!r}.", hint="Write it as #rrggbb, such as #00754a.", id="look.E1")
        )
    kinds = {"PROGRAMME_LOGO": LOGO_TYPES, "PROGRAMME_LOGO_DARK": LOGO_TYPES, "PROGRAMME_APP_ICON": (".png",)}
    for name, allowed in kinds.items():
        path = getattr(settings, name)
        if path and Path(path).suffix.lower() not in allowed:
            found.append(Error(f"{name} is {path!r}.", hint=f"It may be {', '.join(allowed)}.", id="look.E2"))
        elif path and not Path(path).is_file():
            found.append(Error(f"{name} is {path!r}, and there is no such file.", id="look.E3"))
    return found
