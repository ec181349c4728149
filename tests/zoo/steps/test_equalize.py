import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from zoo.errors import RecipeError
from zoo.step import Frame
from zoo.steps.equalize import STEP

levels = st.integers(0, 255) | st.integers(100, 104)
images = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=levels)


def equalized(image_hw):
    return STEP.apply(Frame(image_hw[..., None], (0, 0, 9, 9)), {}).image_hwc[..., 0]


@given(images)
def test_each_level_by_its_definition(image):
    pixels = sorted(image.ravel().tolist())
    rest = len(pixels) - pixels.count(pixels[0])
    found = equalized(image)
    for before, after in zip(image.ravel().tolist(), found.ravel().tolist(), strict=True):
        up_to = sum(pixel <= before for pixel in pixels) - pixels.count(pixels[0])
        assert after == ((2 * 255 * up_to + rest) // (2 * rest) if rest else before)


def test_two_levels_become_black_and_white():
    assert equalized(np.array([[100, 101]], np.uint8)).tolist() == [[0, 255]]


def test_all_levels_once_stay():
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    np.testing.assert_array_equal(equalized(ramp), ramp)


def test_one_level_stays():
    assert (equalized(np.full((3, 4), 77, np.uint8)) == 77).all()


def test_colours_are_refused():
    frame = Frame(np.zeros((2, 2, 3), np.uint8), (0, 0, 2, 2))
    with pytest.raises(RecipeError, match=r"'equalize': takes a gray picture, .* 3 channels; put"):
        STEP.apply(frame, {})


@pytest.mark.toolchain
@given(image=images)
def test_cpp_equals_numpy(cpp, image):
    np.testing.assert_array_equal(cpp.equalize(image[..., None])[..., 0], equalized(image))
