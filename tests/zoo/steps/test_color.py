import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays

from zoo.errors import RecipeError
from zoo.step import Frame
from zoo.steps.color import STEP

images = arrays(np.uint8, (5, 4, 3))


def ordered(image, order):
    return STEP.apply(Frame(image, (0, 0, 4, 5)), {"order": order}).image_hwc


@given(images)
def test_bgr_swaps_red_and_blue(image):
    np.testing.assert_array_equal(ordered(image, "bgr"), image[..., [2, 1, 0]])
    np.testing.assert_array_equal(ordered(image, "rgb"), image)


@pytest.mark.toolchain
@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_cpp_equals_numpy(cpp, order):
    image = np.random.default_rng(1).integers(0, 256, (7, 5, 3), np.uint8)
    np.testing.assert_array_equal(cpp.color(image, order), ordered(image, order))


def test_unknown_order_is_refused():
    with pytest.raises(RecipeError, match="'color': order is 'grb'; did you mean rgb"):
        STEP.complete({"order": "grb"})
