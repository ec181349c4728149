import numpy as np
import pytest

from zoo.errors import RecipeError
from zoo.registry import load
from zoo.step import Event, Moment

STEP = load("step", "rate")


def run(ends, seconds, **given):
    """Return rate and mean length at each second; ends: of events by name, each 0.5 s long."""
    words = {"adds": ["rate", "mean"], "event": "blink", "warm_up_s": 1, **given}
    observer = STEP.start(STEP.complete(words))
    found = []
    for time_s in map(float, range(seconds)):
        events = tuple(
            Event(name, time_s - 0.5, time_s, 1) for name, times in ends.items() if time_s in times
        )
        moment = observer.observe(Moment(time_s, {}, events=events))
        assert moment.events == events
        found.append((float(moment.values["rate"]), float(moment.values["mean"])))
    return np.array(found)


def test_events_of_the_window_are_counted():
    found = run({"blink": [3, 5, 12]}, 31, window_s=10)
    np.testing.assert_array_equal(found[0], [np.nan, np.nan])
    np.testing.assert_array_equal(found[2], [0, np.nan])
    np.testing.assert_array_equal(found[6], [60 * 2 / 6, 0.5])
    np.testing.assert_array_equal(found[12], [60 * 3 / 10, 0.5])
    np.testing.assert_array_equal(found[14], [60 * 2 / 10, 0.5])
    np.testing.assert_array_equal(found[30], [0, np.nan])


def test_other_events_are_not_counted():
    assert run({"yawn": [3]}, 10)[-1, 0] == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"adds": "rate"}, "adds is 'rate'; expected two names"),
        ({"adds": ["rate", "rate"]}, "expected two names"),
        ({"adds": ["rate", ""]}, "expected a name"),
        ({"window_s": 0}, "window_s is 0; expected a number from 1 to 86400"),
    ],
)
def test_wrong_parameters_are_refused(given, message):
    with pytest.raises(RecipeError, match=message):
        STEP.complete({"adds": ["rate", "mean"], "event": "blink", **given})
