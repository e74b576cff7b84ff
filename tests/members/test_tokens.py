"""The colours of static/css/tokens.css as numbers: whoever reads by them must be able to, in both themes."""

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.colours import DARK_GROUNDS, LIGHT_GROUNDS, Colour, accents, contrast, css, material, parse

STYLES = Path(__file__).resolve().parents[2] / "static/css"
TOKENS = (STYLES / "tokens.css").read_text()
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
COLOURS: dict[str, tuple[Colour, Colour]] = {
    name: (parse(light), parse(dark)) for name, light, dark in PAIR.findall(TOKENS)
}
LIGHT, DARK = 0, 1
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])

GROUNDS = ["paper", "surface", "sunken"]
WASHES = ["good", "warn", "bad"]
# What is written, and on what: 4.5 : 1 (WCAG 2.2, 1.4.3).
WRITTEN = [
    *product(["ink", "ink-soft", "accent", "good", "warn", "bad"], GROUNDS),
    *((ink, "accent-wash") for ink in ["ink", "ink-soft", "accent"]),
    *((ink, f"{tone}-wash") for tone in WASHES for ink in ["ink", "ink-soft", "accent", tone]),
    *product(["ink"], ["picture-1", "picture-2", "picture-3", "picture-fill"]),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-bad", "bad"),
    *product(["paper", "good-on-ink", "bad-on-ink"], ["ink"]),
]
# What is only seen (edges of fields, lines of charts and drawings): 3 : 1 (1.4.11).
SEEN = [
    *product(["line-strong", "tier-tone"], GROUNDS),
    *product(["chart-1", "chart-2", "chart-3", "chart-4"], ["surface", "sunken"]),
    *product(["accent", "picture-line"], ["picture-1", "picture-2", "picture-3", "picture-fill"]),
]
# Starbucks green, Sephora black, a mustard, a sky, a lemon that no white stands on, a pale pink, pure blue, white.
PROGRAMMES = ["#00754a", "#000000", "#d8a200", "#2f9be6", "#fff44f", "#f6c6d0", "#0000ff", "#ffffff"]


@THEMES
@pytest.mark.parametrize(("ink", "ground"), WRITTEN)
def test_what_is_written_can_be_read(ink: str, ground: str, theme: int) -> None:
    assert contrast(COLOURS[ink][theme], COLOURS[ground][theme]) >= 4.5


@THEMES
@pytest.mark.parametrize(("line", "ground"), SEEN)
def test_what_is_drawn_can_be_seen(line: str, ground: str, theme: int) -> None:
    assert contrast(COLOURS[line][theme], COLOURS[ground][theme]) >= 3


@THEMES
@pytest.mark.parametrize("programme", PROGRAMMES)
def test_a_programmes_own_colour_can_be_read_wherever_the_accent_is(programme: str, theme: int) -> None:
    made = accents(programme)[theme]
    grounds = [COLOURS[name][theme] for name in [*GROUNDS, *(f"{tone}-wash" for tone in WASHES)]]

    assert min(contrast(parse(made.colour), ground) for ground in grounds) >= 4.5
    assert contrast(parse(made.colour), parse(made.wash)) >= 4.5
    assert contrast(COLOURS["ink-soft"][theme], parse(made.wash)) >= 4.5
    assert contrast(parse(made.on), parse(made.colour)) >= 4.5
    assert contrast(parse(made.on), parse(made.strong)) >= 4.5


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_whatever_colour_a_programme_has_its_buttons_stay_readable(colour: str) -> None:
    for made, grounds in zip(accents(colour), (LIGHT_GROUNDS, DARK_GROUNDS), strict=True):
        assert min(contrast(parse(made.colour), ground) for ground in (*grounds, parse(made.wash))) >= 4.5
        assert min(contrast(parse(made.on), parse(button)) for button in (made.colour, made.strong)) >= 4.5


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_whatever_colour_a_tier_has_its_dot_and_name_stay_readable(colour: str) -> None:
    made = material(colour)

    assert min(contrast(parse(made.tone_light), ground) for ground in LIGHT_GROUNDS) >= 4.5
    assert min(contrast(parse(made.tone_dark), ground) for ground in DARK_GROUNDS) >= 4.5


def test_a_colour_that_can_be_read_already_stays_what_it_is() -> None:
    light, dark = accents("#00754a")

    assert light.colour == "#00754a"
    assert dark.colour != "#00754a"


def test_the_grounds_of_the_sums_are_the_grounds_of_the_pages() -> None:
    assert tuple(COLOURS[name][LIGHT] for name in GROUNDS) == LIGHT_GROUNDS
    assert tuple(COLOURS[name][DARK] for name in GROUNDS) == DARK_GROUNDS


def test_no_colour_of_the_tokens_escapes_the_sums() -> None:
    """A colour that is added is added to the pairs above, too."""
    measured = {name for pair in [*WRITTEN, *SEEN] for name in pair}

    # Hairlines divide what space divides already; nobody needs to see them.
    assert set(COLOURS) - measured == {"line"}
    rules = re.sub(r"/\*.*?\*/", "", TOKENS, flags=re.DOTALL)
    assert re.findall(r"light-dark\((?!#[0-9a-f]{6}, #[0-9a-f]{6}\)|rgb).*", rules) == []


@pytest.mark.parametrize("sheet", ["base", "components", "layout"])
def test_components_take_their_colours_from_the_tokens(sheet: str) -> None:
    """White and black are allowed: the card's light, and what scanners read."""
    found = re.findall(r"#[0-9a-fA-F]{3,8}\b", re.sub(r"url\([^)]*\)", "", (STYLES / f"{sheet}.css").read_text()))

    assert {colour for colour in found if colour not in {"#fff", "#000"}} == set()


def test_the_colour_of_a_programme_is_written_as_css_reads_it() -> None:
    assert [css(parse(text)) for text in PROGRAMMES] == PROGRAMMES
