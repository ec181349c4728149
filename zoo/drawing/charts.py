"""Charts: plain functions from values to drawings.

Lines differ by colour and dashes, so that they can be told apart in print and without colour.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, isfinite, log10

from zoo.data.evaluation import Curve
from zoo.drawing.svg import Drawing, Svg, element
from zoo.errors import DataError

__all__ = ["Bars", "Row", "bar_chart", "curve_chart", "curve_charts", "ticks"]

_WIDTH, _PLOT_HEIGHT = 440.0, 270.0
_LEFT, _RIGHT, _TOP = 52.0, 12.0, 36.0
_LINE = 18.0
_AXIS = 42.0
_COLOURS = 6
_DASHES = ("none", "7 4", "2 3", "9 3 2 3")
_CHARACTERS = 54
"""Of a name that fits into the width."""
_LABEL = 150.0
_LABEL_CHARACTERS = 22
_VALUE = 52.0
_BAR = 14.0
_GAP = 8.0


def curve_charts(subjects: Sequence[tuple[str, Sequence[Curve]]]) -> list[Drawing]:
    """Return a chart of each kind of curve, with all (subject, curves) that have one."""
    kinds = dict.fromkeys(curve.name for _, curves in subjects for curve in curves)
    return [
        curve_chart(
            kind, [(s, curve) for s, curves in subjects for curve in curves if curve.name == kind]
        )
        for kind in kinds
    ]


def curve_chart(name: str, curves: Sequence[tuple[str, Curve]], is_marked: bool = False) -> Drawing:
    """Return a chart of one curve of several subjects, and a legend of their names.

    name: of the chart.  curves: (subject, curve) of one kind, at least one. The first one's axes
    count.  is_marked: each point has a mark, for few that were measured.
    Raises DataError for a point that is not finite.
    """
    axes = curves[0][1]
    plot = _Plot(axes.x_limit, axes.y_limit)
    content = [_heading(name), *plot.grid(), *plot.titles(axes.x, axes.y)]
    for index, (subject, curve) in enumerate(curves):
        _check(subject, curve)
        y = _TOP + _PLOT_HEIGHT + _AXIS + _LINE * (index + 0.5)
        content += [plot.line(index, curve), _sample(index, y), _named(subject, y)]
        content += plot.marks(index, curve) if is_marked else ()
    height = _TOP + _PLOT_HEIGHT + _AXIS + _LINE * len(curves) + 4
    summary = "; ".join(f"{subject}: {_told(curve)}" for subject, curve in curves)
    return Drawing(_WIDTH, height, name, summary, content)


def ticks(limit: float) -> tuple[float, ...]:
    """Return three to six round numbers from 0 to a limit above 0."""
    rough = limit / 5
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    return tuple(step * index for index in range(floor(limit / step * 1.001) + 1))


@dataclass(frozen=True)
class _Plot:
    """The area of a plot, with axes from 0 to their limits."""

    x_limit: float
    y_limit: float

    def x(self, value: float) -> float:
        """Return the place of a value, no further than the limit."""
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * min(max(value / self.x_limit, 0), 1)

    def y(self, value: float) -> float:
        """Return the place of a value, no further than the limit."""
        return _TOP + _PLOT_HEIGHT * (1 - min(max(value / self.y_limit, 0), 1))

    def grid(self) -> Iterator[Svg]:
        """Yield the lines of the grid with their numbers."""
        bottom = _TOP + _PLOT_HEIGHT
        for value in ticks(self.y_limit):
            y = self.y(value)
            path = f"M{_LEFT:.0f} {y:.1f}H{_WIDTH - _RIGHT:.0f}"
            yield element("path", d=path, stroke="var(--line)", fill="none")
            yield _text(f"{value:g}", _LEFT - 6, y + 4, text_anchor="end")
        for value in ticks(self.x_limit):
            x = self.x(value)
            yield element("path", d=f"M{x:.1f} {bottom:.0f}v4", stroke="var(--faint)", fill="none")
            yield _text(f"{value:g}", x, bottom + 18, text_anchor="middle")

    def titles(self, x: str, y: str) -> Iterator[Svg]:
        """Yield the names of the axes."""
        middle = (_LEFT + _WIDTH - _RIGHT) / 2
        yield _text(_short(x, 60), middle, _TOP + _PLOT_HEIGHT + 36, text_anchor="middle")
        place = f"translate(14 {_TOP + _PLOT_HEIGHT / 2:.0f}) rotate(-90)"
        yield _text(_short(y, 40), 0, 0, text_anchor="middle", transform=place)

    def line(self, index: int, curve: Curve) -> Svg:
        """Return a curve up to the limit of x."""
        shown = [(x, y) for x, y in curve.points if x <= self.x_limit]
        if not curve.is_step:
            shown += self._end(curve)
        path = ""
        for x, y in shown:
            place = f"{self.x(x):.1f} {self.y(y):.1f}"
            if not path:
                path = f"M{place}"
            elif curve.is_step:
                path += f"H{self.x(x):.1f}V{self.y(y):.1f}"
            else:
                path += f"L{place}"
        if curve.is_step and path:
            path += f"H{self.x(self.x_limit):.1f}"
        return element("path", d=path or f"M{_LEFT:.0f} 0", fill="none", **_stroke(index))

    def marks(self, index: int, curve: Curve) -> Iterator[Svg]:
        """Yield a mark for each point within the limits; every other curve's are hollow."""
        for x, y in curve.points:
            if x <= self.x_limit and y <= self.y_limit:
                yield element("circle", cx=self.x(x), cy=self.y(y), r=4, **_filled(index))

    def _end(self, curve: Curve) -> list[tuple[float, float]]:
        """Return where a joined curve leaves the plot at the limit of x, nothing if it does not."""
        for (x, y), (beyond, height) in pairwise(curve.points):
            if x < self.x_limit < beyond:
                share = (self.x_limit - x) / (beyond - x)
                return [(self.x_limit, y + share * (height - y))]
        return []


