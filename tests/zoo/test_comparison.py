import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.artifact import Exactness
from zoo.comparison import compare
from zoo.errors import VerifyError

EXPECTED = [{"score": np.array([1.0, -4.0])}, {"score": np.array([0.0, 2.0])}]
FOUND = [{"score": np.array([1.0, -4.0])}, {"score": np.array([0.0, 3.0])}]


@pytest.mark.parametrize(
    ("unit", "largest"), [("lsb", 1 / 0.25), ("relative", 1 / 4), ("pixel or degree", 1.0)]
)
def test_units(unit, largest):
    check = compare("a -> b", EXPECTED, FOUND, Exactness(10, unit, "why"), {"score": 0.25})
    assert (check.largest, check.mean, check.values) == (largest, largest / 4, 4)
    assert (check.step, check.unit, check.bound, check.why) == ("a -> b", unit, 10, "why")


def test_each_output_has_its_own_unit():
    expected = [{"big": np.array([1000.0]), "small": np.array([0.001])}]
    found = [{"big": np.array([1000.0]), "small": np.array([0.002])}]
    assert compare("a -> b", expected, found, Exactness(0, "relative", "")).largest == 1.0


def test_zero_outputs_are_compared_as_they_are():
    expected, found = [{"score": np.zeros(2)}], [{"score": np.array([0.0, 0.5])}]
    assert compare("a -> b", expected, found, Exactness(0, "relative", "")).largest == 0.5


@given(st.floats(min_value=1e-12, max_value=1.0))
def test_no_difference_is_rounded_to_zero(difference):
    found = [{"score": np.array([1.0, -4.0])}, {"score": np.array([0.0 + difference, 2.0])}]
    assert not compare("a -> b", EXPECTED, found, Exactness(0, "relative", "")).holds


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_never_holds(value):
    found = [EXPECTED[0], {"score": np.array([0.0, value])}]
    assert not compare("a -> b", EXPECTED, found, Exactness(1e9, "relative", "")).holds


def test_absent_output_is_named():
    with pytest.raises(
        VerifyError, match=r"step 'a -> b': output 'score' is absent, expected is shape \[2\]"
    ):
        compare("a -> b", EXPECTED, [{}, {}], Exactness(1, "relative", ""))


def test_other_shape_is_named_not_broadcast():
    found = [{"score": np.array([[1.0, -4.0]])}, {"score": np.array([[0.0, 2.0]])}]
    with pytest.raises(VerifyError, match=r"output 'score' has shape \[1, 2\], expected is shape"):
        compare("a -> b", EXPECTED, found, Exactness(1, "relative", ""))
