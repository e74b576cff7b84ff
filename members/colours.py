"""Colours that people choose, made readable: a tier's becomes a material with its ink, the programme's an accent."""

import re
from dataclasses import dataclass

WHITE = (255, 255, 255)
BLACK = (0, 0, 0)
DARK_INK = (33, 24, 8)
# WCAG 2.2 AA for text of any size.
ENOUGH_CONTRAST = 4.5
# What the accent and a tier's tone stand on, as static/css/tokens.css has it: paper, surface and sunken.
LIGHT_GROUNDS = ((250, 246, 239), (255, 255, 255), (242, 236, 225))
DARK_GROUNDS = ((22, 19, 15), (32, 28, 23), (17, 15, 12))
# A colour on dark glows less than its ratio says, so it gets a little more.
ENOUGH_ON_DARK = 5.5
# How much of the accent is in its wash, and how far it moves under the pointer.
WASH = 0.11
PRESSED = 0.14
STEP = 0.03
# The card's own light falls on its upper left and brightens the colour by this much.
SHINE = 0.12

HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Material:
    """A tier as CSS colours: its card's gradient, what is written on it, a button's ink; its tone on light and dark."""

    start: str
    end: str
    on: str
    off: str
    tone_light: str
    tone_dark: str


@dataclass(frozen=True, slots=True)
class Accent:
    """The programme's colour in one theme as CSS: itself, under the pointer, what is written on it, and its wash."""

    colour: str
    strong: str
    on: str
    wash: str


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


def on_light(colour: Colour) -> Colour:
    """The colour, darkened until it can be read on every light ground and on a wash of itself."""
    while _least_contrast(colour, LIGHT_GROUNDS) < ENOUGH_CONTRAST:
        colour = mix(colour, BLACK, STEP)
    return colour


def on_dark(colour: Colour) -> Colour:
    """The colour, brightened until it can be read on every dark ground and on a wash of itself."""
    while _least_contrast(colour, DARK_GROUNDS) < ENOUGH_ON_DARK:
        colour = mix(colour, WHITE, STEP)
    return colour


def accents(text: str) -> tuple[Accent, Accent]:
    """The accent of a programme's colour in the light and in the dark theme."""
    light, dark = on_light(parse(text)), on_dark(parse(text))
    ink = mix(dark, BLACK, 0.86)
    while contrast(ink, dark) < ENOUGH_CONTRAST:
        ink = mix(ink, BLACK, 0.5)
    return (
        Accent(css(light), css(mix(light, BLACK, PRESSED)), css(WHITE), css(_wash(light, LIGHT_GROUNDS))),
        Accent(css(dark), css(mix(dark, WHITE, PRESSED)), css(ink), css(_wash(dark, DARK_GROUNDS))),
    )


def material(text: str) -> Material:
    """The material of a tier's colour: bright ones (gold, silver) get dark ink, deep ones white."""
    colour = parse(text)
    tones = css(on_light(colour)), css(on_dark(colour))
    if contrast(colour, DARK_INK) >= ENOUGH_CONTRAST + 0.5:
        start = mix(colour, WHITE, 0.3)
        return Material(css(start), css(colour), css(DARK_INK), css(mix(start, WHITE, 0.5)), *tones)
    while contrast(mix(colour, WHITE, SHINE), WHITE) < ENOUGH_CONTRAST:
        colour = mix(colour, BLACK, 0.04)
    end = mix(colour, BLACK, 0.42)
    return Material(css(colour), css(end), css(WHITE), css(end), *tones)


def _wash(colour: Colour, grounds: tuple[Colour, Colour, Colour]) -> Colour:
    return mix(grounds[1], colour, WASH)


def _least_contrast(colour: Colour, grounds: tuple[Colour, Colour, Colour]) -> float:
    return min(contrast(colour, ground) for ground in (*grounds, _wash(colour, grounds)))
