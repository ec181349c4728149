import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from signals import signal_frame

from zoo.errors import RecipeError
from zoo.steps.waveform import STEP


def made(samples, gain):
    return STEP.apply(signal_frame(samples), {"gain": gain}).input_chw


def test_samples_are_the_input():
    found = made([-1, 0.25, 0.1], 2.0)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.float32([-2, 0.5, 0.2]))


@pytest.mark.toolchain
@given(arrays(np.float64, st.integers(1, 9), elements=st.floats(-1, 1)), st.floats(0.01, 40000))
def test_cpp_equals_numpy(cpp, samples, gain):
    np.testing.assert_array_equal(cpp.waveform(samples, gain), made(samples, gain))


@pytest.mark.parametrize("gain", [0, "loud", float("nan")])
def test_a_gain_that_is_none_is_refused(gain):
    with pytest.raises(RecipeError, match=r"'waveform': gain .* must be a number other than 0"):
        STEP.complete({"gain": gain})
