"""Charts as numbers for templates/ui/chart.html, which draws them as SVG with the table of figures beside.

Positions are percentages of the plot, so that a chart fits any width without a script and its letters keep their size.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.formats import number_format

Show = Callable[[int], str]
# As many as there are colours; more lines than this nobody can tell apart.
MOST_SERIES = 4
# The share of its place that a group of bars fills.
FILLED = 0.64
# So many names fit below a chart on a phone, and so many lines across it are calm.
NAMES_ON_A_PHONE = 4
MOST_STEPS = 5


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the plot, in percent from its top, and what it stands for."""

    y: str
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """A name below the plot; minor ones go where there is no room."""

    text: str
    is_minor: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar by its upper left corner, or a dot of a line by its middle."""

    x: str
    y: str
    width: str
    height: str
    title: str


@dataclass(frozen=True, slots=True)
class Series:
    """One set of figures and the number of its colour; lines have a ``path``, and a lone one the ``area`` below it."""

    name: str
    number: int
    marks: tuple[Mark, ...]
    path: str = ""
    area: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What the template draws; ``heading`` says what the labels are. Ticks come from the top down."""

    title: str
    heading: str
    is_line: bool
    ticks: tuple[Tick, ...]
    labels: tuple[Label, ...]
    series: tuple[Series, ...]
    rows: tuple[Row, ...]


def grouped(value: int) -> str:
    """A whole number as the reader's language writes it."""
    return number_format(value, force_grouping=True)


def bar_chart(
    *, title: str, heading: str, labels: Sequence[str], figures: Mapping[str, Sequence[int]], show: Show = grouped
) -> Chart:
    """Bars side by side for each label; ``figures`` are the values of each series, by its name.

    Raises ValueError for values below zero, a number of values other than of labels, or more than four series.
    """
    return _chart(title, heading, labels, figures, show, is_line=False)


def line_chart(
    *, title: str, heading: str, labels: Sequence[str], figures: Mapping[str, Sequence[int]], show: Show = grouped
) -> Chart:
    """A line for each series, over labels that follow each other. Raises ValueError as ``bar_chart`` does."""
    return _chart(title, heading, labels, figures, show, is_line=True)


def steps(most: int) -> list[int]:
    """Round numbers from zero to ``most`` or just above it, at even distances."""
    step = next(step for step in _round_numbers() if -(-most // step) <= MOST_STEPS)
    return [step * number for number in range(max(1, -(-most // step)) + 1)]


def _round_numbers() -> Iterator[int]:
    ten = 1
    while True:
        yield from (ten, 2 * ten, 5 * ten)
        ten *= 10


def _chart(
    title: str, heading: str, labels: Sequence[str], figures: Mapping[str, Sequence[int]], show: Show, *, is_line: bool
) -> Chart:
    everything = [value for values in figures.values() for value in values]
    if len(figures) > MOST_SERIES or any(len(values) != len(labels) for values in figures.values()):
        raise ValueError(figures)
    if min(everything, default=0) < 0:
        raise ValueError(everything)
    scale = steps(max(everything, default=0))
    draw = _line if is_line else _bars
    series = tuple(
        draw(name, values, labels, scale[-1], show, place=(place, len(figures)))
        for place, (name, values) in enumerate(figures.items())
    )
    each = max(1, -(-len(labels) // NAMES_ON_A_PHONE))
    return Chart(
        title=title,
        heading=heading,
        is_line=is_line,
        ticks=tuple(Tick(_percent(1 - value / scale[-1]), show(value)) for value in reversed(scale)),
        labels=tuple(Label(text, is_minor=place % each != 0) for place, text in enumerate(labels)),
        series=series,
        rows=tuple(
            Row(label, tuple(show(values[place]) for values in figures.values())) for place, label in enumerate(labels)
        ),
    )


def _bars(
    name: str, values: Sequence[int], labels: Sequence[str], most: int, show: Show, *, place: tuple[int, int]
) -> Series:
    number, count = place
    room = 1 / max(1, len(labels))
    width = room * FILLED / count
    marks = tuple(
        Mark(
            x=_percent(room * (at + (1 - FILLED) / 2) + width * number),
            y=_percent(1 - value / most),
            # A hair of room between neighbours.
            width=_percent(width * (0.94 if count > 1 else 1)),
            height=_percent(value / most),
            title=f"{label} · {name}: {show(value)}",
        )
        for at, (label, value) in enumerate(zip(labels, values, strict=True))
    )
    return Series(name, number + 1, marks)


def _line(
    name: str, values: Sequence[int], labels: Sequence[str], most: int, show: Show, *, place: tuple[int, int]
) -> Series:
    number, count = place
    room = 1 / max(1, len(labels))
    points = [(_percent(room * (at + 0.5)), _percent(1 - value / most)) for at, value in enumerate(values)]
    marks = tuple(
        Mark(x=x, y=y, width="0", height="0", title=f"{label} · {name}: {show(value)}")
        for (x, y), label, value in zip(points, labels, values, strict=True)
    )
    path = "M" + "L".join(f"{x} {y}" for x, y in points) if points else ""
    area = f"{path}L{points[-1][0]} 100L{points[0][0]} 100Z" if points and count == 1 else ""
    return Series(name, number + 1, marks, path, area)


def _percent(share: float) -> str:
    """With a point whatever the language, and no more digits than a pixel needs."""
    return f"{share * 100:.2f}".rstrip("0").rstrip(".")
