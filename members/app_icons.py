"""The app's icons in the programme's colour: PNG drawings whose palette is exchanged, so that nothing has to draw.

scripts/draw_app_icons.py makes them. A pixel's index says how much of what it shows: up to INK from the background
to the ink, beyond from the background to nothing (the corners outside).
"""

import struct
import zlib
from collections.abc import Iterator

from members.colours import DARK_INK, WHITE, Colour, contrast, mix

SIGNATURE = b"\x89PNG\r\n\x1a\n"
INK = 127
# WCAG 2.2 asks this of graphics.
ENOUGH_CONTRAST = 3


def recoloured(png: bytes, background: Colour) -> bytes:
    """The drawing on ``background``, in white, or in dark ink where white would not stand out."""
    colours = palette(background)
    parts = ((kind, colours if kind == b"PLTE" else data) for kind, data in chunks(png))
    return SIGNATURE + b"".join(chunk(kind, data) for kind, data in parts)


def palette(background: Colour) -> bytes:
    """The 256 colours of a drawing."""
    ink = WHITE if contrast(background, WHITE) >= ENOUGH_CONTRAST else DARK_INK
    return b"".join(bytes(mix(background, ink, index / INK if index <= INK else 0)) for index in range(256))


def transparency() -> bytes:
    """How opaque each of the 256 colours is."""
    return bytes(255 if index <= INK else round(255 * (255 - index) / (255 - INK)) for index in range(256))


def chunk(kind: bytes, data: bytes) -> bytes:
    """A piece of a PNG file, with its length before and its checksum after it."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The pieces of a PNG file that was written here."""
    place = len(SIGNATURE)
    while place < len(png):
        (length,) = struct.unpack_from(">I", png, place)
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        place += length + 12
