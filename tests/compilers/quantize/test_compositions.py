"""Ops as the DPU computes them: the same reals."""

import numpy as np
import pytest
from composed_cases import CASES, IMAGE, one, two
from quantization import samples

from compilers.quantize.compositions import compose
from compilers.reference import run_graph
from compilers.schemes import DPU_POW2, W8A8_SYM


@pytest.mark.parametrize("case", CASES)
def test_a_composition_computes_the_same(case):
    graph, ops = CASES[case]
    composed = compose(graph, DPU_POW2)
    assert [node.op for node in composed.nodes] == ops
    assert composed.nodes[-1].name == "n"
    feeds = next(samples(graph))
    found, wanted = (run_graph(each, feeds)["y"] for each in (composed, graph))
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_schemes_that_compose_nothing_keep_the_graph(case):
    graph = CASES[case][0]
    assert compose(graph, W8A8_SYM) is graph


@pytest.mark.parametrize(
    "graph",
    [one("mul", IMAGE), one("add", (6, 1)), two("mul", IMAGE, (4, 6, 1)), two("sub", (4,), (4,))],
)
def test_what_cannot_be_composed_is_kept(graph):
    assert compose(graph, DPU_POW2).nodes[-1].op in ("mul", "add", "sub")
    assert len(compose(graph, DPU_POW2).nodes) == 1
