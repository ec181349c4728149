import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zoo.errors import RecipeError
from zoo.step import Frame, ValueSpec
from zoo.steps.softmax import STEP

FRAME = Frame(np.zeros((1, 1, 3), np.uint8), (0, 0, 1, 1))
scores = arrays(np.float32, st.integers(1, 30), elements=st.floats(-900, 900, width=32))


def probabilities(values):
    return STEP.apply({"out": values}, FRAME, {"output": "out"})["probabilities"]


def test_known_probabilities():
    odds = np.log(np.array([1, 2, 5], np.float64))
    np.testing.assert_allclose(probabilities(odds), [0.125, 0.25, 0.625], rtol=1e-15)
    np.testing.assert_array_equal(probabilities(np.array([[[7.0]], [[7.0]]])), [0.5, 0.5])


@given(scores)
def test_probabilities_add_up(values):
    found = probabilities(values)
    assert found.sum() == pytest.approx(1, rel=1e-12)
    assert found.max() == found[values.argmax()]


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_nothing_is_probable_where_a_score_is_no_number(wrong):
    assert np.isnan(probabilities(np.array([0, wrong, 1]))).all()


@pytest.mark.toolchain
@given(values=scores)
@example(values=np.array([0, math.nan], np.float32))
def test_cpp_equals_numpy(cpp, values):
    np.testing.assert_array_equal(cpp.softmax(values), probabilities(values))


def test_an_output_with_axes_is_refused():
    known = {"map": ValueSpec((21, 8, 8), "float32")}
    with pytest.raises(
        RecipeError, match=r"'map' is float32 \[21, 8, 8\]; expected a fixed number"
    ):
        STEP.adds(known, {"output": "map"})
    with pytest.raises(RecipeError, match="there is no output or value 'out'; known here: map"):
        STEP.adds(known, {"output": "out"})
