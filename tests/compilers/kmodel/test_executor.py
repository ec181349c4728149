"""The executor: reals in and out by name, and clear errors for files that do not fit together."""

import json
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kpu_files import CASES, main, node

from compilers.kmodel.decode import decode
from compilers.kmodel.encode import encode
from compilers.kmodel.executor import EXECUTOR, run_kmodel
from compilers.kmodel.kmodel import Kmodel
from zoo.errors import ArtifactError

CASE = CASES["width 16"]
(LAYER,) = CASE.model.nodes
BORDER = {
    "inputs": [
        {
            "name": "image",
            "shape": [6, 5, 16],
            "ctype": "uint8_t",
            "scale": 0.5,
            "zero_point": 128,
            "rounding": "half_even",
        }
    ],
    "outputs": [{"name": "heat", "shape": [3, 5, 16]}],
}

COPY = node("memory_copy", input=main("uint8", 0, 9), output=main("uint8", 0, 8))


@pytest.fixture
def run(tmp_path):
    (tmp_path / "network.kmodel").write_bytes(encode(CASE.model))
    (tmp_path / "network.json").write_text(json.dumps(BORDER))
    return EXECUTOR.load(tmp_path, "network.kmodel")


def test_reals_are_quantized_and_each_sample_runs_alone(run):
    integers = np.stack([CASE.inputs[0], 255 - CASE.inputs[0]])
    reals = (integers.astype(np.float32) - 128) * np.float32(0.5) + np.float32(0.2)
    found = run({"image": reals})["heat"]
    expected = [run_kmodel(CASE.model, [sample], "")[0].reshape(3, 5, 16) for sample in integers]
    assert np.array_equal(found, np.stack(expected))
    assert len(np.unique(found)) > 20


def test_inputs_are_checked(run):
    with pytest.raises(ArtifactError, match="its input 'image' is missing; given: nothing"):
        run({})
    with pytest.raises(ArtifactError, match=r"has shape \[1, 6, 5, 1\], expected \['N', 6, 5, 16"):
        run({"image": np.zeros((1, 6, 5, 1), np.float32)})


def test_version_5_does_not_run(tmp_path):
    (tmp_path / "network.kmodel").write_bytes(b"LDMK\5\0\0\0 \0\0\0" + bytes(20))
    with pytest.raises(ArtifactError, match="it has version 5, of which only the headers are read"):
        EXECUTOR.load(tmp_path, "network.kmodel")


def test_version_3_gives_the_bytes_of_version_4():
    assert run_kmodel(replace(CASE.model, version=3, target=0), list(CASE.inputs), "")[
        0
    ].tobytes() == (run_kmodel(CASE.model, list(CASE.inputs), "")[0].tobytes())


def with_layer(**fields: int) -> Kmodel:
    return replace(CASE.model, nodes=(replace(LAYER, layer=replace(LAYER.layer, **fields)),))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (with_layer(output_width=15), "state an output of .5, 15., it computes .5, 16."),
        (with_layer(pool_type=12), "its pool type is 12; known are 0 to 9"),
        (with_layer(depthwise=1, output_channels=6, pool_type=1), "depthwise with pool type 1"),
        (with_layer(depthwise=1), "it is depthwise with 6 input and 3 output channels"),
        (with_layer(input_channels=7), "378 bytes|has 162 bytes of weights for 189 weights"),
        (with_layer(source_row=32767), "rows 32767 to 32776 are used; the KPU has 32768"),
        (with_layer(destination_row=32767), "rows 32767 to 32771 are used; the KPU has 32768"),
        (with_layer(input_group=3), "channels in groups of 3"),
        (with_layer(input_block_rows=4), "16 x 5 does not fit into 4 rows"),
        (with_layer(first_stride=1), "which are not documented"),
        (replace(CASE.model, nodes=(replace(LAYER, batches=2),)), "it computes 2 images"),
        (replace(CASE.model, nodes=(replace(LAYER, segments=LAYER.segments[1:2] * 16),)), "begins"),
        (replace(CASE.model, main_bytes=8), "its main memory has 8"),
        (replace(CASE.model, main_bytes=1 << 30), "it needs 1073741824 bytes of main memory"),
        (replace(CASE.model, nodes=(node("softmax"),)), r"node 0 \(softmax\) cannot be computed"),
        (
            replace(
                CASE.model,
                nodes=(node("memory_copy", input=main("uint8", 0, 9), output=main("uint8", 0, 8)),),
            ),
            "9 values are to be stored in main memory, where 8 are expected",
        ),
    ],
)
def test_what_does_not_fit_together_is_named(model, message):
    with pytest.raises(ArtifactError, match=message):
        run_kmodel(model, list(CASE.inputs), "file.kmodel")


@given(st.sampled_from(("cpu", "upload", "pool 5")), st.data())
@settings(max_examples=150)
def test_a_damaged_file_gives_bytes_or_a_clear_error(name, data):
    content = bytearray(encode(CASES[name].model))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] ^= 1 << data.draw(st.integers(0, 7))
    with suppress(ArtifactError):
        model = decode(bytes(content), "file.kmodel")
        if isinstance(model, Kmodel):
            run_kmodel(model, list(CASES[name].inputs), "file.kmodel")
