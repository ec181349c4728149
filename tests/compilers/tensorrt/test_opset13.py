"""Opset 13: what differs from the hub's, and that nothing else is in the file."""

import numpy as np
import onnx
import pytest
from every_op import every_case
from generated_c import side_by_side
from one_node import OneNode, activation
from tensorrt_files import GPU, differences, symmetric, to_tensorrt

from compilers.tensorrt.capabilities import operators_of
from compilers.tensorrt.network_file import network_file
from compilers.tensorrt.opset13 import OPSET, operators

IMAGE = activation((3, 4, 6, 5))


def _nodes(graph, precision="fp32"):
    model = onnx.load_from_string(network_file(graph, precision, GPU))
    constants = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
    return model, {node.op_type: node for node in model.graph.node}, constants


def test_the_file_is_of_opset_13_and_well_formed():
    graph = symmetric(side_by_side(every_case("half even")))
    model, nodes, _ = _nodes(graph, "int8")
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", OPSET)]
    assert model.ir_version == 7
    onnx.checker.check_model(model, full_check=True)
    assert nodes.keys() <= operators_of("8.2")


@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_resize_has_all_four_sizes(mode):
    attributes = {"size_hw": (9, 3), "mode": mode, "nearest_mode": "floor"}
    attributes["coordinate_transformation_mode"] = "asymmetric"
    graph = OneNode("resize", (IMAGE,), attributes).graph
    _, nodes, constants = _nodes(graph)
    assert constants[nodes["Resize"].input[3]].tolist() == [3, 4, 9, 3]
    assert "axes" not in {attribute.name for attribute in nodes["Resize"].attribute}
    assert max(differences(graph).values()) < 1e-6


def test_axes_of_a_mean_are_an_attribute():
    window = {"kernel": (6, 5), "strides": (1, 1), "pads": (0, 0, 0, 0)}
    attributes = {**window, "count_include_pad": 0, "keep_axes": 0}
    graph = OneNode("average_pool", (IMAGE,), attributes).graph
    _, nodes, constants = _nodes(graph)
    axes = next(a for a in nodes["ReduceMean"].attribute if a.name == "axes")
    assert (list(axes.ints), len(nodes["ReduceMean"].input)) == ([2, 3], 1)
    assert not constants
    assert max(differences(graph).values()) < 1e-6


def test_hard_swish_is_spelled_out():
    graph = OneNode("hardswish", (IMAGE,)).graph
    _, nodes, _ = _nodes(graph)
    assert tuple(nodes) == operators("HardSwish") == ("HardSigmoid", "Mul")
    assert max(differences(graph).values()) < 1e-6


def test_a_name_that_is_taken_is_left_alone():
    first = OneNode("hardswish", (activation((1, 2), name="y.gate"),)).graph
    assert max(differences(first).values()) < 1e-6


def test_half_precision_is_of_the_file_where_types_decide():
    graph = OneNode("clip", (IMAGE,), {"low": 0.0, "high": 6.0}).graph
    _, _, constants = _nodes(graph, "fp16")
    assert {values.dtype for values in constants.values()} == {np.dtype(np.float16)}


def test_the_same_graph_gives_the_same_bytes():
    graph = symmetric(side_by_side(every_case("half even")))
    assert to_tensorrt(graph).files["model.onnx"] == to_tensorrt(graph).files["model.onnx"]


@pytest.mark.parametrize(
    ("op", "attributes", "wanted"),
    [
        ("mish", {}, {"Softplus", "Tanh", "Mul"}),
        ("reciprocal", {}, {"Div"}),
        ("gelu", {"approximate": "none"}, {"Mul", "Erf", "Add"}),
        ("gelu", {"approximate": "tanh"}, {"Mul", "Tanh", "Add"}),
    ],
)
def test_functions_that_came_later_are_spelled_out(op, attributes, wanted):
    graph = OneNode(op, (activation((1, 40)),), attributes).graph
    _, nodes, _ = _nodes(graph)
    assert nodes.keys() == wanted
    assert max(differences(graph).values()) < 1e-6
