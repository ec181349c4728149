import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.errors import RecipeError
from zoo.step import Frame, Region, box_region
from zoo.steps.center_crop import STEP, central, kept_aspect
from zoo.steps.sampling import resize

RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 256, (20, 30, 3), np.uint8)
places, sides = st.floats(-50, 50), st.floats(1, 80)
boxes = st.tuples(places, places, sides, sides)


def cut(box, short_side, height, width):
    place = box_region(box)
    return central(place, kept_aspect(place, short_side), height, width)


def test_a_photo_of_the_short_side_is_cut_only():
    given = STEP.complete({"short_side": 20, "size": [12, 16]})
    frame = STEP.apply(Frame(IMAGE, (0, 0, 30, 20)), given)
    np.testing.assert_array_equal(frame.image_hwc, IMAGE[4:16, 7:23])
    assert frame.region == Region(7 * 256, 4 * 256, 16 * 256, 12 * 256)


@pytest.mark.parametrize(
    ("photo_width", "before"),
    [(15, 2), (17, 4), (19, 4), (21, 6), (16, 3)],  # round(rest / 2), as torchvision cuts
)
def test_half_a_pixel_goes_to_the_even_side(photo_width, before):
    region = cut((0, 0, photo_width, 12), 12, 10, 10)
    assert region == Region(before * 256, 256, 2560, 2560)


def test_the_long_side_is_cut_down_to_whole_pixels():
    # 500 x 375 becomes 341 x 256 (341.3), of which 224 from 58 and 16 on remain.
    region = cut((0, 0, 500, 375), 256, 224, 224)
    assert region.x0_q8 == round(58 * 500 / 341 * 256)
    assert region.width_q8 == round(224 * 500 / 341 * 256)
    assert region.y0_q8 == 16 * 375


@given(boxes, st.integers(8, 40))
def test_what_is_seen_lies_in_the_middle_of_the_box(box, short_side):
    region, whole = cut(box, short_side, 8, 6), box_region(box)
    for side, middle in (("width_q8", "x0_q8"), ("height_q8", "y0_q8")):
        found = getattr(region, middle) + getattr(region, side) / 2
        expected = getattr(whole, middle) + getattr(whole, side) / 2
        pixel_q8 = min(whole.width_q8, whole.height_q8) / short_side
        assert found == pytest.approx(expected, abs=pixel_q8 + 2)


@pytest.mark.toolchain
@given(
    box=boxes,
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    more=st.tuples(st.integers(0, 20), st.integers(0, 20)),
    keeps=st.booleans(),
)
def test_cpp_equals_numpy(cpp, box, height, width, more, keeps):
    short_side = max(height, width) + more[0] if keeps else 0
    sides = [] if keeps else [height + more[0], width + more[1]]
    given = {"size": [height, width], "interpolation": "bilinear"}
    given = STEP.complete({**given, "short_side": short_side, "sides": sides})
    frame = STEP.apply(Frame(IMAGE, box), given)
    words = (sides or [0, 0], short_side, "bilinear")
    image, region = cpp.fitted("center_crop", IMAGE, box, (height, width), *words)
    np.testing.assert_array_equal(image, frame.image_hwc)
    assert region == frame.region


def test_the_interpolation_is_that_of_the_contract():
    given = STEP.complete({"short_side": 9, "size": [8, 8], "interpolation": "nearest"})
    frame = STEP.apply(Frame(IMAGE, (0, 0, 30, 20)), given)
    expected = resize(IMAGE, frame.region, 8, 8, "nearest")
    np.testing.assert_array_equal(frame.image_hwc, expected)


def test_both_sides_are_resized_whatever_the_aspect():
    given = STEP.complete({"sides": [40, 30], "size": [20, 16], "interpolation": "area"})
    frame = STEP.apply(Frame(IMAGE, (0, 0, 30, 20)), given)
    assert frame.region == Region(7 * 256, 5 * 256, 16 * 256, 10 * 256)
    stretched = resize(IMAGE, box_region((0, 0, 30, 20)), 40, 30, "area")
    np.testing.assert_array_equal(frame.image_hwc, stretched[10:30, 7:23])


@pytest.mark.parametrize("given", [{"short_side": n} for n in (15, 5000, 20.5, None)] + [{}])
def test_a_short_side_that_cannot_be_is_refused(given):
    with pytest.raises(RecipeError, match=r"'center_crop': (short_side is|parameter 'short_side')"):
        STEP.complete({**given, "size": [12, 16]})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sides": [256, 256], "short_side": 256}, r"short_side is 256 beside sides \[256, 256\]"),
        ({"sides": [11, 16]}, r"sides are \[11, 16\], size is \[12, 16\]; a part of the sides is"),
        ({"sides": 256}, r"sides is 256; expected two integers \[height, width\]"),
    ],
)
def test_sides_that_cannot_be_are_refused(given, message):
    with pytest.raises(RecipeError, match=f"'center_crop': {message}"):
        STEP.complete({**given, "size": [12, 16]})
