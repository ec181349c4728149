from dataclasses import replace

import numpy as np
import pytest
from landmark_recipe import NETWORK

from zoo.contract import Contract, Step
from zoo.data.processing import postprocess, preprocess, rehearse, value_specs
from zoo.data.tracking import track_events, track_specs
from zoo.errors import RecipeError
from zoo.step import ValueSpec

LANDMARKS = NETWORK.contract
FAR = {"value": "landmarks", "item": 0, "when": "above", "limits": [5, 4], "sure": 9}

FAR_OFF = Step("interval", {"event": "far", **FAR})
RATE = Step("rate", {"event": "far", "adds": ["far_per_minute", "far_s"]})


def tracked(*steps, contract=LANDMARKS):
    return replace(contract, track=steps)


def test_steps_over_time_are_part_of_the_contract(tmp_path):
    contract = tracked(Step("interval", {"event": "far", **FAR}))
    rehearse(contract)
    assert Contract.from_json(contract.to_json()).track == contract.track
    assert "track" not in LANDMARKS.to_json()
    toml = tmp_path / "a.toml"
    toml.write_text(
        'input = {name = "image", shape = [3, 8, 8]}\n'
        'outputs = [{name = "landmarks", shape = [136]}]\n'
        'pre = [{name = "normalize", mean = [0, 0, 0], std = [1, 1, 1]}]\n'
        'track = [{name = "interval", event = "far", value = "landmarks"}]\n'
    )
    (step,) = Contract.from_toml(toml).track
    assert (step.name, step.parameters["event"]) == ("interval", "far")


def test_a_file_of_the_network_does_not_change_with_them():
    recipe = replace(NETWORK, contract=tracked(Step("interval", {"event": "far", **FAR})))
    assert recipe.hub_metadata == NETWORK.hub_metadata


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([Step("interval", {"event": "far", **FAR, "value": "ear"})], "there is no value 'ear'"),
        ([Step("softmax", {"output": "landmarks"})], "is in 'track', but is a step of 'post'"),
        (
            [Step("relative", {"adds": "landmarks", "value": "landmarks"})],
            "adds 'landmarks', which is already a value",
        ),
        (
            [Step("relative", {"adds": "states", "value": "landmarks"})],
            "called 'states', a key of the app's own records",
        ),
        ([FAR_OFF, FAR_OFF], "'interval': makes the event 'far', as a step before it"),
        ([RATE], "'rate': no step before it makes the event 'far'; known: none"),
        ([RATE, FAR_OFF], "'rate': no step before it makes the event 'far'"),
    ],
)
def test_contracts_that_do_not_fit_are_refused(steps, message):
    with pytest.raises(RecipeError, match=message):
        rehearse(tracked(*steps))


def test_landmarks_are_needed():
    contract = Contract(
        LANDMARKS.input,
        (replace(LANDMARKS.outputs[0], name="scores"),),
        LANDMARKS.pre,
        track=(Step("relative", {"adds": "a", "value": "scores"}),),
    )
    with pytest.raises(RecipeError, match="steps over time need an object that is tracked by its"):
        rehearse(contract)


def test_a_step_over_time_belongs_nowhere_else():
    step = Step("relative", {"adds": "a", "value": "landmarks"})
    with pytest.raises(RecipeError, match="is in 'post', but is a step of 'track'"):
        rehearse(replace(LANDMARKS, post=(*LANDMARKS.post, step)))
    with pytest.raises(RecipeError, match="is in 'pre', but is a step of 'track'"):
        rehearse(replace(LANDMARKS, pre=(step, *LANDMARKS.pre)))


def test_a_step_before_the_network_is_refused_after_it():
    with pytest.raises(RecipeError, match="'gray': is in 'post', but is a step of 'pre'"):
        rehearse(replace(LANDMARKS, post=(*LANDMARKS.post, Step("gray"))))


def test_values_of_a_photo_are_those_without_steps_over_time():
    contract = tracked(Step("relative", {"adds": "a", "value": "landmarks"}))
    frame = preprocess(contract, np.zeros((8, 8, 3), np.uint8))
    values = postprocess(contract, {"landmarks": np.zeros(136, np.float32)}, frame)
    assert values.keys() == {"landmarks"}


def test_what_steps_over_time_add_and_make():
    contract = tracked(FAR_OFF, RATE)
    rehearse(contract)
    assert track_events(contract) == ("far",)
    specs = track_specs(contract, value_specs(contract))
    assert specs == {"far_per_minute": ValueSpec(), "far_s": ValueSpec()}
