import numpy as np
import pytest

from zoo.errors import RecipeError
from zoo.registry import load
from zoo.step import Moment, ValueSpec

STEP = load("step", "within")
GIVEN = {"adds": "seen", "value": "open", "of": "pose", "of_item": 1, "limits": [-30, 30]}


@pytest.mark.parametrize(
    ("angle", "seen"), [(0, 0.7), (-30, 0.7), (30, 0.7), (31, np.nan), (np.nan, np.nan)]
)
def test_a_number_is_known_while_the_other_is_within_its_limits(angle, seen):
    observer = STEP.start(STEP.complete(GIVEN))
    values = {"open": np.array(0.7), "pose": np.array([90.0, angle])}
    moment = observer.observe(Moment(0.0, values))
    np.testing.assert_array_equal(moment.values["seen"], seen)
    assert moment.values.keys() == {"open", "pose", "seen"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"limits": [30, -30]}, r"limits is \[30, -30\]; expected \[low, high\]"),
        ({"limits": 30}, r"expected \[low, high\]"),
        ({"of_item": 1.5}, "of_item is 1.5; expected an index from 0"),
    ],
)
def test_wrong_parameters_are_refused(given, message):
    with pytest.raises(RecipeError, match=message):
        STEP.complete({**GIVEN, **given})


def test_both_numbers_are_needed():
    parameters = STEP.complete(GIVEN)
    with pytest.raises(RecipeError, match="there is no value 'pose'"):
        STEP.adds({"open": ValueSpec()}, parameters)
    with pytest.raises(RecipeError, match="item 1 of it is not always a number"):
        STEP.adds({"open": ValueSpec(), "pose": ValueSpec((1,))}, parameters)
