"""Golden inputs of models without their own: the same everywhere."""

from hashlib import sha256

import numpy as np

from zoo.contract import Contract, SignalSpec, Step, TensorSpec
from zoo.proof.golden import golden_inputs
from zoo.recipe import Recipe
from zoo.signal_file import read_signal

SOUND = Contract(
    TensorSpec("x", (1, 4000)),
    (TensorSpec("score", (1,)),),
    (Step("segment", {"length": 4000}), Step("waveform")),
    signal=SignalSpec(8000),
)
DIGEST = "be196ef8cd23c9ae44d25b4582178a1991a4f6c6a0be7798836ba43263508ac1"


def test_signals_are_generated_to_the_byte(tmp_path):
    found = golden_inputs(Recipe("net", "user", "", SOUND), tmp_path)
    assert [golden.name for golden in found] == [
        "generated_tone",
        "generated_chirp",
        "generated_noise",
    ]
    assert {golden.box for golden in found} == {(0, 0, 4000, 1)}
    content = b"".join(golden.image.read_bytes() for golden in found)
    assert sha256(content).hexdigest() == DIGEST


def test_signals_have_sound_and_silence(tmp_path):
    for golden in golden_inputs(Recipe("net", "user", "", SOUND), tmp_path):
        samples = read_signal(golden.image, SOUND.signal).samples
        assert len(samples) == 4000
        assert 0.1 < np.abs(samples[:3600]).max() < 0.9
        assert not samples[3600:].any()


def test_pictures_are_as_they_were(tmp_path):
    picture = Contract(TensorSpec("x", (3, 8, 8)), (), ())
    found = golden_inputs(Recipe("net", "user", "", picture), tmp_path)
    assert [golden.image.name for golden in found] == [
        "rendered_ramp.png",
        "rendered_waves.png",
        "rendered_noise.png",
    ]
