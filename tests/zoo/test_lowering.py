"""How lowerings are found, and how a node is refused."""

from dataclasses import replace

import pytest
from one_node import OneNode, activation

from zoo import registry
from zoo.build.targets import find_target
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
        match=r"^node 'n' \(softmax\): no lowering 'xmodel/softmax' is registered; end the network "
        r"before it and put the step 'softmax' into the contract's post, or register one with a "
        r"plugin's register_lowerings$",
    ):
        find_lowering("xmodel", view)


@pytest.mark.parametrize(
    ("board", "remedy"),
    [
        ("k210", "the contract's post, or build it with --runtime c"),
        ("k210:c", "the contract's post"),
    ],
)
def test_a_board_without_an_op_names_a_step_and_a_runtime_that_has_it(board, remedy):
    view = view_of(
        OneNode("softmax", (activation(("N", 4), GRID),), {"axis": 1}, GRID).graph, "softmax"
    )
    with pytest.raises(Refusal) as refused:
        find_lowering("kmodel", view, find_target(board))
    assert refused.value.why.endswith(" has no 'softmax'")
    assert (
        refused.value.remedy
        == f"end the network before it and put the step 'softmax' into {remedy}"
    )


def test_a_step_does_not_stand_for_an_op_in_the_middle():
    middle = OneNode("softmax", (activation(("N", 4)),), {"axis": 1}).graph
    (node,) = (node for node in middle.nodes if node.op == "softmax")
    behind = Node("behind", "tanh", (node.output,), "end")
    graph = replace(
        middle,
        nodes=(*middle.nodes, behind),
        tensors={**middle.tensors, "end": replace(middle.tensors[node.output], name="end")},
        outputs=("end",),
    )
    with pytest.raises(Refusal, match="k210 has no 'softmax'; use add or "):
        find_lowering("kmodel", NodeView(graph, node), find_target("k210"))
