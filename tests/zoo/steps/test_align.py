from math import cos, inf, nan, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.errors import DataError, RecipeError
from zoo.step import Frame, Region, TurnedRegion
from zoo.steps.align import STEP, aligned_region
from zoo.steps.crop import rectangle_around
from zoo.steps.landmarks import to_photo
from zoo.steps.sampling import resize
from zoo.steps.turned_sampling import resample

RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 256, (20, 30, 3), np.uint8)
WANTED = [[4.0, 4.0], [11.0, 4.5], [7.5, 8.0], [5.0, 12.0], [10.0, 11.5]]
"""Eyes, nose and corners of a mouth in a picture of 16x16."""

places = st.floats(-60, 60)
points_of_five = st.lists(st.tuples(places, places), min_size=5, max_size=5)
interpolations = pytest.mark.parametrize("interpolation", ["bilinear", "antialiased"])


def completed(**given):
    return STEP.complete({"points": WANTED, "size": [16, 16], **given})


def aligned(points, box=(0, 0, 30, 20), **given):
    frame = Frame(IMAGE, box, points=tuple(map(tuple, points)))
    return STEP.apply(frame, completed(**given))


def moved(angle, scale, shift):
    """Return the wanted points, turned by an angle in radians, scaled and moved."""
    a, b = scale * cos(angle), scale * sin(angle)
    return [(a * x - b * y + shift[0], b * x + a * y + shift[1]) for x, y in WANTED]


@given(
    angle=st.floats(-3, 3),
    scale=st.floats(0.2, 20),
    shift=st.tuples(st.floats(-99, 99), st.floats(-99, 99)),
)
def test_points_of_a_moved_object_lie_where_they_are_wanted(angle, scale, shift):
    points = moved(angle, scale, shift)
    region = aligned(points).turned_region
    back = to_photo((np.array(WANTED) + 0.5) / 16, region)
    np.testing.assert_allclose(back, points, atol=3 / 256)


def test_points_in_place_leave_the_picture_as_it_is():
    image = RNG.integers(0, 256, (16, 16, 3), np.uint8)
    for interpolation in ("bilinear", "antialiased"):
        frame = Frame(image, (0, 0, 16, 16), points=tuple(map(tuple, WANTED)))
        seen = STEP.apply(frame, completed(interpolation=interpolation))
        np.testing.assert_array_equal(seen.image_hwc, image)
        assert seen.turned_region == TurnedRegion(0, 0, 4096, 0, 0, 4096)


def test_a_quarter_turn_turns_the_pixels():
    image = RNG.integers(0, 256, (16, 16, 3), np.uint8)
    points = tuple((15 - y, x) for x, y in WANTED)  # clockwise, as np.rot90 with k = -1
    seen = STEP.apply(Frame(image, (0, 0, 16, 16), points=points), completed())
    np.testing.assert_array_equal(np.rot90(seen.image_hwc, -1), image)


def test_the_similarity_is_umeyamas():
    points = RNG.uniform(0, 40, (5, 2))
    region = aligned(points).turned_region
    p, q = points - points.mean(axis=0), np.array(WANTED) - np.mean(WANTED, axis=0)
    u, s, v = np.linalg.svd(q.T @ p / 5)
    sign = np.diag([1, np.sign(np.linalg.det(u) * np.linalg.det(v))])
    matrix = u @ sign @ v * np.trace(np.diag(s) @ sign) / p.var(axis=0).sum()
    across, down = 16 * 256 * np.linalg.inv(matrix).T
    np.testing.assert_allclose((region.across_x_q8, region.across_y_q8), across, atol=1)
    np.testing.assert_allclose((region.down_x_q8, region.down_y_q8), down, atol=1)


@interpolations
@given(
    corner=st.tuples(st.integers(-5000, 5000), st.integers(-5000, 5000)),
    sides=st.tuples(st.integers(256, 90000), st.integers(256, 90000)),
    size=st.tuples(st.integers(1, 12), st.integers(1, 12)),
)
def test_an_upright_region_is_resized(interpolation, corner, sides, size):
    upright = TurnedRegion(*corner, sides[0], 0, 0, sides[1])
    np.testing.assert_array_equal(
        resample(IMAGE, upright, *size, interpolation),
        resize(IMAGE, Region(*corner, *sides), *size, interpolation),
    )


