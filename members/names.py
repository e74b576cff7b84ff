"""Names as people give them, without what makes two of them look alike when they are not."""

import unicodedata

from members.exceptions import InvalidText

MAX_LENGTH = 150


def clean_name(text: str) -> str:
    """The name in composed form, single spaces, without control characters. Raises InvalidText when too long."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(" " if character.isspace() else character for character in composed if _is_kept(character))
    name = " ".join(visible.split())
    if len(name) > MAX_LENGTH:
        raise InvalidText(length=MAX_LENGTH)
    return name


def _is_kept(character: str) -> bool:
    # Cc: control, Cs: half a character. Format characters stay: joiners are part of names in some scripts.
    return character.isspace() or unicodedata.category(character) not in {"Cc", "Cs"}
