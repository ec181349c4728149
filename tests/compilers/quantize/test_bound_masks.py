"""Masks of any depth leave an integer softmax as precise as it is without them."""

import numpy as np
import pytest
from build_graph import build_graph
from quantization import quantized
from random_graphs import random_feeds

from compilers.reference import run_graph
from compilers.schemes import W8A8_ASYM, W8A8_SYM
from zoo.graph import Graph, Node

TOKENS = 6
CAUSAL = np.triu(np.ones((TOKENS, TOKENS)), 1) > 0
LOWEST = [-100.0, -1e9, float(np.finfo(np.float32).min), -np.inf]


def _masked(mask: np.ndarray, *, reshaped: bool = False) -> Graph:
    nodes = [
        Node("twice", "add", ("x", "x"), "scores"),
        Node("mask", "add", ("scores", "mask"), "masked"),
        Node("rows", "reshape", ("masked",), "rows", {"shape": (1, TOKENS, TOKENS)}),
        Node("softmax", "softmax", ("rows" if reshaped else "masked",), "y", {"axis": 2}),
    ]
    if reshaped:
        nodes[3] = nodes[3].with_attributes(axis=3)
    kept = nodes if reshaped else [nodes[0], nodes[1], nodes[3]]
    return build_graph({"x": ("N", TOKENS, TOKENS)}, kept, ["y"], {"mask": np.float32(mask)})


def _error(graph: Graph, scheme) -> float:
    integer = quantized(graph, scheme, calibrator="minmax")
    feeds = random_feeds(graph, 5, batch=8)
    return float(np.abs(run_graph(integer, feeds)["y"] - run_graph(graph, feeds)["y"]).max())


@pytest.mark.parametrize("scheme", [W8A8_ASYM, W8A8_SYM])
@pytest.mark.parametrize("lowest", LOWEST)
@pytest.mark.parametrize("reshaped", [False, True])
def test_probabilities_are_near_those_of_floats(lowest, scheme, reshaped):
    graph = _masked(np.where(CAUSAL, lowest, 0), reshaped=reshaped)
    assert _error(graph, scheme) < 0.08


def test_what_is_masked_has_no_weight():
    integer = quantized(_masked(np.where(CAUSAL, -np.inf, 0)), W8A8_ASYM)
    weights = run_graph(integer, random_feeds(integer, 5, batch=8))["y"]
    assert weights[:, CAUSAL].max() == 0


def test_one_step_of_the_sum_does_not_grow_with_the_mask():
    scales = {
        integer.tensors["masked"].quantization.scale
        for integer in (
            quantized(_masked(np.where(CAUSAL, lowest, 0)), W8A8_ASYM, calibrator="minmax")
            for lowest in LOWEST
        )
    }
    (scale,) = scales
    assert scale[0] < 0.2


def test_other_sums_keep_their_numbers():
    flat = np.where(np.arange(TOKENS) > 2, -3.0, 0)
    for mask in (flat, np.full((TOKENS, 1), -100.0)):
        graph = quantized(_masked(mask), W8A8_ASYM)
        assert "mask" in graph.tensors


def test_a_row_without_a_largest_number_is_kept():
    """All are equally masked there, so the row counts as if it had no mask."""
    mask = np.where(CAUSAL, -100.0, 0)
    mask[3] = -100.0
    graph = _masked(mask)
    assert _error(graph, W8A8_ASYM) < 0.4
    assert "mask" in quantized(graph, W8A8_ASYM).tensors
