import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays

from zoo.step import Frame
from zoo.steps.gray import STEP

images = arrays(np.uint8, (5, 4, 3))


def luma(image):
    return STEP.apply(Frame(image, (0, 0, 4, 5)), {}).image_hwc


@given(images)
def test_gray_is_the_integer_luma(image):
    red, green, blue = image.astype(int).transpose(2, 0, 1)
    expected = (77 * red + 150 * green + 29 * blue + 128) // 256
    np.testing.assert_array_equal(luma(image)[..., 0], expected)


@pytest.mark.parametrize("value", [0, 1, 127, 254, 255])
def test_gray_keeps_gray(value):
    assert (luma(np.full((2, 2, 3), value, np.uint8)) == value).all()


@pytest.mark.toolchain
@given(image=images)
def test_cpp_equals_numpy(cpp, image):
    np.testing.assert_array_equal(cpp.gray(image), luma(image))
