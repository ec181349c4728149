"""Subnormal constants become zeros; all others stay."""

import numpy as np
from build_graph import build_graph

from compilers.passes.flush_subnormals import flush_subnormals
from zoo.graph import Graph, Node

NORMAL = np.array([[1e-37, -1e-37], [0.5, -0.0]], np.float32)


def _graph(weight: np.ndarray) -> Graph:
    nodes = (Node("fc", "dense", ("x", "w", "b"), "y"),)
    return build_graph({"x": ("N", 2)}, nodes, ("y",), {"w": weight, "b": np.ones(2, np.float32)})


def test_subnormal_constants_become_zeros():
    subnormal = np.array([[1e-39, -1e-45], [0.5, 0.0]], np.float32)
    zeros = np.array([[0, 0], [0.5, 0.0]], np.float32)
    assert flush_subnormals(_graph(subnormal)) == _graph(zeros)


def test_normal_constants_stay():
    assert flush_subnormals(_graph(NORMAL)) == _graph(NORMAL)
