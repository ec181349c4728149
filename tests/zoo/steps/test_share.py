import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.errors import RecipeError
from zoo.registry import load
from zoo.step import Moment

STEP = load("step", "share")


def run(numbers, times=None, **given):
    words = {"adds": "shut", "value": "n", "limit": 0.2, "warm_up_s": 0, **given}
    observer = STEP.start(STEP.complete(words))
    moments = [
        observer.observe(Moment(float(time_s), {"n": np.array(number)}))
        for time_s, number in zip(times or range(len(numbers)), numbers, strict=True)
    ]
    return [float(moment.values["shut"]) for moment in moments]


@given(st.lists(st.booleans(), min_size=2, max_size=30), st.integers(1, 40))
def test_equals_its_definition(is_shut, window_s):
    found = run([0.1 if shut else 0.9 for shut in is_shut], window_s=window_s)
    assert np.isnan(found[0])  # no time has passed
    for i in range(1, len(is_shut)):
        seen = is_shut[max(0, i - window_s) : i]
        assert found[i] == sum(seen) / len(seen)


def test_photos_count_by_their_time():
    assert run([0.1, 0.9, 0.9], times=[0, 3, 4])[-1] == 3 / 4
    # Of the first photo's 3 seconds, 1 is in the window.
    assert run([0.1, 0.9, 0.9], times=[0, 3, 4], window_s=2)[-1] == 1 / 2


def test_an_unknown_number_is_no_time():
    assert run([0.1, np.nan, np.nan, 0.9, 0.9])[-1] == 1 / 2


def test_it_is_unknown_while_it_warms_up():
    np.testing.assert_array_equal(run([0.1] * 4, warm_up_s=2), [np.nan, np.nan, 1, 1])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "parameter 'limit' is missing"),
        ({"limit": "low"}, "limit is 'low'; expected a number"),
        ({"limit": 0.2, "when": "at"}, "when is 'at'"),
    ],
)
def test_wrong_parameters_are_refused(given, message):
    with pytest.raises(RecipeError, match=message):
        STEP.complete({"adds": "shut", "value": "n", **given})
