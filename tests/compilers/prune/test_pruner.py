"""A pruned network has the same border, the work that was asked for, and learns what was lost."""

import json
from dataclasses import replace

import numpy as np
import pytest
from networks import residual_network
from quantization import pixel_feeds, quantized

from compilers.hub import HUB
from compilers.prune.channels import find_channels
from compilers.prune.cut import cut
from compilers.prune.pruner import PRUNER, RECORD
from compilers.reference import run_graph
from compilers.schemes import W8A8_ASYM
from zoo import registry
from zoo.errors import QuantizeError, UsageError
from zoo.graph import Graph
from zoo.macs import count_macs
from zoo.plugs import PruneOptions
from zoo.proof.loss import relative_loss
from zoo.training import MIXED

pytest.importorskip("torch", reason="pruning needs PyTorch")

from compilers.prune.importance import CRITERIA, measure

GRAPH = residual_network(channels=16)
SAMPLES = [pixel_feeds(GRAPH, 64, seed) for seed in range(2)]
OPTIONS = PruneOptions(0.5, multiple=2, steps=2, epochs=0)


def pruned_by(options: PruneOptions, graph: Graph = GRAPH) -> Graph:
    """Return the network after the last step."""
    *_, last = PRUNER.prune(graph, SAMPLES, options)
    return last


def loss(pruned: Graph) -> float:
    wanted, found = (run_graph(graph, SAMPLES[0])["landmarks"] for graph in (GRAPH, pruned))
    return relative_loss(wanted, found)


def with_channel(graph: Graph, index: int, scale: float) -> Graph:
    """Return the graph with one of its tied channels scaled where it is made."""
    changed = []
    for node in graph.nodes:
        for name in node.inputs[1:]:
            tensor = graph.tensors[name]
            if tensor.data is not None and node.output in ("stem", "depthwise", "pointwise"):
                data = np.array(tensor.data)
                data[index] *= scale
                changed.append(replace(tensor, data=data))
    return graph.replace(graph.nodes, changed)


def test_is_registered():
    assert registry.load("pruner", "channels") is PRUNER
    assert set(PRUNER.criteria) == set(CRITERIA)


@pytest.mark.parametrize("criterion", PRUNER.criteria)
def test_a_channel_that_is_always_0_matters_least(criterion):
    graph = with_channel(GRAPH, 5, 0.0)
    channels = find_channels(graph)
    (group,) = channels.groups
    importance = measure(criterion, graph, channels, SAMPLES, 0)
    assert importance[group.channels[5]] == 0
    assert np.delete(importance[list(group.channels)], 5).min() > 0
    pruned = pruned_by(replace(OPTIONS, criterion=criterion, share=0.9), graph)
    (left,) = find_channels(pruned).groups
    assert len(left.channels) == 14


@pytest.mark.parametrize("criterion", PRUNER.criteria)
def test_channels_rank_like_the_loss_without_them(criterion):
    channels = find_channels(GRAPH)
    (group,) = channels.groups
    losses = [loss(cut(GRAPH, channels, {channel})) for channel in group.channels]
    importance = measure(criterion, GRAPH, channels, SAMPLES, 0)[list(group.channels)]
    ranks = [np.argsort(np.argsort(values)) for values in (losses, importance)]
    assert np.corrcoef(*ranks)[0, 1] > 0.5


def test_the_border_stays_and_the_work_is_what_was_asked_for():
    pruned = pruned_by(OPTIONS)
    assert (pruned.inputs, pruned.outputs) == (GRAPH.inputs, GRAPH.outputs)
    assert pruned.tensors["landmarks"].shape == GRAPH.tensors["landmarks"].shape
    assert count_macs(pruned) <= count_macs(GRAPH) / 2
    record = json.loads(pruned.metadata[RECORD])
    assert record["macs"][0] == count_macs(GRAPH)
    assert record["macs"][-1] == count_macs(pruned)
    content = HUB.write(pruned)
    assert HUB.read(content, "pruned.onnx") == pruned
    assert HUB.write(pruned_by(OPTIONS)) == content


def test_training_wins_back_what_pruning_loses():
    trained = pruned_by(replace(OPTIONS, epochs=20))
    assert count_macs(trained) <= count_macs(GRAPH) / 2
    assert loss(trained) < 0.7 * loss(pruned_by(OPTIONS))


def test_each_step_is_a_network_that_tells_how_it_was_made():
    first, last = PRUNER.prune(GRAPH, SAMPLES, replace(OPTIONS, epochs=1, last_epochs=2))
    records = [json.loads(graph.metadata[RECORD]) for graph in (first, last)]
    assert [record["epochs"] for record in records] == [[1], [1, 2]]
    assert [record["macs"][-1] for record in records] == [count_macs(first), count_macs(last)]
    assert count_macs(GRAPH) > count_macs(first) > count_macs(last)


def test_a_training_in_bfloat16_learns_and_leaves_float32_weights():
    mixed = pruned_by(replace(OPTIONS, epochs=20, precision=MIXED))
    assert loss(mixed) < 0.7 * loss(pruned_by(OPTIONS))
    assert mixed != pruned_by(replace(OPTIONS, epochs=20))
    dtypes = {tensor.dtype for tensor in mixed.tensors.values()}
    assert dtypes == {tensor.dtype for tensor in GRAPH.tensors.values()}


def test_a_given_training_is_used_after_each_step():
    called = []

    def fit(module, float_module, epochs):
        called.append((count_macs(module.float_graph()), float_module.graph.name, epochs))

    options = replace(OPTIONS, epochs=3, last_epochs=5, fit=fit)
    record = json.loads(pruned_by(options).metadata[RECORD])
    macs = record["macs"]
    assert called == [(macs[1], GRAPH.name, 3), (macs[2], GRAPH.name, 5)]
    assert record["epochs"] == [3, 5]


def test_each_group_is_thinned_alone():
    found = list(PRUNER.thinned(GRAPH, SAMPLES, OPTIONS, (0.75, 0.5, 0.25)))
    assert [one.channels for one in found] == [(16, 12), (16, 8), (16, 4)]
    assert {one.layers for one in found} == {("stem_conv", "depthwise_conv", "pointwise_conv")}
    losses = [loss(one.graph) for one in found]
    assert losses == sorted(losses)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"share": 1.0}, r"a share of 1 of the multiply-accumulates cannot stay; give one above 0"),
        ({"share": -0.5}, r"a share of -0\.5 "),
        ({"criterion": "tailor"}, r"unknown criterion 'tailor'; did you mean taylor"),
        ({"share": 0.001}, r"are fewer than it can have with channels in multiples of 2"),
    ],
)
def test_options_that_cannot_be_met_are_refused(change, message):
    with pytest.raises(UsageError, match=message):
        pruned_by(replace(OPTIONS, **change))


def test_a_share_that_no_step_can_reach_is_refused_before_any_training():
    called = []
    options = replace(OPTIONS, share=0.01, epochs=1, fit=lambda *words: called.append(words))
    with pytest.raises(UsageError, match="give a larger share"):
        pruned_by(options)
    assert called == []


def test_integers_are_refused():
    with pytest.raises(QuantizeError, match="prune the float network, then quantize it"):
        pruned_by(OPTIONS, quantized(GRAPH, W8A8_ASYM))


def test_a_network_without_channels_to_remove_is_refused():
    graph = residual_network(channels=2)
    lone = replace(graph, outputs=("landmarks", "stem"))
    with pytest.raises(QuantizeError, match="has no channels that can be removed"):
        pruned_by(OPTIONS, lone)
