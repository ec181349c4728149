"""Scheme dpu-pow2 in C: the same integers as the reference, for networks that a DPU runs."""

import pytest
from dpu_graphs import dpu_graphs
from generated_c import assert_exact
from hypothesis import assume, given, settings

pytestmark = pytest.mark.toolchain


@given(dpu_graphs())
@settings(max_examples=8, deadline=None)
def test_c_agrees_to_the_last_bit(graph):
    assume(graph.tensors[graph.inputs[0]].shape[0] != 3)  # a fixed batch is refused
    pools = [node for node in graph.nodes if node.op == "average_pool"]
    assert all("reciprocal" in pool.attributes for pool in pools)
    assert_exact(graph)
