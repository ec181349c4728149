"""How lowerings are found, and how a node is refused."""

import pytest
from one_node import OneNode, activation

from zoo import registry
from zoo.capability import Capability
from zoo.errors import UnsupportedOpError
from zoo.graph import Graph, Node, Quantization
from zoo.lowering import NodeView, Refusal, find_lowering, lowered_ops
from zoo.registry import resolve

GRID = Quantization((0.05,), (3,))


def view_of(graph: Graph, op: str) -> NodeView:
    return NodeView(graph, next(node for node in graph.nodes if node.op == op))


def tanh(stored: Quantization | None = None) -> NodeView:
    return view_of(OneNode("tanh", (activation(("N", 4), stored),), {}, stored).graph, "tanh")


def test_a_view_has_the_tensors_of_its_node():
    view = tanh(GRID)
    assert ([tensor.name for tensor in view.inputs], view.output.name) == (["x"], "y")
    assert view.producer.op == "quantize"
    assert view.input_grid == view.output_grid == GRID
    assert len(view.fixed("table")) == 256


def test_a_refusal_says_the_same_as_the_capability():
    with pytest.raises(Refusal) as caught:
        tanh().refuse("it is steep", "use another", runs_on="CPU")
    assert isinstance(caught.value, UnsupportedOpError)
    assert str(caught.value) == "node 'alone' (tanh): it is steep; use another"
    wanted = Capability("alone", "tanh", "CPU", "it is steep", "use another")
    assert caught.value.capability == wanted


def test_reals_have_no_grid():
    with pytest.raises(Refusal, match=r"^node 'alone' \(tanh\): 'x' is float; quantize the whole"):
        _ = tanh().input_grid


def test_every_lowering_is_a_function():
    for descriptor in registry.descriptors("lowering"):
        assert callable(resolve(descriptor.target)), descriptor.name


def test_an_op_takes_its_own_lowering_or_that_of_its_family():
    view = tanh(GRID)
    assert find_lowering("tflite", view) is registry.load("lowering", "tflite/tanh")
    assert "tanh" not in lowered_ops("c")
    assert find_lowering("c", view) is registry.load("lowering", "c/table")


def test_what_could_be_registered_is_named():
    graph = OneNode("softmax", (activation(("N", 4)),), {"axis": 1}).graph
    view = NodeView(graph, Node("n", "softmax", ("x",), "y"))
    with pytest.raises(
        Refusal,
        match=r"^node 'n' \(softmax\): no lowering 'xmodel/softmax' is registered; use .*, or "
        r"register one with a plugin's register_lowerings$",
    ):
        find_lowering("xmodel", view)
