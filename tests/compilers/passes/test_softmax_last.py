"""Softmax along any axis becomes one along the last, between transposes."""

import numpy as np
import pytest
from build_graph import build_graph

from compilers.passes.channels_last import channels_first, channels_last
from compilers.passes.softmax_last import softmax_last
from compilers.passes.verify import run_passes
from compilers.reference import run_graph
from zoo.graph import Node


@pytest.mark.parametrize(
    ("shape", "axis", "count"),
    [
        (("N", 3, 4, 5), 1, 1),
        (("N", 3, 4, 5), 2, 3),
        (("N", 3, 4, 5), 3, 3),
        (("N", 3, 4), 1, 3),
        (("N", 3), 1, 1),
    ],
)
def test_results_stay(shape, axis, count):
    graph = build_graph({"x": shape}, [Node("s", "softmax", ("x",), "y", {"axis": axis})], ["y"])
    laid = run_passes(graph, (channels_last, softmax_last))
    assert len(laid.nodes) == count
    (node,) = (node for node in laid.nodes if node.op == "softmax")
    assert (node.name, node.attributes["axis"]) == ("s", len(shape) - 1)
    feeds = {"x": np.random.default_rng(1).standard_normal((2, *shape[1:])).astype(np.float32)}
    back = channels_first(laid)
    np.testing.assert_allclose(run_graph(back, feeds)["y"], run_graph(graph, feeds)["y"], 1e-6)
