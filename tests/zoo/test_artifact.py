"""How far another runtime may be from the integer reference, and the memory of networks."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from zoo.artifact import Memory, float_requantization, graph_memory, memory_text
from zoo.graph import Graph, Node, Quantization, Tensor


def _chain(roundings: int) -> Graph:
    """Return a graph of that many integer nodes in a row, with an unrounded move behind them."""
    names = [f"t{index}" for index in range(roundings + 2)]
    nodes = [
        Node(new, "clip", (old,), new, integer={"multiplier": (1,)})
        for old, new in pairwise(names[:-1])
    ]
    move = Node("move", "reshape", (names[-2],), names[-1])
    tensors = {name: Tensor(name, ("N", 1)) for name in names}
    return Graph("chain", (names[0],), (names[-1],), tensors, (*nodes, move))


@pytest.mark.parametrize(("roundings", "bound"), [(0, 3), (1, 3), (60, 3), (61, 6), (121, 9)])
def test_bound_grows_with_the_roundings_in_a_row(roundings, bound):
    exactness = float_requantization(_chain(roundings))
    assert (exactness.bound, exactness.unit) == (bound, "lsb")
    assert f"each of {roundings} roundings" in exactness.why


def test_bound_grows_with_the_bits_of_an_output_behind_coarser_values():
    def bound(*bits):
        graph = _chain(1)
        grids = zip(graph.tensors.values(), (None, *bits), strict=True)
        grids = ((t, width and Quantization((1.0,), (0,), width)) for t, width in grids)
        tensors = [replace(tensor, quantization=grid) for tensor, grid in grids]
        return float_requantization(graph.replace(graph.nodes, tensors))

    assert bound(8, 8).bound == bound(16, 16).bound == bound(16, 8).bound == 3
    assert bound(8, 16).bound == 3 * 256
    assert "up to 256 steps of the output's finer ones" in bound(8, 16).why


def test_memory_in_words():
    alone, other = Memory(1000, 20), Memory(3000, 5)
    assert memory_text({"a": alone}) == "1,000 bytes for activations; 20 bytes for constants"
    both = {"a": alone, "b": other}
    assert memory_text(both) == "4,000 bytes for activations; 25 bytes for constants"
    shared = {name: replace(memory, is_shared=True) for name, memory in both.items()}
    assert memory_text(shared) == (
        "3,000 bytes for activations, the larger of 1,000 and 3,000, because the networks run one "
        "after the other; 25 bytes for constants"
    )
    allocated = {name: replace(memory, is_planned=False) for name, memory in both.items()}
    assert memory_text(allocated) == (
        "a 20 bytes for weights and up to 1,000 for activations at a time; b 5 bytes for weights "
        "and up to 3,000 for activations at a time. What the runtime takes besides is not counted"
    )


def test_memory_of_a_graph():
    # x -> a -> b, and x + b: x stays until the end, a only until b is there.
    shapes = {"x": ("N", 3), "a": ("N", 10), "b": ("N", 3), "y": ("N", 3)}
    tensors = {name: Tensor(name, shape) for name, shape in shapes.items()}
    tensors["w"] = Tensor("w", (10, 3), data=np.zeros((10, 3), np.float32))
    tensors["i"] = Tensor("i", (5,), dtype="int4", data=np.zeros(5, np.int8))
    nodes = (
        Node("a", "linear", ("x", "w"), "a"),
        Node("b", "linear", ("a", "i"), "b"),
        Node("y", "add", ("x", "b"), "y"),
    )
    graph = Graph("g", ("x",), ("y",), tensors, nodes)
    assert graph_memory(graph) == Memory(4 * (3 + 10 + 3), 4 * 30 + 3, is_planned=False)
    assert graph_memory(graph, weight_bits=16).weights_bytes == 2 * 30 + 3
