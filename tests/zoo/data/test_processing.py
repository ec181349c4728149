from dataclasses import replace

import numpy as np
import pytest
from spot_app import CONTRACT as SPOTS

from zoo.contract import Contract, SignalSpec, Step, TensorSpec
from zoo.data.processing import (
    postprocess,
    preprocess,
    preprocess_batch,
    rehearse,
    usual_points,
    value_specs,
    warn_of_large_inputs,
)
from zoo.errors import RecipeError, UnknownNameError
from zoo.step import Signal, ValueSpec
from zoo.steps.landmarks import STEP as LANDMARKS

PIXELS = {"mean": [128.0] * 3, "std": [128.0] * 3}
PRE = (Step("crop"), Step("resize", {"size": [8, 8]}), Step("normalize", PIXELS))
CONTRACT = Contract(
    input=TensorSpec("image", (3, 8, 8)),
    outputs=(TensorSpec("points", (4,)),),
    pre=PRE,
    post=(Step("landmarks", {"output": "points", "count": 2}),),
)
ALIGN = Step("align", {"points": [[2, 2], [5, 2]], "size": [8, 8]})
PHOTO = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)


def test_steps_run_in_order():
    frame = preprocess(CONTRACT, PHOTO, (5, 5, 20, 20))
    assert frame.region is not None
    assert frame.image_hwc.shape == (8, 8, 3)
    expected = (frame.image_hwc.transpose(2, 0, 1).astype(np.float32) - 128) / 128
    np.testing.assert_array_equal(frame.input_chw, expected)


def test_no_box_means_the_whole_photo():
    assert preprocess(CONTRACT, PHOTO).box == (0, 0, 30, 40)


def normalized(mean, std):
    steps = (
        Step("crop"),
        Step("resize", {"size": [8, 8]}),
        Step("normalize", {"mean": [mean] * 3, "std": [std] * 3}),
    )
    return Contract(TensorSpec("image", (3, 8, 8)), (TensorSpec("score", (1,)),), steps)


def test_a_mean_and_std_of_pixels_from_0_to_1_are_warned_of(caplog):
    warn_of_large_inputs(normalized(0.485, 0.229))
    (record,) = caplog.records
    assert record.getMessage() == (
        "contract: white becomes 1111; 'normalize' takes pixels of 0..255: multiply a mean and std "
        "that are for 0..1 by 255"
    )


@pytest.mark.parametrize(("mean", "std"), [(123.7, 58.4), (128, 128), (0, 1), (0, 255)])
def test_usual_inputs_are_not_warned_of(caplog, mean, std):
    warn_of_large_inputs(normalized(mean, std))
    assert not caplog.records


def test_pixels_go_unscaled_into_a_network_of_uint8():
    rehearse(replace(normalized(0, 1), dtype="uint8"))
    with pytest.raises(RecipeError, match=r"'image' is uint8, .* mean 0 and std 1 for each chann"):
        rehearse(replace(normalized(128, 128), dtype="uint8"))


def test_channels_first_where_the_contract_states_the_files_own_shape():
    contract = replace(normalized(0, 1), input=TensorSpec("image", (8, 8, 3)))
    with pytest.raises(
        RecipeError, match=r"is \(8, 8, 3\); state layout = \"nhwc\" in the contract"
    ):
        rehearse(contract)


def test_batch_equals_one_by_one():
    boxes = [(5.0, 5.0, 20.0, 20.0), None, (0.25, 3.5, 9.0, 11.0)]
    frames, inputs = preprocess_batch(CONTRACT, [(PHOTO, box) for box in boxes])
    assert inputs.shape == (3, 3, 8, 8)
    for frame, image, box in zip(frames, inputs, boxes, strict=True):
        np.testing.assert_array_equal(image, preprocess(CONTRACT, PHOTO, box).input_chw)
        np.testing.assert_array_equal(image, frame.input_chw)


