import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.errors import RecipeError
from zoo.step import Frame, Region, box_region
from zoo.steps.landmarks import to_photo
from zoo.steps.letterbox import STEP, fit

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
places, sides = st.floats(-50, 50), st.floats(1, 80)
boxes = st.tuples(places, places, sides, sides)
sizes = st.tuples(st.integers(1, 24), st.integers(1, 24))


def letterboxed(box, size, **given):
    return STEP.apply(Frame(IMAGE, box), STEP.complete({"size": list(size), **given}))


@pytest.mark.parametrize(("place", "top"), [("center", 5), ("top-left", 0)])
def test_a_photo_of_the_width_is_padded_only(place, top):
    frame = letterboxed((0, 0, 30, 20), (31, 30), padding=[1, 2, 3], place=place)
    np.testing.assert_array_equal(frame.image_hwc[top : top + 20], IMAGE)
    assert frame.region == Region(0, -top * 256, 30 * 256, 31 * 256)
    rest = np.delete(frame.image_hwc, np.s_[top : top + 20], 0)
    assert (rest == [1, 2, 3]).all()


def test_a_tall_photo_is_padded_at_its_sides():
    # 375 x 500 in 640 x 640: 480 x 640, 80 to either side.
    inner = fit(box_region((0, 0, 375, 500)), 640, 640, centered=True)
    assert (inner.top, inner.left, inner.height, inner.width) == (0, 80, 640, 480)
    assert inner.region == Region(-62.5 * 256, 0, 500 * 256, 500 * 256)


@pytest.mark.parametrize(
    ("photo", "width", "region"),
    [
        ((96, 48), 96, (0, 0, 320, 48)),  # half of the width: the rest is padded
        ((480, 48), 320, (0, 0, 480, 48)),  # longer than the input: squeezed
        ((60, 24), 120, (0, 0, 160, 24)),  # enlarged
    ],
)
def test_a_line_of_text_has_the_height_of_the_input(photo, width, region):
    inner = fit(box_region((0, 0, *photo)), 48, 320, "height", centered=False)
    assert (inner.top, inner.left, inner.height, inner.width) == (0, 0, 48, width)
    assert inner.region == Region(*(256 * n for n in region))


def test_a_column_has_the_width_of_the_input():
    inner = fit(box_region((0, 0, 10, 100)), 50, 20, "width", centered=True)
    assert (inner.top, inner.left, inner.height, inner.width) == (0, 0, 50, 20)
    assert inner.region == Region(0, 0, 2560, 25600)


@given(boxes, sizes, st.sampled_from(["either", "height", "width"]), st.booleans())
def test_coordinates_lead_back_to_the_box(box, size, fill, centered):
    height, width = size
    inner = fit(box_region(box), height, width, fill, centered=centered)
    assert inner.height == height or inner.width == width
    assert fill == "either" or getattr(inner, fill) == {"height": height, "width": width}[fill]
    assert 1 <= inner.height <= height
    assert 1 <= inner.width <= width
    corner = np.array([inner.left / width, inner.top / height])
    x, y = to_photo(corner, inner.region) + 0.5
    assert x == pytest.approx(box[0], abs=0.02)
    assert y == pytest.approx(box[1], abs=0.02)


@pytest.mark.toolchain
@given(
    box=boxes,
    size=sizes,
    padding=st.lists(st.integers(0, 255), min_size=3, max_size=3),
    place=st.sampled_from(["center", "top-left"]),
    interpolation=st.sampled_from(["bilinear", "area"]),
    fill=st.sampled_from(["either", "height", "width"]),
)
def test_cpp_equals_numpy(cpp, box, size, padding, place, interpolation, fill):
    given = {"padding": padding, "place": place, "interpolation": interpolation, "fill": fill}
    frame = letterboxed(box, size, **given)
    image, region = cpp.fitted("letterbox", IMAGE, box, size, *given.values())
    np.testing.assert_array_equal(image, frame.image_hwc)
    assert region == frame.region


def test_a_gray_image_has_one_number_of_padding():
    gray = Frame(IMAGE[..., :1], (0, 0, 30, 20))
    frame = STEP.apply(gray, STEP.complete({"size": [40, 30], "padding": [7]}))
    assert frame.image_hwc[0, 0].tolist() == [7]
    with pytest.raises(RecipeError, match="padding has 3 numbers, the image has 1 channels"):
        STEP.apply(gray, STEP.complete({"size": [40, 30]}))


@pytest.mark.parametrize("padding", [114, [], [256, 0, 0], [-1, 0, 0], [1.5, 0, 0]])
def test_bad_padding_is_refused(padding):
    with pytest.raises(RecipeError, match="'letterbox': padding is"):
        STEP.complete({"size": [4, 4], "padding": padding})


def test_padding_between_two_pixels_is_refused_with_the_nearest_ones():
    with pytest.raises(RecipeError, match=r"; pixels are integers, take \[128, 127, 0\]$"):
        STEP.complete({"size": [4, 4], "padding": [127.5, 127.4, 0]})


def test_unknown_side_is_refused():
    with pytest.raises(RecipeError, match="fill is 'both'; known: either, height, width"):
        STEP.complete({"size": [4, 4], "fill": "both"})


def test_unknown_place_is_refused():
    with pytest.raises(RecipeError, match="place is 'left'; known: center, top-left"):
        STEP.complete({"size": [4, 4], "place": "left"})
