"""A network cut in two, and joined again."""

from dataclasses import replace

import numpy as np
from build_graph import build_graph
from quantization import samples

from compilers.reference import run_graph
from zoo.graph import Graph, Node
from zoo.graph_parts import FLOAT_TAIL, front_and_tail, joined, tail_begin

RELU = {"low": 0.0, "high": float("inf")}


def _network() -> Graph:
    """Return x -> a -> b -> y, and z of a and b."""
    nodes = (
        Node("a", "clip", ("x",), "a", RELU),
        Node("b", "sigmoid", ("a",), "b"),
        Node("z", "add", ("a", "b"), "z"),
        Node("y", "tanh", ("b",), "y"),
    )
    return build_graph({"x": ("N", 6)}, nodes, ("y", "z"))


def test_the_tail_reads_what_the_front_gives():
    front, tail = front_and_tail(_network(), ("a", "b"))
    assert [node.name for node in front.nodes] == ["a", "b"]
    assert (front.inputs, front.outputs) == (("x",), ("a", "b"))
    assert [node.name for node in tail.nodes] == ["z", "y"]
    assert (tail.inputs, tail.outputs) == (("a", "b"), ("y", "z"))


def test_both_parts_compute_the_whole():
    graph = _network()
    (feeds,) = samples(graph, count=1)
    front, tail = front_and_tail(graph, ("a",))
    ends = run_graph(front, feeds)
    wanted = run_graph(graph, feeds)
    for name, found in run_graph(tail, ends).items():
        np.testing.assert_array_equal(found, wanted[name])


def test_a_joined_network_knows_where_its_tail_begins():
    graph = _network()
    whole = joined(*front_and_tail(graph, ("a",)), graph.outputs)
    assert whole.nodes == graph.nodes
    assert whole.outputs == graph.outputs
    assert tail_begin(whole) == ("a",)
    assert tail_begin(graph) == graph.outputs


def test_a_constant_of_both_parts_stays_float_in_the_tail():
    """As identical weights do, which exporters store once."""
    graph = build_graph(
        {"x": ("N", 4)},
        (Node("a", "dense", ("x", "w"), "a"), Node("b", "dense", ("a", "w"), "b")),
        ("b",),
        {"w": np.eye(4, dtype=np.float32)},
    )
    front, tail = front_and_tail(graph, ("a",))
    quantized = replace(front.tensors["w"], data=np.eye(4, dtype=np.int8), dtype="int8")
    whole = joined(front.replace(front.nodes, [quantized]), tail, graph.outputs)
    assert whole.tensors["w"].dtype == "int8"
    assert whole.nodes[1].inputs == ("a", "w.tail")
    assert whole.tensors["w.tail"].dtype == "float32"


def test_a_network_without_a_tail_has_none():
    graph = _network()
    front, tail = front_and_tail(graph, graph.outputs)
    assert tail.nodes == ()
    assert FLOAT_TAIL not in joined(front, tail, graph.outputs).metadata