def test_values_are_outputs_and_what_steps_add():
    frame = preprocess(CONTRACT, PHOTO, (5, 5, 20, 20))
    points = np.array([0, 0, 1, 1], np.float32)
    values = postprocess(CONTRACT, {"points": points, "unused": points}, frame)
    assert sorted(values) == ["landmarks", "points"]
    # The region is 24 pixels wide around the centre (15, 15).
    np.testing.assert_allclose(values["landmarks"], [[2.5, 2.5], [26.5, 26.5]], atol=1 / 256)


def test_values_are_stated_before_any_picture():
    assert value_specs(CONTRACT) == {
        "points": ValueSpec((4,), "float32"),
        "landmarks": ValueSpec((2, 2)),
    }


def test_a_value_that_two_steps_add_is_refused():
    softmax = Step("softmax", {"output": "score"})
    contract = replace(CONTRACT, outputs=(TensorSpec("score", (3,)),), post=(softmax, softmax))
    message = r"^contract step 'softmax': adds 'probabilities', as step 'softmax' before it"
    with pytest.raises(RecipeError, match=message):
        rehearse(contract)


def test_a_step_gives_what_it_states(monkeypatch):
    stated = {"landmarks": ValueSpec((None, 3))}
    monkeypatch.setattr(type(LANDMARKS), "adds", lambda *_: stated)
    message = r"'landmarks' is float64 \[2, 2\], its plugin states float64 \[N, 3\]; correct `adds`"
    with pytest.raises(RecipeError, match=message):
        postprocess(CONTRACT, {"points": np.zeros(4)}, preprocess(CONTRACT, PHOTO))


def test_contract_without_post_steps_gives_the_outputs():
    contract = Contract(CONTRACT.input, CONTRACT.outputs, PRE)
    points = np.arange(4, dtype=np.float32)
    values = postprocess(contract, {"points": points}, preprocess(contract, PHOTO))
    assert list(values) == ["points"]
    np.testing.assert_array_equal(values["points"], points)


def test_batch_of_one_is_taken_off():
    contract = Contract(CONTRACT.input, CONTRACT.outputs, PRE)
    outputs = {"points": np.arange(4, dtype=np.float32)[np.newaxis]}
    assert postprocess(contract, outputs, preprocess(contract, PHOTO))["points"].shape == (4,)


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ({"point": np.zeros(4)}, "the network has no output 'points'; did you mean point"),
        (
            {"points": np.zeros((2, 4))},
            r"output 'points' is \(4,\), but the network returns \(2, 4\)",
        ),
    ],
)
def test_other_outputs_are_refused(outputs, message):
    with pytest.raises(RecipeError, match=message):
        postprocess(CONTRACT, outputs, preprocess(CONTRACT, PHOTO))


def test_other_size_than_the_input_is_refused():
    pre = (Step("crop"), Step("resize", {"size": [9, 8]}), Step("normalize", PIXELS))
    contract = Contract(CONTRACT.input, CONTRACT.outputs, pre)
    with pytest.raises(RecipeError, match=r"its steps make \(3, 9, 8\), .* 'image' is \(3, 8, 8\)"):
        preprocess(contract, PHOTO)


def test_steps_that_make_no_input_are_refused():
    contract = Contract(CONTRACT.input, CONTRACT.outputs, PRE[:2])
    with pytest.raises(RecipeError, match=r"make no input, .* the last step must be 'normalize'"):
        preprocess(contract, PHOTO)


def test_unknown_step_suggests_near_ones():
    contract = Contract(CONTRACT.input, CONTRACT.outputs, (Step("crob"),))
    with pytest.raises(UnknownNameError, match="unknown step 'crob'; did you mean crop"):
        preprocess(contract, PHOTO)


def test_a_sound_contract_is_rehearsed():
    rehearse(SPOTS)


def test_unknown_step():
    contract = replace(SPOTS, post=(Step("landmark", {"count": 68}),))
    with pytest.raises(UnknownNameError, match="unknown step 'landmark'; did you mean landmarks"):
        rehearse(contract)


def test_wrong_parameter():
    contract = replace(SPOTS, post=(Step("landmarks", {"number": 68}),))
    with pytest.raises(RecipeError, match="step 'landmarks': unknown parameter 'number'"):
        rehearse(contract)


