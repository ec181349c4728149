"""What `zoo show FILE.tflite` says."""

import json

import pytest
from networks import residual_network
from quantization import quantized
from tflite_files import INTEGER_BORDER, to_tflite

from compilers.schemes import W8A8_ASYM
from compilers.tflite.decode import decode
from compilers.tflite.describe import DESCRIBER
from compilers.tflite.encode import encode
from compilers.tflite.lower import lower
from zoo import registry

GRAPH = quantized(residual_network(), W8A8_ASYM)


@pytest.fixture(scope="module")
def facts():
    """Return what is said of an integer network with integers at its border."""
    return DESCRIBER.describe(to_tflite(GRAPH, INTEGER_BORDER).files["model.tflite"], "file")


def test_is_registered():
    assert registry.load("describer", "tflite") is DESCRIBER


def test_inputs_and_outputs_tell_how_to_feed_and_read_them(facts):
    grid = GRAPH.tensors[GRAPH.consumers("image")[0].output].quantization
    assert facts["inputs"] == {
        "image": f"[1, 6, 6, 3] INT8, scale {grid.scale[0]:.9g}, zero point "
        f"{grid.zero_point[0] - 128}"
    }
    assert list(facts["outputs"]) == ["landmarks"]


def test_ops_constants_and_the_graphs_metadata_are_told(facts):
    assert facts["ops"]["CONV_2D"] == 2
    assert facts["constants"]["INT8 per channel"] == 4
    assert facts["constant_bytes"] > 100
    assert facts["metadata"]["zoo.model"] == "test"
    assert set(facts["outputs"]) < set(facts["activations"])
    json.dumps(facts)


def test_a_float_file_has_no_scales():
    facts = DESCRIBER.describe(to_tflite(residual_network()).files["model.tflite"], "file")
    assert facts["inputs"] == {"image": "[1, 6, 6, 3] FLOAT32"}
    assert set(facts["constants"]) == {"FLOAT32", "INT32"}


def test_what_was_written_is_read():
    model = lower(GRAPH)
    file = decode(encode(model), "file")
    assert (file.name, file.inputs, file.outputs) == (model.name, model.inputs, model.outputs)
    for found, written in zip(file.tensors, model.tensors, strict=True):
        assert (found.name, found.shape) == (written.name, written.shape)
        assert found.dtype == written.dtype.upper()
        assert found.scales == (written.grid.scale if written.grid else ())
        assert found.zero_points == (written.grid.zero_point if written.grid else ())
        data = b"" if written.data is None else written.data.astype(written.dtype).tobytes()
        assert bytes(found.data) == data
    for found, written in zip(file.ops, model.ops, strict=True):
        assert (found.code, found.inputs, found.outputs) == (
            written.code,
            written.inputs,
            (written.output,),
        )
