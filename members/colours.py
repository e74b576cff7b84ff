"""Colours that staff choose, made readable: each tier's colour becomes a material with an ink that stands out on it."""

import re
from dataclasses import dataclass

WHITE = (255, 255, 255)
BLACK = (0, 0, 0)
DARK_INK = (33, 24, 8)
# WCAG 2.2 AA for text of any size.
ENOUGH_CONTRAST = 4.5
# The card's own light falls on its upper left and brightens the colour by this much.
SHINE = 0.12

HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Material:
    """A tier's card as CSS colours: a gradient, what is written on it, and the ink of a button in that colour."""

    start: str
    end: str
    on: str
    off: str


def parse(text: str) -> Colour:
    """The channels of ``#rrggbb``. Raises ValueError for anything else."""
    match = HEX.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return int(match[1], 16), int(match[2], 16), int(match[3], 16)


def css(colour: Colour) -> str:
    """``#rrggbb`` of the channels."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """``one`` with ``share`` (0 to 1) of ``other`` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def luminance(colour: Colour) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = (value / 255 for value in colour)
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]  # noqa: PLR2004 - sRGB's own constants
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio as WCAG 2.2 defines it: 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def material(text: str) -> Material:
    """The material of a tier's colour: bright ones (gold, silver) get dark ink, deep ones white."""
    colour = parse(text)
    if contrast(colour, DARK_INK) >= ENOUGH_CONTRAST + 0.5:
        start = mix(colour, WHITE, 0.3)
        return Material(start=css(start), end=css(colour), on=css(DARK_INK), off=css(mix(start, WHITE, 0.5)))
    while contrast(mix(colour, WHITE, SHINE), WHITE) < ENOUGH_CONTRAST:
        colour = mix(colour, BLACK, 0.04)
    end = mix(colour, BLACK, 0.42)
    return Material(start=css(colour), end=css(end), on=css(WHITE), off=css(end))
