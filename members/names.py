"""Names and other lines of text as people give them, without what cannot be seen or stored."""

import unicodedata

from members.exceptions import InvalidText

MAX_LENGTH = 150
# Scripts from here on write names without spaces.
FIRST_CHINESE = "\u2e80"


def clean_name(text: str) -> str:
    """A name as stored. Raises InvalidText."""
    return clean_line(text, length=MAX_LENGTH)


def clean_line(text: str, *, length: int) -> str:
    """One line in composed form, single spaces, without control characters. Raises InvalidText when too long."""
    if not text:
        return ""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(" " if character.isspace() else character for character in composed if _is_kept(character))
    line = " ".join(visible.split())
    if len(line) > length:
        raise InvalidText(length=length)
    return line


def _is_kept(character: str) -> bool:
    # Cc: control, Cs: half a character. Format characters stay: joiners are part of names in some scripts.
    return character.isspace() or unicodedata.category(character) not in {"Cc", "Cs"}


def shy_name(name: str) -> str:
    """As much of a name as tells a friend from a stranger: Mei L., or the last character of a Chinese name."""
    words = name.split()
    if not words:
        return ""
    if words[0][0] > FIRST_CHINESE:
        return f"＊{words[0][-1]}"
    return words[0] if len(words) == 1 else f"{words[0]} {words[-1][0]}."
