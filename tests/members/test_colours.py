import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.colours import contrast, material, mix, parse


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_whatever_colour_staff_choose_its_card_stays_readable(colour: str) -> None:
    made = material(colour)

    written_on = [made.start, made.end]
    assert min(contrast(parse(made.on), parse(background)) for background in written_on) >= 4.5
    assert contrast(parse(made.on), parse(made.off)) >= 4.5


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_the_light_that_falls_on_a_card_leaves_white_ink_readable(colour: str) -> None:
    made = material(colour)

    if made.on == "#ffffff":
        assert contrast(mix(parse(made.start), (255, 255, 255), 0.12), (255, 255, 255)) >= 4.5


def test_a_deep_colour_gets_white_ink_and_keeps_its_hue() -> None:
    made = material("#2f4a8f")

    assert (made.start, made.on) == ("#2f4a8f", "#ffffff")


def test_a_bright_colour_gets_dark_ink() -> None:
    made = material("#c4973f")

    assert (made.end, made.on) == ("#c4973f", "#211808")


@pytest.mark.parametrize("text", ["", "red", "#fff", "#12345g", "#1234567", "url(x)"])
def test_only_a_colour_is_a_colour(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse(text)
