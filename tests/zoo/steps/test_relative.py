import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.errors import RecipeError
from zoo.registry import load
from zoo.step import Moment

STEP = load("step", "relative")


def run(numbers, times=None, **given):
    observer = STEP.start(STEP.complete({"adds": "usual", "value": "n", "warm_up_s": 0, **given}))
    moments = [
        observer.observe(Moment(float(time_s), {"n": np.array(number)}))
        for time_s, number in zip(times or range(len(numbers)), numbers, strict=True)
    ]
    return [float(moment.values["usual"]) for moment in moments]


@given(
    st.lists(st.floats(0.1, 10), min_size=1, max_size=20),
    st.sampled_from([0.0, 0.5, 0.9, 1.0]),
    st.integers(0, 30),
)
def test_equals_its_definition(numbers, quantile, window_s):
    found = run(numbers, quantile=quantile, window_s=window_s, form="difference")
    for i, number in enumerate(numbers):
        seen = sorted(numbers[max(0, i - window_s) : i + 1])
        usual = seen[max(1, math.ceil(quantile * len(seen))) - 1]
        assert found[i] == number - usual


def test_a_ratio_is_0_at_zero_and_1_at_the_baseline():
    found = run([0.3] * 8 + [0.18, 0.24], quantile=0.9, zero=0.6)
    np.testing.assert_allclose(found, [1] * 8 + [0, 0.5], atol=1e-12)


def test_it_is_unknown_while_it_warms_up():
    found = run([2, 2, 2, 2], warm_up_s=2)
    np.testing.assert_array_equal(found, [np.nan, np.nan, 1, 1])


def test_what_is_not_finite_is_not_usual():
    found = run([np.nan, 2, np.inf, 1, np.nan], form="ratio", quantile=1)
    np.testing.assert_array_equal(found, [np.nan, 1, np.inf, 0.5, np.nan])


def test_nothing_is_relative_to_nothing():
    assert np.isnan(run([0.0, -1.0])).all()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"form": "quotient"}, "form is 'quotient'"),
        ({"quantile": 1.1}, "quantile is 1.1; expected a number from 0 to 1"),
        ({"zero": 1}, "zero is 1; expected a number from 0 to 0.99"),
        ({"window_s": "long"}, "window_s is 'long'; expected a number from 0 to 86400"),
        ({"adds": 3}, "adds is 3; expected a name"),
    ],
)
def test_wrong_parameters_are_refused(given, message):
    with pytest.raises(RecipeError, match=message):
        STEP.complete({"adds": "usual", "value": "n", **given})


def test_what_is_missing_is_named():
    with pytest.raises(RecipeError, match="parameter 'value' is missing"):
        STEP.complete({"adds": "usual"})
