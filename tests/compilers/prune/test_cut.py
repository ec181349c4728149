"""A smaller network computes what the whole one does if nothing reads the removed channels."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from networks import residual_network
from random_graphs import float_graphs, random_feeds

from compilers.prune.channels import Channels, find_channels, is_depthwise, makes_channels
from compilers.prune.choose import work_of
from compilers.prune.cut import cut
from compilers.reference import run_graph
from zoo.graph import Graph
from zoo.macs import count_macs


def unread(graph: Graph, channels: Channels, removed: frozenset[int]) -> Graph:
    """Return the whole Graph with weights of 0 for these channels."""
    changed = []
    for node in graph.nodes:
        if not makes_channels(graph, node) or is_depthwise(graph, node):
            continue
        weight, numbers = graph.tensors[node.inputs[1]], channels.of[node.inputs[0]]
        if len(numbers) == weight.shape[1]:
            data = np.array(weight.data)
            data[:, np.isin(numbers, list(removed))] = 0
            changed.append(replace(weight, data=data))
    return graph.replace(graph.nodes, changed)


@given(st.data(), float_graphs(), st.integers(0, 99))
def test_the_rest_computes_the_same(data, graph, seed):
    channels = find_channels(graph)
    removed = frozenset(
        number
        for group in channels.groups
        for number in data.draw(st.sets(st.sampled_from(group.channels)))
    )
    # Each group keeps one.
    removed -= {group.channels[0] for group in channels.groups}
    feeds = random_feeds(graph, seed)
    small = cut(graph, channels, removed)
    assert {n: small.tensors[n].shape for n in (*small.inputs, *small.outputs)} == {
        n: graph.tensors[n].shape for n in (*graph.inputs, *graph.outputs)
    }
    found, wanted = run_graph(small, feeds), run_graph(unread(graph, channels, removed), feeds)
    for name in graph.outputs:
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-4, atol=1e-4)
    assert work_of(graph, channels).macs(removed) == count_macs(small)


def test_what_is_added_and_what_a_depthwise_layer_reads_goes_together():
    graph = residual_network(channels=4)
    channels = find_channels(graph)
    assert [(group.nodes, len(group.channels)) for group in channels.groups] == [
        (("stem", "depthwise", "pointwise"), 4)
    ]
    small = cut(graph, channels, frozenset(channels.groups[0].channels[:1]))
    assert {name: small.tensors[name].shape for name in small.tensors if "." in name} == {
        "stem.weight": (3, 3, 3, 3),
        "stem.bias": (3,),
        "depthwise.weight": (3, 1, 3, 3),
        "pointwise.weight": (3, 3, 1, 1),
        "pointwise.bias": (3,),
        "fc.weight": (10, 6),
        "fc.bias": (10,),
    }
    assert small.tensors["flat"].shape[1:] == (6,)
