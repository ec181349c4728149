"""Networks of operators that are read as others: quantized, and computed by each back end."""

import numpy as np
import pytest
from generated_c import assert_exact
from onnx import TensorProto, helper, numpy_helper
from onnx.shape_inference import infer_shapes
from quantization import quantized, samples
from tflite_files import op_differences

from compilers.hub import read
from compilers.passes.open_batch import open_batch
from compilers.reference import run_graph
from compilers.schemes import W8A8_ASYM
from zoo.graph import Graph

RANDOM = np.random.default_rng(0)
SAME = {"pads": [1, 1, 1, 1]}


def _reals(*shape):
    return RANDOM.normal(size=shape).astype(np.float32)


def _node(op_type, inputs, output, **attributes):
    return helper.make_node(op_type, inputs.split(), [output], output, **attributes)


CHANNELS = np.array([1], np.int64)
FIRST = _node("Conv", "x w", "a", **SAME)
NETWORKS = {
    "tokens": (
        (1, 6, 8),
        [
            _node("MatMul", "x w", "a"),
            _node("Add", "a b", "moved"),
            _node("LayerNormalization", "moved s b", "l"),
            _node("Gelu", "l", "g"),
            _node("MatMul", "g v", "y"),
        ],
        {"w": _reals(8, 16), "b": _reals(16), "s": np.ones(16, "f"), "v": _reals(16, 4)},
    ),
    "instances and responses": (
        (1, 3, 8, 8),
        [
            FIRST,
            _node("InstanceNormalization", "a s b", "i"),
            _node("LRN", "i", "y", size=5, alpha=0.1),
        ],
        {"w": _reals(6, 3, 3, 3), "s": np.ones(6, "f"), "b": _reals(6)},
    ),
    "attention over channels": (
        (1, 3, 8, 8),
        [
            FIRST,
            _node("ReduceMean", "a axes", "mean"),
            _node("ReduceMax", "a axes", "most"),
            _node("Concat", "mean most", "c", axis=1),
            _node("Conv", "c v", "d", **SAME),
            _node("Sigmoid", "d", "e"),
            _node("Mul", "a e", "y"),
        ],
        {"w": _reals(6, 3, 3, 3), "v": _reals(1, 2, 3, 3), "axes": CHANNELS},
    ),
    "up again": (
        (1, 3, 8, 8),
        [
            _node("Pad", "x borders", "p", mode="reflect"),
            _node("Conv", "p w", "a", strides=[2, 2]),
            _node("ConvTranspose", "a v b", "t", strides=[2, 2], **SAME),
            _node("Relu", "t", "y"),
        ],
        {
            "borders": np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64),
            "w": _reals(6, 3, 3, 3),
            "v": _reals(6, 4, 4, 4),
            "b": _reals(4),
        },
    ),
    "unit vectors of a signal": (
        (1, 4, 20),
        [
            _node("Conv", "x w", "a", pads=[1, 1]),
            _node("MaxPool", "a", "p", kernel_shape=[2], strides=[2]),
            _node("GlobalAveragePool", "p", "g"),
            _node("Flatten", "g", "f"),
            _node("ReduceL2", "f axes", "norm"),
            _node("Expand", "norm sizes", "e"),
            _node("Div", "f e", "y"),
        ],
        {"w": _reals(8, 4, 3), "axes": CHANNELS, "sizes": np.array([1, 8], np.int64)},
    ),
}


def _float(name: str) -> Graph:
    shape, nodes, constants = NETWORKS[name]
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    opsets = [helper.make_opsetid("", 20)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    content = infer_shapes(model, data_prop=True).SerializeToString()
    return open_batch(read(content, "net.onnx"))


@pytest.mark.parametrize("name", NETWORKS)
def test_integers_are_near_the_reals(name):
    graph = _float(name)
    feeds = next(iter(samples(graph)))  # of the calibration, so that little saturates
    wanted, found = (run_graph(each, feeds)["y"] for each in (graph, quantized(graph, W8A8_ASYM)))
    assert np.abs(found - wanted).mean() < wanted.std() / 20


@pytest.mark.toolchain
@pytest.mark.parametrize("name", NETWORKS)
def test_c_is_exact(name):
    assert_exact(quantized(_float(name), W8A8_ASYM))


@pytest.mark.parametrize("name", NETWORKS)
def test_each_op_in_tflite_is_within_its_bound(name):
    for found in op_differences(quantized(_float(name), W8A8_ASYM)):
        assert found.steps.max() <= found.allowed, found.node
