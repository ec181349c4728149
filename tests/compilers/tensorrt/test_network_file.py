"""The form of integers that TensorRT fuses, and of constants, without which its parser breaks."""

from dataclasses import replace
from math import inf

import numpy as np
import onnx
import pytest
from networks import residual_network
from one_node import OneNode, activation
from onnx import numpy_helper
from quantization import quantized
from tensorrt_files import GPU

from compilers.hub import read
from compilers.schemes import DPU_POW2, W4A8_ASYM, W8A8_ASYM, W8A8_SYM
from compilers.tensorrt.network_file import network_file, require_symmetric, symmetric_form
from zoo.errors import RefusedError
from zoo.graph import Quantization, Tensor

GRAPH = quantized(residual_network(), W8A8_SYM)
S8 = Quantization((0.05,), (0,))

BODIES = (
    "y = Add (x, a)",
    "y = Sub (one, x)",
    "y = Div (x, three)",
    "t = Tanh (x) \n y = Mul (t, two)",
    "y = PRelu (x, a)",
)
CONSTANTS = "float a = {1.5}, float one = {1.0}, float two = {2.0}, float three = {3.0}"
GRIDS = "float s = {0.5}, int8 z = {0}, int8 q2 = {3}"
INTEGERS = """
    q = QuantizeLinear (x, s, z)
    d = DequantizeLinear (q, s, z)
    c = DequantizeLinear (q2, s, z)
    sum = Add (d, c)
    r = QuantizeLinear (sum, s, z)
    y = DequantizeLinear (r, s, z)
"""


def _model(graph):
    return onnx.load_from_string(network_file(graph, "int8", GPU)).graph


def _constants(graph):
    return {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in _model(graph).initializer}


def test_every_zero_point_is_0_and_signed():
    zeros = [a for name, a in _constants(GRAPH).items() if name.endswith(".zero_point")]
    assert zeros
    assert all(zero.dtype == np.int8 and not zero.any() for zero in zeros)


def test_biases_are_reals():
    constants = _constants(GRAPH)
    tensor = GRAPH.tensors["stem.bias"]
    reals = np.float32(tensor.data) * np.float32(tensor.quantization.scale)
    np.testing.assert_array_equal(constants["stem.bias"], reals)
    assert not any(values.dtype == np.int32 for values in constants.values())


def test_weights_are_integers_by_channel_and_feed_their_dequantize_directly():
    model, constants = _model(GRAPH), _constants(GRAPH)
    readers = {node.input[0]: node for node in model.node if node.op_type == "DequantizeLinear"}
    for name in ("stem.weight", "depthwise.weight", "pointwise.weight", "fc.weight"):
        assert constants[name].dtype == np.int8
        assert len(constants[readers[name].input[1]]) == len(constants[name])


def test_both_sides_of_an_addition_are_quantized():
    model = _model(GRAPH)
    made_by = {node.output[0]: node.op_type for node in model.node}
    (add,) = (node for node in model.node if node.op_type == "Add")
    assert [made_by[name] for name in add.input] == ["DequantizeLinear"] * 2


def test_a_relu_stands_between_a_convolution_and_its_quantize():
    nodes = [node.op_type for node in _model(GRAPH).node]
    first = nodes.index("Conv")
    assert nodes[first : first + 3] == ["Conv", "Relu", "QuantizeLinear"]


@pytest.mark.parametrize(("high", "left"), [(6.4, inf), (7.0, inf), (6.3, 6.3)])
def test_a_bound_beyond_the_integers_goes(high, left):
    pair = (activation(("N", 2), S8, "a"), activation(("N", 2), S8, "b"))
    graph = OneNode("add", pair, {"clamp": (0.0, high)}, S8).graph
    (node,) = (node for node in symmetric_form(graph).nodes if node.op == "add")
    assert node.attributes["clamp"] == (0.0, left)


def test_factors_by_channel_are_reals_too():
    factors = Quantization((0.1, 0.2), (0, 0), axis=0)
    constant = Tensor("factors", (2, 1, 1), "int8", "", factors, np.int8([[[3]], [[5]]]))
    graph = OneNode("mul", (activation(("N", 2, 4, 4), S8), constant), {}, S8).graph
    reals = symmetric_form(graph).tensors["factors"]
    assert (reals.dtype, reals.quantization) == ("float32", None)
    np.testing.assert_allclose(reals.data.ravel(), [0.3, 1.0], rtol=1e-6)


def test_symmetric_integers_are_taken():
    require_symmetric(GRAPH, "gpu")


@pytest.mark.parametrize(
    ("scheme", "found"),
    [
        (W8A8_ASYM, r"(is uint8|has the zero point \d+)"),
        (W4A8_ASYM, r"(is uint8|has the zero point \d+)"),
        (DPU_POW2, "is rounded half_up"),
        (replace(W8A8_SYM, activation_bits=16), "is int16"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_other_integers_are_refused(scheme, found):
    with pytest.raises(
        RefusedError,
        match=rf"^gpu: tensor '[\w.]+' {found}; TensorRT has 8-bit signed integers with zero point "
        "0 that round half to even: quantize with w8a8-sym$",
    ):
        require_symmetric(quantized(residual_network(), scheme), "gpu")


def _file(body: str, constants: str, precision: str) -> bytes:
    text = f"float[N,4] x) => (float[N,4] y) <{constants}> {{ {body} }}"
    model = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17]> net ({text}')
    return network_file(read(model.SerializeToString(), "net.onnx"), precision, GPU)


def _ranks(content: bytes) -> set[int]:
    """Return the ranks of the constants that operators on reals read."""
    model = onnx.load_from_string(content)
    made = {name: node.input[0] for node in model.graph.node for name in node.output}
    plain = {t.name: numpy_helper.to_array(t).ndim for t in model.graph.initializer}
    readers = (n for n in model.graph.node if n.op_type in ("Add", "Sub", "Mul", "PRelu"))
    names = (made.get(name, name) for node in readers for name in node.input)
    return {plain[name] for name in names if name in plain}


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
@pytest.mark.parametrize("body", BODIES)
def test_constants_without_axes_get_one(body, precision):
    assert _ranks(_file(body, CONSTANTS, precision)) == {1}


def test_integer_constants_get_one_too():
    assert _ranks(_file(INTEGERS, GRIDS, "int8")) == {1}


@pytest.mark.parametrize("body", BODIES)
def test_tensorrt_reads_constants(body):
    trt = pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is missing")
    log = trt.Logger(trt.Logger.ERROR)
    network = trt.Builder(log).create_network(0)
    assert trt.OnnxParser(network, log).parse(_file(body, CONSTANTS, "fp32"))
