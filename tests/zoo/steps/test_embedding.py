import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zoo.errors import RecipeError
from zoo.step import Frame, ValueSpec
from zoo.steps.embedding import STEP

FRAME = Frame(np.zeros((1, 1, 3), np.uint8), (0, 0, 1, 1))
vectors = arrays(np.float32, st.integers(1, 40), elements=st.floats(-1e6, 1e6, width=32))


def embedding(vector):
    return STEP.apply({"out": vector}, FRAME, {"output": "out"})["embedding"]


def test_a_vector_gets_length_one():
    np.testing.assert_array_equal(embedding(np.array([3.0, -4.0], np.float32)), [0.6, -0.8])


def test_nothing_stays_nothing():
    np.testing.assert_array_equal(embedding(np.zeros((4, 1, 1), np.float32)), np.zeros(4))


@pytest.mark.toolchain
@given(vector=vectors)
def test_cpp_equals_numpy(cpp, vector):
    np.testing.assert_array_equal(cpp.embedding(vector), embedding(vector))


def test_texts_are_refused():
    with pytest.raises(RecipeError, match=r"'embedding': 'names' is str \[4\]; expected a fixed"):
        STEP.adds({"names": ValueSpec((4,), "str")}, {"output": "names"})