@interpolations
@pytest.mark.parametrize(
    "points",
    [
        [],
        WANTED[:4],
        [(3.0, 3.0)] * 5,  # at one place
        [(66.1, 194.08)] * 5,  # at one, although its mean is rounded
        [(nan, 3.0), *WANTED[1:]],
        [(inf, 3.0), *WANTED[1:]],
        [(1e300, 3.0), *WANTED[1:]],
        [(x / 999, y / 999) for x, y in WANTED],  # within a pixel
    ],
)
def test_without_points_that_fit_the_box_is_seen(points, interpolation):
    box = (2.5, -1, 17, 12)
    frame = aligned(points, box, scale=1.5, interpolation=interpolation)
    assert frame.turned_region is None
    assert frame.region == rectangle_around(box, 1.5)
    np.testing.assert_array_equal(
        frame.image_hwc, resize(IMAGE, frame.region, 16, 16, interpolation)
    )


def test_a_box_without_area_is_refused():
    with pytest.raises(DataError, match=r"^box 0, 0, 0, 5"):
        aligned([], (0, 0, 0, 5))


@pytest.mark.toolchain
@interpolations
@given(points=points_of_five | st.just([]), height=st.integers(1, 40), width=st.integers(1, 40))
def test_cpp_equals_numpy(cpp, points, height, width, interpolation):
    form = {"size": [height, width], "scale": 1.2, "interpolation": interpolation}
    frame = aligned(points, **form)
    image, turned = cpp.align(IMAGE, frame.box, np.array(points, np.float64), completed(**form))
    assert turned == frame.turned_region
    np.testing.assert_array_equal(image, frame.image_hwc)


@pytest.mark.toolchain
@given(points=st.lists(st.tuples(st.floats(), st.floats()), min_size=5, max_size=5))
def test_any_points_are_taken(cpp, points):
    region = aligned_region(points, list(map(tuple, WANTED)), 16, 16)
    _, turned = cpp.align(IMAGE, (0, 0, 30, 20), np.array(points), completed())
    assert turned == region


@pytest.mark.toolchain
@given(
    place=st.tuples(places, places) | st.just((66.25, 194.08)),
    count=st.integers(2, 80) | st.just(68),
    apart=st.sampled_from((0.0, 1e-12, 1e-6, 1e-3)),
)
def test_points_at_about_one_place_fit_nowhere(cpp, place, count, apart):
    points = [(place[0] + apart * (i % 2), place[1] - apart * (i % 3)) for i in range(count)]
    wanted = list(map(tuple, np.random.default_rng(count).uniform(0, 112, (count, 2))))
    form = {"points": wanted, "size": [112, 112]}
    assert aligned_region(points, wanted, 112, 112) is None
    assert cpp.align(IMAGE, (0, 0, 30, 20), np.array(points), completed(**form))[1] is None


@pytest.mark.toolchain
@given(offset=st.tuples(places, places), angle=st.floats(-3, 3))
def test_points_unrelated_to_the_wanted_ones_fit_nowhere(cpp, offset, angle):
    square = [(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)]
    mirrored = [
        (cos(angle) * x + sin(angle) * y + offset[0], sin(angle) * x - cos(angle) * y + offset[1])
        for x, y in square
    ]
    assert aligned_region(mirrored, square, 16, 16) is None
    form = completed(points=square)
    assert cpp.align(IMAGE, (0, 0, 30, 20), np.array(mirrored), form)[1] is None


def test_points_a_little_apart_are_aligned():
    wanted = [(2.0, 2.0), (2.0 + 2.1 / 256, 2.0)]
    assert STEP.complete({"points": wanted, "size": [1, 1]})["points"] == wanted
    assert aligned_region(wanted, wanted, 1, 1) == TurnedRegion(0, 0, 256, 0, 0, 256)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"points": []}, r"'align': points is \[\]; expected two or more different points"),
        ({"points": [[1, 2]]}, "expected two or more different points"),
        ({"points": [[1, 2], [1.0, 2.0]]}, "expected two or more different points"),
        ({"points": [[2, 2], [2.000001, 2]]}, "at least 1/256 pixel from their mean"),
        ({"points": [[1, 2], [3]]}, "expected two or more different points"),
        ({"points": [[1, 2], [3, 1e9]]}, "expected two or more different points"),
        ({"points": 5}, "expected two or more different points"),
        ({"scale": 0}, r"'align': scale is 0; expected a number in \(0, 256\]"),
        ({"size": [4]}, r"'align': size is \[4\]"),
        ({"interpolation": "area"}, "'align': interpolation is 'area'; known: bilinear, anti"),
    ],
)
def test_bad_parameters_are_refused(given, message):
    with pytest.raises(RecipeError, match=message):
        completed(**given)