@dataclass(frozen=True)
class Row:
    """A row of a bar chart: a label, and a value of each bar, None for none."""

    label: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Bars:
    """What a bar chart shows. names: of the bars of each row.  unit: of all values, at least 0."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    unit: str


def bar_chart(name: str, bars: Bars) -> Drawing:
    """Return horizontal bars below each other for each row.

    Raises DataError for a value that is negative or not finite.
    """
    values = [value for row in bars.rows for value in row.values if value is not None]
    if not all(isfinite(value) and value >= 0 for value in values):
        raise DataError(f"{name}: a bar needs a finite number that is not negative")
    largest = max(values, default=0) or 1
    content, y = [_heading(f"{name}, {bars.unit}")], _TOP
    for row in bars.rows:
        middle = y + _BAR * len(row.values) / 2 + 4
        label = _short(row.label, _LABEL_CHARACTERS)
        content.append(_text(label, _LABEL - 8, middle, text_anchor="end"))
        for index, value in enumerate(row.values):
            content += _bar(index, y, value, largest)
            y += _BAR
        y += _GAP
    for index, label in enumerate(bars.names):
        box = {"x": _LEFT, "y": y + 2, "width": 28.0, "height": _BAR - 3}
        content += [element("rect", **box, **_filled(index)), _named(label, y + 8)]
        y += _LINE
    summary = "; ".join(f"{row.label}: {_listed(bars, row)}" for row in bars.rows)
    return Drawing(_WIDTH, y + 8, name, summary, content)


def _bar(index: int, y: float, value: float | None, largest: float) -> list[Svg]:
    """Return a bar with its value; nothing for None."""
    if value is None:
        return []
    width = (_WIDTH - _LABEL - _VALUE) * (value / largest)
    bar = {"x": _LABEL, "y": y + 1.5, "width": width, "height": _BAR - 3}
    told = _text(f"{value:.4g}", _LABEL + width + 5, y + _BAR - 2, font_size=11)
    return [element("rect", **bar, **_filled(index)), told]


def _listed(bars: Bars, row: Row) -> str:
    pairs = zip(bars.names, row.values, strict=True)
    known = (f"{name} {value:.4g} {bars.unit}" for name, value in pairs if value is not None)
    return ", ".join(known)


def _filled(index: int) -> dict[str, str]:
    """Return the colours of a shape; every other one is hollow, to differ without them."""
    colour = f"var(--series-{index % _COLOURS})"
    return {"fill": "var(--ground)" if index % 2 else colour, "stroke": colour}


def _sample(index: int, y: float) -> Svg:
    """Return the sample of a line in the legend."""
    return element("path", d=f"M{_LEFT:.0f} {y:.1f}h28", fill="none", **_stroke(index))


def _named(name: str, y: float) -> Svg:
    """Return the name of a line or bar in the legend."""
    return _text(_short(name, _CHARACTERS), _LEFT + 36, y + 4)


def _heading(text: str) -> Svg:
    return _text(_short(text, _CHARACTERS), 4, 18, font_weight="bold")


def _stroke(index: int) -> dict[str, str | float]:
    return {
        "stroke": f"var(--series-{index % _COLOURS})",
        "stroke_width": 2,
        "stroke_dasharray": _DASHES[index % len(_DASHES)],
    }


def _text(text: str, x: float, y: float, **attributes: str | float) -> Svg:
    return element("text", text, x=x, y=y, **attributes)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


def _told(curve: Curve) -> str:
    """Return a curve in words: its height at a quarter, half and all of the axis."""
    places = (curve.x_limit / 4, curve.x_limit / 2, curve.x_limit)
    return ", ".join(f"{_height(curve, place):.1f} at {place:g}" for place in places)


def _height(curve: Curve, place: float) -> float:
    """Return the last value of y up to a place, 0 for none."""
    return next((y for x, y in reversed(curve.points) if x <= place), 0.0)


def _check(subject: str, curve: Curve) -> None:
    if not all(isfinite(number) for point in curve.points for number in point):
        raise DataError(f"{subject}: {curve.name}: a point is no finite number")
