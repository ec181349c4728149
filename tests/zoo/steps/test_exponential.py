import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zoo.steps.exponential import exp, sigmoid


@given(st.floats(-708, 708))
@example(0.0)
@example(-708.0)
@example(708.0)
def test_exp_is_within_two_ulp(x):
    (found,) = exp(np.array([x]))
    assert abs(found - math.exp(x)) <= 2 * math.ulp(math.exp(x))


@pytest.mark.parametrize("x", [-708.0001, -1e6, -math.inf])
def test_exp_far_below_is_zero(x):
    assert exp(np.array([x])) == 0


@pytest.mark.parametrize("x", [708.0001, 1e6, math.inf])
def test_exp_far_above_is_finite(x):
    assert exp(np.array([x])) == exp(np.array([708.0]))


@given(st.floats(-700, 700))
def test_sigmoid_is_within_four_ulp(x):
    (found,) = sigmoid(np.array([x]))
    expected = 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
    assert abs(found - expected) <= 4 * math.ulp(expected)


def test_no_number_stays_none():
    assert np.isnan([exp(np.array([math.nan])), sigmoid(np.array([math.nan]))]).all()
    assert sigmoid(np.array([math.inf, -math.inf])).tolist() == [1, 0]
