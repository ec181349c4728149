"""Functions with a limited domain get no number outside of it, whatever the grid holds."""

import numpy as np
import pytest
from onnx_runtime import run_onnx
from quantization import NORMALIZE, contract_of, pixel_feeds

from compilers.hub.write import write
from compilers.quantize.ptq import QUANTIZER
from compilers.reference import run_graph
from compilers.schemes import W8A8_ASYM, W8A8_SYM
from zoo.graph import Graph, Node, Tensor
from zoo.plugs import QuantizeOptions

STEP = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}


def _quantized(op: str, scheme, **attributes: float) -> Graph:
    """y = f(2x + 3), calibrated with pictures for which 2x + 3 is positive."""
    weight = np.eye(3, dtype=np.float32).reshape(3, 3, 1, 1) * 2
    constants = {"w": weight, "b": np.full(3, 3, np.float32)}
    tensors = {name: Tensor(name, data.shape, data=data) for name, data in constants.items()}
    tensors |= {name: Tensor(name, ("N", 3, 16, 16), layout="NCHW") for name in ("x", "c", "y")}
    nodes = (
        Node("line", "conv", ("x", "w", "b"), "c", STEP),
        Node("f", op, ("c",), "y", attributes),
    )
    graph = Graph(op, ("x",), ("y",), tensors, nodes)
    options = QuantizeOptions(calibrator="minmax")
    contract = contract_of(graph, NORMALIZE)
    return QUANTIZER.quantize(graph, scheme, [pixel_feeds(graph, 8)], contract, options)


@pytest.mark.parametrize(
    ("op", "attributes"),
    [("sqrt", {}), ("log", {}), ("pow", {"exponent": 1.5}), ("pow", {"exponent": -0.5})],
)
def test_a_runtime_that_computes_with_reals_finds_the_same(op, attributes):
    integer = _quantized(op, W8A8_SYM, **attributes)
    below = {"x": np.full((1, 3, 16, 16), -1, np.float32)}
    below["x"][0, :, :8] = np.linspace(-4, 1, 16)
    wanted = run_graph(integer, below)["y"]
    found = run_onnx(write(integer), below)["y"]
    step = integer.tensors[integer.nodes[-2].output].quantization.scale[0]
    assert np.abs(found - wanted).max() <= 1.01 * step


@pytest.mark.parametrize(
    ("op", "attributes", "scheme", "expected"),
    [
        ("sqrt", {}, W8A8_SYM, 1),
        ("sqrt", {}, W8A8_ASYM, 0),
        ("exp", {}, W8A8_SYM, 0),
        ("pow", {"exponent": 2.0}, W8A8_SYM, 0),
    ],
)
def test_a_clip_stands_where_the_grid_exceeds_the_domain(op, attributes, scheme, expected):
    ops = [node.op for node in _quantized(op, scheme, **attributes).nodes]
    assert ops.count("clip") == expected
