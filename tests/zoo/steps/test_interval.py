import numpy as np
import pytest

from zoo.errors import RecipeError
from zoo.registry import load
from zoo.step import Event, Moment, ValueSpec

STEP = load("step", "interval")
GIVEN = {"event": "shut", "value": "open", "limits": [0.3, 0.5], "sure": 0.1}


def run(numbers, step_s=1.0, **given):
    """Return the states of each photo, and all events; numbers: of photos step_s apart."""
    observer = STEP.start(STEP.complete({**GIVEN, **given}))
    moments = [
        observer.observe(Moment(i * step_s, {"open": np.array(number)}))
        for i, number in enumerate(numbers)
    ]
    events = [event for moment in moments for event in moment.events]
    return [moment.states for moment in moments], [*events, *observer.end()]


def spans(events):
    return [(event.begin_s, event.end_s) for event in events]


def test_an_event_lasts_until_the_number_is_back():
    states, events = run([0.9, 0.2, 0.2, 0.6, 0.9])
    assert spans(events) == [(1, 3)]
    assert states == [(), ("shut",), ("shut",), (), ()]


def test_between_the_limits_it_neither_begins_nor_ends():
    _, events = run([0.4, 0.2, 0.4, 0.2, 0.4, 0.6, 0.4])
    assert spans(events) == [(1, 5)]


@pytest.mark.parametrize(
    ("length", "found"), [(1, False), (2, True), (3, True), (4, False), (9, False)]
)
def test_only_lengths_from_the_shortest_to_below_the_longest_count(length, found):
    _, events = run([0.9, *[0.1] * length, 0.9], shortest_s=2, longest_s=4)
    assert spans(events) == ([(1, 1 + length)] if found else [])


def test_a_state_is_told_while_the_event_has_its_length():
    states, _ = run([0.1] * 6, shortest_s=2, longest_s=4)
    assert states == [(), (), ("shut",), ("shut",), (), ()]


def test_what_is_going_on_ends_with_the_object():
    _, events = run([0.9, 0.1, 0.1, 0.1])
    assert spans(events) == [(1, 3)]


def test_an_unknown_number_ends_an_event():
    _, events = run([0.1, 0.1, np.nan, 0.1])
    assert spans(events) == [(0, 2), (3, 3)]


@pytest.mark.parametrize(
    ("numbers", "confidence"),
    [
        ([0.1], 1 / 2),  # one photo proves little
        ([0.1] * 9, 9 / 10),
        ([0.2] * 9, 0.75 * 9 / 10),  # halfway from the limit to what is sure
        ([0.0] * 9, 9 / 10),  # not above 1
        ([0.1, 0.45, 0.1], (1 + 0.5 + 1) / 4),  # not below 1/2
    ],
)
def test_confidence_grows_with_clear_photos(numbers, confidence):
    _, events = run([*numbers, 0.9])
    assert events == [Event("shut", 0.0, float(len(numbers)), pytest.approx(confidence))]


def test_above_and_beyond():
    above = {"when": "above", "limits": [30, 20], "sure": 40}
    assert spans(run([0, 35, 25, 15, -35, 0], **above)[1]) == [(1, 3)]
    assert spans(run([0, 35, 25, 15, -35, 0], **{**above, "when": "beyond"})[1]) == [(1, 3), (4, 5)]


def test_an_item_of_a_longer_value():
    observer = STEP.start(STEP.complete({**GIVEN, "item": 2}))
    moment = observer.observe(Moment(0.0, {"open": np.array([[0.9, 0.9], [0.1, 0.9]])}))
    assert moment.states == ("shut",)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"limits": [0.5, 0.3]},
            r"limits is \[0.5, 0.3\]; expected \[begin, end\], the end at least",
        ),
        ({"limits": [0.3, 0.5], "when": "above", "sure": 1}, "the end at most the begin"),
        ({"limits": [0.3]}, r"expected \[begin, end\]"),
        ({"sure": 0.3}, "sure is 0.3; expected a number that passes 0.3"),
        ({"shortest_s": 2, "longest_s": 2}, "longest_s is 2; expected a longer time"),
        ({"shortest_s": -1}, "shortest_s is -1; expected a number from 0 to 86400"),
        ({"event": ""}, "event is ''; expected a name"),
        ({"when": "under"}, "when is 'under'"),
        ({"item": -1}, "item is -1; expected an index from 0"),
        ({"shortest": 1}, "unknown parameter 'shortest'; did you mean shortest_s"),
    ],
)
def test_wrong_parameters_are_refused(given, message):
    with pytest.raises(RecipeError, match=message):
        STEP.complete({**GIVEN, **given})


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ({}, "there is no value 'open'"),
        ({"opens": ValueSpec()}, "there is no value 'open'; did you mean opens"),
        ({"open": ValueSpec((), "str")}, r"value 'open' is str \[\]; item 0"),
        ({"open": ValueSpec((None,))}, r"value 'open' is float64 \[N\]; item 0"),
    ],
)
def test_the_number_is_needed(known, message):
    with pytest.raises(RecipeError, match=message):
        STEP.adds(known, STEP.complete(GIVEN))


def test_the_item_is_needed():
    with pytest.raises(RecipeError, match="item 3 of it is not always a number"):
        STEP.adds({"open": ValueSpec((3,))}, STEP.complete({**GIVEN, "item": 3}))
