import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from signals import signal_frame

from zoo.errors import RecipeError
from zoo.steps.segment import STEP

LONG, SHORT = [1, 2, 3, 4, 5], [1, 2]


def part(samples, length, place):
    return STEP.apply(signal_frame(samples), {"length": length, "place": place}).signal.samples


@pytest.mark.parametrize(
    ("samples", "place", "expected"),
    [
        (LONG, "start", [1, 2, 3, 4]),
        (LONG, "center", [1, 2, 3, 4]),
        (LONG, "end", [2, 3, 4, 5]),
        (SHORT, "start", [1, 2, 0, 0]),
        (SHORT, "center", [0, 1, 2, 0]),
        (SHORT, "end", [0, 0, 1, 2]),
    ],
)
def test_places(samples, place, expected):
    np.testing.assert_array_equal(part(samples, 4, place), expected)


def test_the_rate_stays():
    assert (
        STEP.apply(signal_frame(LONG, 8000), {"length": 2, "place": "end"}).signal.rate_hz == 8000
    )


@pytest.mark.toolchain
@given(
    count=st.integers(1, 20),
    length=st.integers(1, 20),
    place=st.sampled_from(["start", "center", "end"]),
)
def test_cpp_equals_numpy(cpp, count, length, place):
    samples = np.arange(1.0, count + 1)
    np.testing.assert_array_equal(cpp.segment(samples, length, place), part(samples, length, place))


@pytest.mark.parametrize(
    "wrong", [{"length": 0}, {"length": 1.5}, {"length": True}, {"length": 4, "place": "middle"}]
)
def test_other_parameters_are_refused(wrong):
    with pytest.raises(
        RecipeError, match=r"'segment': length .* must be a number of samples from 1"
    ):
        STEP.complete(wrong)
    with pytest.raises(RecipeError, match="'segment': parameter 'length' is missing"):
        STEP.complete({})
