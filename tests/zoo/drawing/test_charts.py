"""Charts: finite places inside of the drawing, curves that keep their order, text that is said."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.data.evaluation import Curve
from zoo.drawing.charts import Bars, Row, bar_chart, curve_chart, curve_charts, ticks
from zoo.errors import DataError

NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)
LIMITS = st.floats(1e-6, 1e9)


def curve(points, limit=10.0, is_step=True, name="errors"):
    return Curve(name, "error", "faces", limit, 100, tuple(points), is_step)


def path_of(chart, index=0):
    """Return the places of a subject's line."""
    lines = re.findall(r'<path d="([^"]*)" fill="none" stroke="var\(--series', chart.placed())
    x, y, places = 0.0, 0.0, []
    for command, words in re.findall(r"([MHVLh])([^MHVLh]*)", lines[2 * index]):
        numbers = [float(word) for word in words.split()]
        x = numbers[0] if command in "MHL" else x
        y = numbers[-1] if command in "MVL" else y
        places.append((x, y))
    return places


@given(LIMITS)
def test_ticks_are_few_and_within_the_limit(limit):
    found = ticks(limit)
    assert 3 <= len(found) <= 6
    assert found[0] == 0
    assert found[-1] <= limit * 1.01


@given(st.lists(st.tuples(NUMBERS, NUMBERS)), LIMITS, st.booleans())
def test_places_are_inside_of_the_drawing(points, limit, is_step):
    chart = curve_chart("chart", [("net", curve(sorted(points), limit, is_step))])
    ElementTree.fromstring(chart.placed())
    for x, y in path_of(chart):
        assert 0 <= x <= chart.width
        assert 0 <= y <= chart.height


@given(st.lists(st.floats(0, 20), min_size=1), st.floats(0.5, 30))
def test_a_cumulative_curve_never_falls(errors, limit):
    ordered = sorted(errors)
    points = [(0.0, 0.0), *((e, 100 * n / len(ordered)) for n, e in enumerate(ordered, 1))]
    places = path_of(curve_chart("chart", [("net", curve(points, limit))]))
    assert places == sorted(places, key=lambda place: (place[0], -place[1]))


def test_a_step_holds_until_the_next_point_and_to_the_end_of_the_axis():
    chart = curve_chart("chart", [("net", curve([(0, 0), (5, 50)]))])
    start, across, up, end = path_of(chart)
    assert (across[1], up[0]) == (start[1], across[0])
    assert end == (428.0, up[1])
    assert up[1] == pytest.approx((36 + 36 + 270) / 2)


def test_points_beyond_the_axis_are_left_out():
    chart = curve_chart("chart", [("net", curve([(0, 0), (4, 10), (11, 90)]))])
    assert min(y for _, y in path_of(chart)) == pytest.approx(36 + 270 * 0.9)


def test_a_joined_curve_ends_at_the_axis_on_its_way_to_the_next_point():
    chart = curve_chart("chart", [("net", curve([(0, 0), (8, 60), (12, 100)], is_step=False))])
    assert path_of(chart)[-1] == pytest.approx((428, 36 + 270 * 0.2))


def test_each_subject_has_a_line_and_a_name():
    chart = curve_chart("chart", [(name, curve([(0, n)])) for n, name in enumerate("abc")])
    colours = [
        re.search(r"series-(\d)", path)[1]
        for path in re.findall("<path[^>]*", chart.placed())
        if "series" in path
    ]
    assert colours == ["0", "0", "1", "1", "2", "2"]
    assert all(f">{name}</text>" in chart.placed() for name in "abc")
    assert chart.summary == "; ".join(
        f"{c}: {n}.0 at 2.5, {n}.0 at 5, {n}.0 at 10" for n, c in enumerate("abc")
    )


def test_curves_of_one_name_share_a_chart():
    a, b = curve([(0, 1)]), curve([(0, 1)], name="recall")
    charts = curve_charts([("x", (a, b)), ("y", (a,)), ("z", ())])
    assert [chart.title for chart in charts] == ["errors", "recall"]
    assert charts[0].summary.count(": ") == 2


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(wrong):
    with pytest.raises(DataError, match=r"^net: errors: a point is no finite number$"):
        curve_chart("chart", [("net", curve([(0, wrong)]))])
    with pytest.raises(DataError, match=r"^bars: a bar needs a finite number that is not negative"):
        bar_chart("bars", Bars(("a",), (Row("x", (wrong,)),), "%"))


@given(st.lists(st.tuples(st.text(), st.none() | st.floats(0, 1e300), st.floats(0, 1e300))))
def test_bars_are_inside_of_the_drawing_and_in_proportion(rows):
    bars = Bars(("float", "int8"), tuple(Row(label, (a, b)) for label, a, b in rows), "%")
    chart = bar_chart("bars", bars)
    ElementTree.fromstring(chart.placed())
    drawn = re.findall(r'<rect x="150" y="([\d.]+)" width="([\d.]+)"', chart.placed())
    values = [value for row in bars.rows for value in row.values if value is not None]
    assert len(drawn) == len(values)
    largest = max(values, default=0) or 1
    for (y, width), value in zip(drawn, values, strict=True):
        assert float(y) < chart.height
        assert float(width) == pytest.approx(238 * (value / largest), abs=0.01)


def test_a_bar_without_a_value_is_left_out_and_not_told():
    chart = bar_chart("bars", Bars(("float", "int8"), (Row("jaw", (None, 2.5)),), "%"))
    assert chart.summary == "jaw: int8 2.5 %"


def test_marks_stand_where_the_points_are_and_not_beyond_the_limits():
    points = [(1, 10), (5, 50), (9, 200), (20, 50)]
    drawn = curve_chart("chart", [("net", curve(points, is_step=False))], is_marked=True).placed()
    marks = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', drawn)
    places = path_of(curve_chart("chart", [("net", curve(points[:2], is_step=False))]))
    assert [tuple(map(float, mark)) for mark in marks] == [
        pytest.approx(p, abs=0.1) for p in places
    ]
    assert "<circle" not in curve_chart("chart", [("net", curve(points))]).placed()
