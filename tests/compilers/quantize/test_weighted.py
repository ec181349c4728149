"""Weighted nodes get parameters of their own."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from networks import residual_network
from random_graphs import float_graphs, random_feeds

from compilers.quantize.weighted import own_parameters, weighted_nodes
from compilers.reference import run_graph


@given(float_graphs())
@settings(max_examples=25, deadline=None)
def test_the_function_stays(graph):
    feeds = random_feeds(graph, seed=0)
    before, after = run_graph(graph, feeds), run_graph(own_parameters(graph), feeds)
    for name in graph.outputs:
        np.testing.assert_array_equal(before[name], after[name])


def test_every_weighted_node_has_a_weight_and_a_bias_that_nothing_else_reads():
    graph = residual_network()
    # An exporter that stores equal constants once: two layers read one bias.
    shared = [
        replace(node, inputs=(*node.inputs[:2], "stem.bias")) if node.op == "conv" else node
        for node in graph.nodes
    ]
    owned = own_parameters(graph.replace(shared))
    found = list(weighted_nodes(owned))
    names = [tensor.name for w in found for tensor in (w.weight, w.bias)]
    assert [w.node.op for w in found] == ["conv", "conv", "conv", "dense"]
    assert len(set(names)) == len(names) == 8
    np.testing.assert_array_equal(found[2].bias.data, graph.tensors["stem.bias"].data)


def test_a_missing_bias_becomes_zeros():
    owned = own_parameters(residual_network())
    depthwise = next(w for w in weighted_nodes(owned) if w.node.name == "depthwise_conv")
    np.testing.assert_array_equal(depthwise.bias.data, np.zeros(4, np.float32))


def test_rows_follow_the_scales():
    stem = next(weighted_nodes(residual_network()))
    assert [rows.shape for rows in stem.rows(per_channel=True)] == [(4, 27), (4, 1)]
    assert [rows.shape for rows in stem.rows(per_channel=False)] == [(1, 108), (1, 4)]
