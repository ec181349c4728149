"""Drawings of networks."""

from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest
from build_graph import build_graph
from hypothesis import given
from hypothesis import strategies as st
from integer_graphs import IntegerForm, integer_graph
from networks import residual_network
from random_graphs import float_graphs

from zoo.drawing.graph import draw_graph
from zoo.graph import Graph, Node

SVG = "{http://www.w3.org/2000/svg}"
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1)


def boxes(graph):
    """Return the lines of each box, and its corners."""
    parsed = ElementTree.fromstring(draw_graph(graph)._repr_svg_())
    found = []
    for group in parsed.iter(f"{SVG}g"):
        if group.get("class") == "box":
            frame = group.find(f"{SVG}rect")
            x, y, width, height = (float(frame.get(k)) for k in ("x", "y", "width", "height"))
            lines = [line.text or "" for line in group.findall(f"{SVG}text")]
            found.append((lines, (x, y, x + width, y + height)))
    return found


@given(float_graphs())
def test_every_op_input_and_output_is_there_once_and_none_overlaps(graph):
    found = boxes(graph)
    nodes = found[len(graph.inputs) : len(graph.inputs) + len(graph.nodes)]
    assert [lines[0].split()[0] for lines, _ in nodes] == [node.op for node in graph.nodes]
    assert [lines[1] for lines, _ in nodes] == [node.name for node in graph.nodes]
    assert len(found) == len(graph.inputs) + len(graph.nodes) + len(graph.outputs)
    for (_, (a, b, c, d)), (_, (e, f, g, h)) in combinations(found, 2):
        assert c <= e or g <= a or d <= f or h <= b


@given(TEXTS, TEXTS)
def test_strange_names_are_text(name, op_name):
    node = Node(op_name, "conv", ("x", "w"), "y", {"note": name})
    plain = residual_network()
    tensors = {key: plain.tensors[key] for key in ("image", "stem", "stem.weight")}
    tensors = {
        new: tensors[old] for new, old in (("x", "image"), ("y", "stem"), ("w", "stem.weight"))
    }
    graph = Graph(name, ("x",), ("y",), tensors, (node,))
    assert len(boxes(graph)) == 3


def test_a_quantized_network_tells_types_and_scales():
    graph = integer_graph(residual_network(), IntegerForm(power_of_two=True))
    text = draw_graph(graph)._repr_svg_()
    (stem,) = (lines for lines, _ in boxes(graph) if lines[1:2] == ["stem_conv"])
    grid = graph.tensors["stem"].quantization
    assert stem == [
        "conv 3\xd73 ReLU",
        "stem_conv",
        "weights 4\xd73\xd73\xd73 int8",
        f"\u2192 N\xd74\xd76\xd76 {grid.dtype}",
        f"scale {grid.scale[0]:.4g}, zero {grid.zero_point[0]}",
    ]
    assert "11 ops, quantized" in text
    assert "conv 3\xd73 depthwise ReLU" in text


def test_the_drawing_is_told_in_words():
    drawing = draw_graph(residual_network())
    assert drawing.title == "test"
    assert drawing.summary.startswith("9 ops, float: 3 conv, ")


@pytest.mark.parametrize("letter", ["a", "\u6f22"])
def test_long_names_lose_their_middle_but_not_in_the_tooltip(letter):
    name = f"begin{letter * 80}end"
    graph = residual_network()
    nodes = (replace(graph.nodes[0], name=name), *graph.nodes[1:])
    text = draw_graph(replace(graph, nodes=nodes))._repr_svg_()
    lines, _ = boxes(replace(graph, nodes=nodes))[1]
    line = lines[1]
    assert line.startswith("begin")
    assert line.endswith("end")
    assert "\u2026" in line
    assert len(line) <= 40
    assert f"conv {name}" in text


def test_a_deep_network_is_drawn():
    relu = [
        Node(f"n{i}", "clip", (f"t{i}",), f"t{i + 1}", {"low": 0.0, "high": 6.0})
        for i in range(400)
    ]
    graph = build_graph({"t0": (1, 4)}, relu, ("t400",))
    assert len(boxes(graph)) == 402


def test_what_is_input_and_output_or_read_twice():
    node = Node("twice", "add", ("x", "x"), "y")
    graph = build_graph({"x": (1, 4)}, (node,), ("y", "x"))
    assert [lines[0] for lines, _ in boxes(graph)] == ["input x", "add", "output y", "output x"]
    constant = build_graph(
        {},
        (Node("sum", "add", ("a", "b"), "y"),),
        ("y",),
        {"a": np.ones(2, np.float32), "b": np.ones(2, np.float32)},
    )
    assert [lines[0] for lines, _ in boxes(constant)] == ["add", "output y"]