def test_steps_in_a_wrong_order():
    contract = replace(SPOTS, post=SPOTS.post[::-1])
    with pytest.raises(RecipeError, match="point 54 is not among the landmarks; put a step"):
        rehearse(contract)


SIZE = {"size": [8, 8]}
STRETCH, CENTER = Step("stretch", SIZE), Step("center_crop", SIZE | {"short_side": 9})


@pytest.mark.parametrize(
    "pair",
    [
        (STRETCH, CENTER),
        (STRETCH, STRETCH),
        (Step("letterbox", SIZE), Step("resize", SIZE)),
        (CENTER, Step("crop")),
        (Step("crop"), STRETCH),
        (Step("crop"), Step("crop")),
    ],
)
def test_two_steps_that_take_a_part_of_the_photo(pair):
    """The second one would take the photo's box from what the first one made of the photo."""
    contract = replace(CONTRACT, pre=(*pair, PRE[-1]))
    with pytest.raises(
        RecipeError, match=f"step '{pair[1].name}': the earlier step '{pair[0].name}' al"
    ):
        rehearse(contract)


def test_points_are_aligned():
    contract = replace(CONTRACT, pre=(ALIGN, PRE[-1]))
    assert usual_points(contract) == ((2, 2), (5, 2))
    assert usual_points(CONTRACT) == ()
    frame = preprocess(contract, PHOTO, (0, 0, 9, 9), [(20, 10), (20, 16)])  # turned by 90 degrees
    assert frame.region is None
    found = postprocess(contract, {"points": np.array([2.5, 2.5, 5.5, 2.5]) / 8}, frame)
    np.testing.assert_array_equal(found["landmarks"], [[20, 10], [20, 16]])
    rehearse(contract)


def test_a_step_that_cannot_follow_a_turn_is_refused():
    maps = TensorSpec("maps", (4, 3, 2))
    mask = (Step("mask", {"output": "maps"}),)
    upright = replace(CONTRACT, outputs=(maps,), post=mask)
    rehearse(upright)
    with pytest.raises(RecipeError, match="'mask': cannot follow a step that turns the part of"):
        rehearse(replace(upright, pre=(ALIGN, PRE[-1])))


def test_outputs_that_do_not_fit_the_steps():
    contract = replace(SPOTS, outputs=(TensorSpec("landmarks", (196,)),))
    with pytest.raises(RecipeError, match="output 'landmarks' has 196 numbers; 68 landmarks"):
        rehearse(contract)


def test_names_that_records_use():
    contract = replace(SPOTS, outputs=(TensorSpec("box", (4,)),), post=())
    with pytest.raises(RecipeError, match="is called 'box', a key of the app's own records"):
        rehearse(contract)


SOUND = Contract(
    TensorSpec("x", (1, 1, 4)),
    (TensorSpec("score", (1,)),),
    (Step("segment", {"length": 4}), Step("waveform")),
    signal=SignalSpec(8000),
)


def test_a_signal_becomes_an_input_of_the_networks_axes():
    frame = preprocess(SOUND, Signal(np.array([0.5, -0.25]), 8000))
    assert frame.box == (0, 0, 2, 1)
    np.testing.assert_array_equal(frame.input_chw, np.float32([[[0.5, -0.25, 0, 0]]]))
    rehearse(SOUND)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"pre": SOUND.pre[1:]},
            r"its steps make \(2000,\), the network's input 'x' is \(1, 1, 4\)",
        ),
        (
            {"signal": None},
            r"'segment': takes a signal; a contract of signals begins with signal =",
        ),
        ({"pre": PRE}, r"'crop': takes a picture; leave it out"),
    ],
)
def test_steps_of_signals_and_of_pictures_do_not_mix(changes, message):
    with pytest.raises(RecipeError, match=message):
        rehearse(replace(SOUND, **changes))


def test_a_contract_takes_one_kind_of_source():
    with pytest.raises(RecipeError, match="contract: takes signals, but was given a picture"):
        preprocess(SOUND, PHOTO)
    with pytest.raises(RecipeError, match="contract: takes pictures, but was given a signal"):
        preprocess(CONTRACT, Signal(np.zeros(4), 8000))
