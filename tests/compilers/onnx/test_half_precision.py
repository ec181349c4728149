"""Float16 models: valid ONNX, float32 outside, close to float32."""

import numpy as np
import onnx
from bump_op import registered_bump
from hypothesis import given, settings
from one_node import OneNode, activation
from onnx import TensorProto
from onnx_runtime import run_onnx
from random_graphs import float_graphs, random_feeds

from compilers.hub import HUB
from compilers.onnx.half_precision import to_float16
from compilers.reference import run_all
from zoo.graph import Graph, Node, Tensor


@given(float_graphs())
@settings(max_examples=40, deadline=None)
def test_computes_nearly_the_same(graph):
    content = to_float16(HUB.write(graph))
    onnx.checker.check_model(content, full_check=True)
    feeds = random_feeds(graph, seed=0)
    values, found = run_all(graph, feeds), run_onnx(content, feeds)
    largest = max(np.abs(value).max() for value in values.values())
    for name in graph.outputs:
        assert found[name].dtype == np.float32
        # Some dozen roundings by 2**-11 in a row.
        assert np.abs(found[name] - values[name]).max() <= 0.02 * largest


@given(float_graphs())
@settings(max_examples=20, deadline=None)
def test_all_constants_are_float16(graph):
    model = onnx.load_from_string(to_float16(HUB.write(graph)))
    assert TensorProto.FLOAT not in {tensor.data_type for tensor in model.graph.initializer}


def test_weights_beyond_its_range_saturate():
    weight = np.array([[1e6]], np.float32)
    tensors = {
        "x": Tensor("x", ("N", 1)),
        "w": Tensor("w", (1, 1), data=weight),
        "y": Tensor("y", ("N", 1)),
    }
    graph = Graph("net", ("x",), ("y",), tensors, (Node("fc", "dense", ("x", "w"), "y"),))
    model = onnx.load_from_string(to_float16(HUB.write(graph)))
    (stored,) = [onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer]
    assert stored.tolist() == [[65504]]


def test_functions_of_op_plugins_compute_in_float16():
    with registered_bump():
        case = OneNode("bump", (activation(("N", 64)),))
        content, (x,) = to_float16(HUB.write(case.graph)), case.random_values(seed=0)
        expected = case.run(x)
    onnx.checker.check_model(content, full_check=True)
    np.testing.assert_allclose(run_onnx(content, {"x": x})["y"], expected, atol=2**-9)
