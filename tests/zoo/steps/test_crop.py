import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.errors import DataError, RecipeError
from zoo.step import Region
from zoo.steps.crop import STEP, rectangle_around

places = st.floats(-2000, 4000)
sides = st.floats(1, 3000)
boxes = st.tuples(places, places, sides, sides)
scales = st.floats(0.01, 4)
aspects = st.tuples(st.integers(1, 1024), st.integers(1, 1024))


def test_square_of_a_whole_pixel_box():
    assert rectangle_around((10, 20, 30, 50), 1.0) == Region(0 * 256, 20 * 256, 50 * 256, 50 * 256)


@given(boxes, scales)
def test_square_is_centred_and_scaled(box, scale):
    x, y, width, height = box
    region = rectangle_around(box, scale)
    assert region.width_q8 == region.height_q8
    assert region.width_q8 / 256 == pytest.approx(scale * max(width, height), abs=0.1)
    assert region.x0_q8 + region.width_q8 / 2 == pytest.approx((x + width / 2) * 256, abs=2)
    assert region.y0_q8 + region.height_q8 / 2 == pytest.approx((y + height / 2) * 256, abs=2)


@given(boxes, scales, st.integers(-500, 500))
def test_square_moves_with_its_box(box, scale, pixels):
    x, y, width, height = (round(value * 256) / 256 for value in box)
    here = rectangle_around((x, y, width, height), scale)
    there = rectangle_around((x + pixels, y, width, height), scale)
    assert there == replace(here, x0_q8=here.x0_q8 + 256 * pixels)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((10, 20, 30, 80), Region(-5 * 256, 20 * 256, 60 * 256, 80 * 256)),
        ((10, 20, 60, 30), Region(10 * 256, -5 * 256, 60 * 256, 80 * 256)),
    ],
)
def test_the_smallest_rectangle_of_an_aspect_contains_the_box(box, expected):
    assert rectangle_around(box, 1.0, 4, 3) == expected


@given(boxes, scales, aspects)
def test_rectangle_is_centred_and_has_its_aspect(box, scale, aspect):
    x, y, width, height = box
    region = rectangle_around(box, scale, *aspect)
    # Sides and scale are rounded before the product is.
    height_q8, width_q8 = (math.floor(256 * side + 0.5) for side in (height, width))
    factor = Fraction(math.floor(65536 * scale + 0.5), 65536)
    unit_q8 = factor * max(Fraction(height_q8, aspect[0]), Fraction(width_q8, aspect[1]))
    assert abs(region.height_q8 - unit_q8 * aspect[0]) <= Fraction(1, 2)
    assert abs(region.width_q8 - unit_q8 * aspect[1]) <= Fraction(1, 2)
    assert region.x0_q8 + region.width_q8 / 2 == pytest.approx((x + width / 2) * 256, abs=2)
    assert region.y0_q8 + region.height_q8 / 2 == pytest.approx((y + height / 2) * 256, abs=2)


@pytest.mark.toolchain
@given(box=boxes, scale=scales, aspect=aspects)
def test_cpp_equals_numpy(cpp, box, scale, aspect):
    assert cpp.crop(box, scale, aspect) == (rectangle_around(box, scale, *aspect), "")


@pytest.mark.toolchain
def test_the_largest_box_fits_64_bits(cpp):
    box, aspect = (1.0, 2.0, 1048575.0, 1048575.0), (1024, 1)
    assert cpp.crop(box, 256, aspect) == (rectangle_around(box, 256, *aspect), "")


BAD_BOXES = [
    (0, 0, 0, 10),
    (0, 0, 10, -1),
    (math.nan, 0, 10, 10),
    (0, math.inf, 10, 10),
    (0, 0, 2e6, 10),
]


@pytest.mark.parametrize("box", BAD_BOXES)
def test_bad_box_is_refused(box):
    with pytest.raises(DataError, match=r"^box .*: expected x, y, width, height in pixels"):
        rectangle_around(box, 1.2)


@pytest.mark.toolchain
@pytest.mark.parametrize("box", BAD_BOXES)
def test_cpp_refuses_with_the_same_words(cpp, box):
    with pytest.raises(DataError) as error:
        rectangle_around(box, 1.2)
    assert cpp.crop(box, 1.2) == (None, str(error.value))


@pytest.mark.parametrize("scale", [0, -1, 257, "big", None])
def test_bad_scale_is_refused(scale):
    with pytest.raises(
        RecipeError, match=r"'crop': (scale is .*; expected a number in \(0, 256\]|parameter)"
    ):
        STEP.complete({"scale": scale})


@pytest.mark.parametrize("aspect", [[1], [0, 1], [1.5, 1], [2048, 1], "square"])
def test_bad_aspect_is_refused(aspect):
    with pytest.raises(RecipeError, match=r"'crop': aspect is .*; expected two integers"):
        STEP.complete({"aspect": aspect})
