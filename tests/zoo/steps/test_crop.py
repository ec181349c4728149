import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.errors import DataError, RecipeError
from zoo.step import Region
from zoo.steps.crop import STEP, square_around

places = st.floats(-2000, 4000)
sides = st.floats(1, 3000)
boxes = st.tuples(places, places, sides, sides)
scales = st.floats(0.01, 4)


def test_square_of_a_whole_pixel_box():
    assert square_around((10, 20, 30, 50), 1.0) == Region(0 * 256, 20 * 256, 50 * 256, 50 * 256)


@given(boxes, scales)
def test_square_is_centred_and_scaled(box, scale):
    x, y, width, height = box
    region = square_around(box, scale)
    assert region.width_q8 == region.height_q8
    assert region.width_q8 / 256 == pytest.approx(scale * max(width, height), abs=0.1)
    assert region.x0_q8 + region.width_q8 / 2 == pytest.approx((x + width / 2) * 256, abs=2)
    assert region.y0_q8 + region.height_q8 / 2 == pytest.approx((y + height / 2) * 256, abs=2)


@given(boxes, scales, st.integers(-500, 500))
def test_square_moves_with_its_box(box, scale, pixels):
    x, y, width, height = (round(value * 256) / 256 for value in box)
    here = square_around((x, y, width, height), scale)
    there = square_around((x + pixels, y, width, height), scale)
    assert there == replace(here, x0_q8=here.x0_q8 + 256 * pixels)


@pytest.mark.toolchain
@given(box=boxes, scale=scales)
def test_cpp_equals_numpy(cpp, box, scale):
    assert cpp.crop(box, scale) == (square_around(box, scale), "")


BAD_BOXES = [
    (0, 0, 0, 10),
    (0, 0, 10, -1),
    (math.nan, 0, 10, 10),
    (0, math.inf, 10, 10),
    (0, 0, 2e6, 10),
]


@pytest.mark.parametrize("box", BAD_BOXES)
def test_bad_box_is_refused(box):
    with pytest.raises(DataError, match=r"^box .*: x, y, width, height in pixels are needed"):
        square_around(box, 1.2)


@pytest.mark.toolchain
@pytest.mark.parametrize("box", BAD_BOXES)
def test_cpp_refuses_with_the_same_words(cpp, box):
    with pytest.raises(DataError) as error:
        square_around(box, 1.2)
    assert cpp.crop(box, 1.2) == (None, str(error.value))


@pytest.mark.parametrize("scale", [0, -1, 257, "big", None])
def test_bad_scale_is_refused(scale):
    with pytest.raises(
        RecipeError, match=r"'crop': (scale is .*; a number in \(0, 256\]|parameter)"
    ):
        STEP.complete({"scale": scale})
