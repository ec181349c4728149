import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zoo.errors import RecipeError
from zoo.step import Frame
from zoo.steps.fold import STEP


@st.composite
def pictures(draw):
    """Return an image, and a factor that divides its sides."""
    factor, channels = draw(st.integers(2, 5)), draw(st.sampled_from((1, 3)))
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    shape = (rows * factor, columns * factor, channels)
    return draw(arrays(np.uint8, shape)), factor


def folded(image, factor):
    return STEP.apply(Frame(image, (0, 0, 4, 5)), {"factor": factor}).image_hwc


@given(pictures())
def test_channels_are_those_of_the_vendors_loop(drawn):
    image, r = drawn
    chw = image.transpose(2, 0, 1)
    parts = [chw[:, i::r, j::r] for i in range(r) for j in range(r)]
    np.testing.assert_array_equal(folded(image, r).transpose(2, 0, 1), np.concatenate(parts))


@pytest.mark.toolchain
@given(pictures())
def test_cpp_equals_numpy(cpp, drawn):
    image, factor = drawn
    np.testing.assert_array_equal(cpp.fold(image, factor), folded(image, factor))


def test_a_size_that_it_does_not_divide_is_refused():
    with pytest.raises(RecipeError, match="has 6 x 8 pixels, which factor 4 does not divide"):
        folded(np.zeros((6, 8, 3), np.uint8), 4)


@pytest.mark.parametrize("factor", [1, 17, 2.0, "2", True])
def test_other_factors_are_refused(factor):
    with pytest.raises(RecipeError, match=r"factor is .*; allowed are whole numbers from 2 to 16"):
        STEP.complete({"factor": factor})
