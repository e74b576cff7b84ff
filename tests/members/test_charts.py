import re
from itertools import pairwise

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from members.charts import bar_chart, line_chart, steps

DAYS = ["Mon", "Tue", "Wed", "Thu"]


@pytest.mark.parametrize(
    ("most", "scale"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (5, [0, 1, 2, 3, 4, 5]),
        (6, [0, 2, 4, 6]),
        (204, [0, 50, 100, 150, 200, 250]),
        (3_920, [0, 1_000, 2_000, 3_000, 4_000]),
    ],
)
def test_the_scale_has_few_and_round_steps(most: int, scale: list[int]) -> None:
    assert steps(most) == scale


@given(st.integers(0, 10**12))
def test_the_scale_reaches_the_highest_value_in_five_steps_at_most(most: int) -> None:
    scale = steps(most)

    assert scale[-1] >= most
    assert 2 <= len(scale) <= 6
    assert {after - before for before, after in pairwise(scale)} == {scale[1]}


def test_bars_are_as_high_as_their_share_and_stand_on_the_ground() -> None:
    chart = bar_chart(title="Points", heading="Day", labels=DAYS, figures={"Earned": [0, 50, 75, 100]})

    marks = chart.series[0].marks

    assert [mark.height for mark in marks] == ["0", "50", "75", "100"]
    assert [float(mark.y) + float(mark.height) for mark in marks] == [100, 100, 100, 100]
    assert [mark.x for mark in marks] == ["4.5", "29.5", "54.5", "79.5"]


def test_bars_of_two_series_stand_side_by_side_within_their_place() -> None:
    chart = bar_chart(title="Points", heading="Day", labels=DAYS, figures={"Earned": [4] * 4, "Spent": [2] * 4})

    earned, spent = (series.marks[0] for series in chart.series)

    assert float(earned.x) + float(earned.width) <= float(spent.x)
    assert float(spent.x) + float(spent.width) <= 25


def test_a_line_goes_through_the_middle_of_each_place() -> None:
    chart = line_chart(title="Members", heading="Day", labels=DAYS, figures={"Members": [0, 1, 2, 4]})

    assert chart.series[0].path == "M12.5 100L37.5 75L62.5 50L87.5 0"
    assert chart.series[0].area.endswith("L87.5 100L12.5 100Z")


def test_several_lines_have_no_areas_that_hide_each_other() -> None:
    chart = line_chart(title="Members", heading="Day", labels=DAYS, figures={"A": [1] * 4, "B": [2] * 4})

    assert [series.area for series in chart.series] == ["", ""]


def test_the_table_has_every_figure_of_the_picture() -> None:
    chart = bar_chart(
        title="Points", heading="Day", labels=DAYS, figures={"Earned": [1_480, 3_920, 0, 7], "Spent": [450, 0, 1, 2]}
    )

    html = render_to_string("ui/chart.html", {"chart": chart})

    cells = re.findall(r'<td class="number">(.*?)</td>', html)
    assert cells == ["1,480", "450", "3,920", "0", "0", "1", "7", "2"]
    assert re.findall(r'<th scope="(?:col|row)".*?>(.*?)</th>', html) == ["Day", "Earned", "Spent", *DAYS]
    assert html.count("<rect") == 8


def test_a_chart_needs_no_style_of_its_own_and_no_script() -> None:
    chart = line_chart(title="Members", heading="Day", labels=DAYS, figures={"Members": [1, 2, 3, 4]})

    html = render_to_string("ui/chart.html", {"chart": chart})

    assert "style" not in html
    assert "<script" not in html
    assert 'role="img" aria-label="Members"' in html


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_positions_are_written_as_svg_reads_them_in_any_language(language: str) -> None:
    with translation.override(language):
        chart = bar_chart(title="Points", heading="Day", labels=DAYS, figures={"Earned": [1, 2, 3, 7]})
        html = render_to_string("ui/chart.html", {"chart": chart})

    assert 'y="87.5%"' in html


def test_names_that_have_no_room_on_a_phone_are_marked() -> None:
    chart = line_chart(title="Members", heading="Month", labels=list("JFMAMJJASOND"), figures={"Members": [1] * 12})

    assert [label.text for label in chart.labels if not label.is_minor] == ["J", "A", "J", "O"]


def test_a_chart_without_labels_is_an_empty_plot() -> None:
    chart = line_chart(title="Members", heading="Month", labels=[], figures={"Members": []})

    assert chart.series[0].path == ""
    assert [tick.text for tick in chart.ticks] == ["1", "0"]


@pytest.mark.parametrize(
    "figures",
    [{"A": [-1, 0, 0, 0]}, {"A": [1]}, {name: [1] * 4 for name in "ABCDE"}],
    ids=["below zero", "too few values", "five series"],
)
def test_what_cannot_be_drawn_truthfully_is_not_drawn(figures: dict[str, list[int]]) -> None:
    with pytest.raises(ValueError, match=r".*"):
        bar_chart(title="Points", heading="Day", labels=DAYS, figures=figures)
