"""Constants without axes, on which TensorRT's parser breaks."""

import onnx
import pytest
from onnx import numpy_helper
from tensorrt_files import GPU

from compilers.hub import read
from compilers.tensorrt.network_file import network_file

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
def test_they_have_one(body, precision):
    assert _ranks(_file(body, CONSTANTS, precision)) == {1}


def test_integers_have_one_too():
    assert _ranks(_file(INTEGERS, GRIDS, "int8")) == {1}


@pytest.mark.parametrize("body", BODIES)
def test_tensorrt_reads_them(body):
    trt = pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is missing")
    log = trt.Logger(trt.Logger.ERROR)
    network = trt.Builder(log).create_network(0)
    assert trt.OnnxParser(network, log).parse(_file(body, CONSTANTS, "fp32"))
