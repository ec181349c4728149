"""Slopes of leaky rectifiers on a chip that has one."""

import numpy as np
import pytest
from build_graph import build_graph
from quantization import quantized

from compilers.op_parts.arguments import real
from compilers.quantize.slopes import choose_slopes
from compilers.schemes import DPU_POW2, W8A8_SYM
from zoo.graph import Graph, Node


def _leaky(alpha: float) -> Graph:
    node = Node("n", "leaky_relu", ("x",), "y", {"alpha": alpha})
    return build_graph({"x": ("N", 3, 4, 4)}, [node], ("y",))


@pytest.mark.parametrize(
    ("alpha", "chosen"), [(0.1, 26 / 256), (26 / 256, 26 / 256), (0.103, 26 / 256), (0.2, 0.2)]
)
def test_what_is_nearest_to_the_chips_becomes_it(alpha, chosen):
    (node,) = choose_slopes(_leaky(alpha), DPU_POW2).nodes
    assert real(node, "alpha") == chosen


def test_other_schemes_have_any_slope():
    graph = _leaky(0.1)
    assert choose_slopes(graph, W8A8_SYM) is graph


def test_integers_are_those_of_the_chips_slope():
    found, wanted = (quantized(_leaky(alpha), DPU_POW2) for alpha in (0.1, 26 / 256))
    tables = [node.integer["table"] for graph in (found, wanted) for node in graph.nodes[1:2]]
    np.testing.assert_array_equal(*tables)
