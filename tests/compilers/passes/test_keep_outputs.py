"""Outputs that are dropped, with everything that only they need."""

import numpy as np
from build_graph import build_graph
from random_graphs import random_feeds

from compilers.passes.keep_outputs import keep_outputs
from compilers.reference import run_graph
from zoo.graph import Node

RANDOM = np.random.default_rng(0)
WEIGHTS = {f"w{size}": RANDOM.standard_normal((size, 4)).astype(np.float32) for size in (2, 3)}
GRAPH = build_graph(
    {"x": ("N", 4), "mask": ("N", 4)},
    [
        Node("sum", "add", ("x", "x"), "shared"),
        Node("masked", "add", ("shared", "mask"), "masked"),
        Node("points", "dense", ("shared", "w2"), "points"),
        Node("pose", "dense", ("masked", "w3"), "pose"),
    ],
    ["pose", "points"],
    WEIGHTS,
)


def test_what_only_others_need_goes():
    kept = keep_outputs(GRAPH, ["points"])
    assert (kept.inputs, kept.outputs) == (("x",), ("points",))
    assert [node.name for node in kept.nodes] == ["sum", "points"]
    assert set(kept.tensors) == {"x", "shared", "w2", "points"}
    feeds = random_feeds(GRAPH, seed=0)
    found = run_graph(kept, {"x": feeds["x"]})["points"]
    assert np.array_equal(found, run_graph(GRAPH, feeds)["points"])


def test_all_outputs_are_the_graph_itself():
    assert keep_outputs(GRAPH, ["points", "pose"]) == GRAPH
