"""The layers that a builder logs, as TensorRT-RTX 1.7 writes them."""

import onnx
import pytest
from networks import residual_network
from tensorrt_files import GPU

from compilers.tensorrt.engine import Layer, float_layers, parse_layers, weighted_nodes
from compilers.tensorrt.network_file import network_file

TENSOR = "{{ Name: x, Dimensions: [1,4,6,6], Datatype: {}, Format: (NHWC) Channel major format }}"
LINE = (
    "Name: {name}, LayerType: {kind}, Inputs: [ {x} ], Constants: [ {w}, {b} ], Outputs: [ {y} ], "
    "TacticName: __myelin_CASK_STUB, StreamId: 0, Metadata: [ONNX Layer: {node}]"
    "[ONNX Layer: w/dequantize]"
)


def _line(name: str, kind: str, x: str, w: str, node: str) -> str:
    tensors = {"x": x, "w": w, "b": "Float", "y": "Float"}
    filled = {role: TENSOR.format(kind) for role, kind in tensors.items()}
    return LINE.format(name=name, kind=kind, node=node, **filled)


LOG = "\n".join(
    (
        "Engine Layer Information:",
        _line("conv_1", "correlation", "Int8", "Int8", "stem"),
        _line("conv_2", "correlation", "Half", "Int8", "head"),
        _line("kernel, fused", "kgen", "Float", "Float", "stem"),
        "I/O Tensors:",
        " Name: image, IOMode: Input, DataType: Float",
    )
)


def test_each_layer_has_its_types_and_nodes():
    first, _, third = parse_layers(LOG)
    assert first == Layer(
        "conv_1",
        "correlation",
        inputs=("Int8",),
        constants=("Int8", "Float"),
        outputs=("Float",),
        nodes=("stem", "w/dequantize"),
    )
    assert (third.name, third.kind) == ("kernel, fused", "kgen")


def test_a_layer_without_constants_has_none():
    tensors = "[ { Datatype: Half } ]"
    line = f"Name: pool, LayerType: kgen, Inputs: {tensors}, Outputs: {tensors}"
    assert parse_layers(line) == (Layer("pool", "kgen", ("Half",), (), ("Half",), ()),)


def test_only_products_of_integers_count():
    assert float_layers(parse_layers(LOG), ("stem", "head", "gone")) == ("head", "gone")


@pytest.mark.parametrize("log", ["", "Severity.INFO nothing to see"])
def test_a_log_without_layers_has_none(log):
    assert parse_layers(log) == ()


def test_convolutions_and_dense_layers_of_a_file_are_named():
    content = network_file(residual_network(), "fp32", GPU)
    names = {node.name for node in onnx.load_from_string(content).graph.node}
    found = weighted_nodes(content)
    assert len(found) == 4
    assert set(found) <= names
