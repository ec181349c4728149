import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from zoo.errors import RecipeError
from zoo.step import Frame
from zoo.steps.contrast import STEP

levels = st.integers(0, 255) | st.integers(100, 104)
images = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=levels)
cuts = st.integers(0, 49)


def stretched(image_hw, cut_percent=1):
    given = STEP.complete({"cut_percent": cut_percent})
    return STEP.apply(Frame(image_hw[..., None], (0, 0, 9, 9)), given).image_hwc[..., 0]


@given(images, cuts)
def test_each_level_by_its_definition(image, cut_percent):
    pixels = sorted(image.ravel().tolist())
    cut = len(pixels) * cut_percent // 100
    low, high = pixels[cut], pixels[-1 - cut]
    found = stretched(image, cut_percent)
    for before, after in zip(image.ravel().tolist(), found.ravel().tolist(), strict=True):
        place, span = min(max(before, low), high) - low, high - low
        assert after == ((2 * 255 * place + span) // (2 * span) if span else before)


def test_the_range_becomes_full():
    assert stretched(np.array([[100, 110, 120]], np.uint8)).tolist() == [[0, 128, 255]]


def test_a_few_bright_pixels_do_not_count():
    image = np.full((10, 10), 50, np.uint8)
    image[:5], image[0, 0] = 60, 255
    assert stretched(image, 0).max() == 255
    assert set(stretched(image, 1).ravel().tolist()) == {0, 255}


def test_one_level_stays():
    assert (stretched(np.full((3, 4), 77, np.uint8)) == 77).all()


@pytest.mark.parametrize("cut_percent", [-1, 50, 1.5, True, "1"])
def test_another_share_is_refused(cut_percent):
    with pytest.raises(RecipeError, match=r"'contrast': cut_percent is .*; expected an integer fr"):
        STEP.complete({"cut_percent": cut_percent})


def test_colours_are_refused():
    frame = Frame(np.zeros((2, 2, 3), np.uint8), (0, 0, 2, 2))
    with pytest.raises(RecipeError, match=r"'contrast': takes a gray picture, .* 3 channels; put"):
        STEP.apply(frame, {"cut_percent": 1})


@pytest.mark.toolchain
@given(image=images, cut_percent=cuts)
def test_cpp_equals_numpy(cpp, image, cut_percent):
    found = cpp.contrast(image[..., None], cut_percent)[..., 0]
    np.testing.assert_array_equal(found, stretched(image, cut_percent))
