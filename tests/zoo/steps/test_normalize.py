import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zoo.errors import RecipeError
from zoo.step import Frame
from zoo.steps.normalize import STEP

images = arrays(np.uint8, (5, 4, 3))
means = st.lists(st.floats(-300, 300, width=32), min_size=3, max_size=3)
stds = st.lists(st.floats(0.0078125, 300, width=32), min_size=3, max_size=3)


def normalized(image, mean, std):
    return STEP.apply(Frame(image, (0, 0, 4, 5)), {"mean": mean, "std": std}).input_chw


def test_128_and_128_are_exact():
    image = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    x = normalized(image, [128], [128])
    assert x.dtype == np.float32
    assert (x.astype(np.float64) * 128 + 128 == image.transpose(2, 0, 1)).all()


@pytest.mark.toolchain
@given(image=images, mean=means, std=stds)
def test_cpp_equals_numpy(cpp, image, mean, std):
    expected = normalized(image, mean, std)
    np.testing.assert_array_equal(cpp.normalize(image, mean, std), expected)


def test_channels_must_fit_the_image():
    with pytest.raises(RecipeError, match="mean has 1 numbers, the image has 3 channels"):
        normalized(np.zeros((5, 4, 3), np.uint8), [128], [128])


@pytest.mark.parametrize(
    ("mean", "std"), [([128], [128, 1]), ([], []), ([0, 0, 0], [1, 0, 1]), (128, 128)]
)
def test_bad_lists_are_refused(mean, std):
    with pytest.raises(RecipeError, match="must be lists of one number"):
        STEP.complete({"mean": mean, "std": std})
