"""Channels go until the budget is met, in multiples, and none goes in vain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import residual_network
from random_graphs import float_graphs

from compilers.prune.channels import find_channels
from compilers.prune.choose import choose, work_of
from compilers.prune.cut import cut
from zoo.errors import UsageError
from zoo.macs import count_macs


@given(float_graphs(), st.integers(1, 3), st.floats(0, 1), st.integers(0, 99))
def test_the_budget_is_met_in_multiples(graph, multiple, ease, seed):
    channels = find_channels(graph)
    work = work_of(graph, channels)
    importance = np.random.default_rng(seed).random(channels.count)
    spare = [c for group in channels.groups for c in group.channels[multiple:]]
    least, most = work.macs(spare), work.macs()
    budget = least + int(ease * (most - least))
    removed = choose(graph, channels, importance, budget, multiple)
    assert count_macs(cut(graph, channels, removed)) <= budget
    for group in channels.groups:
        left = [channel for channel in group.channels if channel not in removed]
        gone = [channel for channel in group.channels if channel in removed]
        if gone:
            assert left
            assert len(left) % multiple == 0
            assert importance[gone].max() <= importance[left].min()
            size = len(group.channels) - len(left)
            last = sorted(gone, key=lambda c: importance[c])[-min(multiple, size) :]
            assert work.macs(removed.difference(last)) > budget


def test_the_least_important_goes_first():
    graph = residual_network(channels=8)
    channels = find_channels(graph)
    (group,) = channels.groups
    importance = np.zeros(channels.count)
    importance[list(group.channels)] = [8, 1, 7, 2, 6, 3, 5, 4]
    removed = choose(graph, channels, importance, count_macs(graph) // 2, 2)
    assert sorted(importance[list(removed)]) == [1, 2, 3, 4]


def test_a_share_that_no_width_reaches_is_refused():
    graph = residual_network(channels=8)
    channels = find_channels(graph)
    with pytest.raises(
        UsageError,
        match=r"in multiples of 4, [\d,]+ of 12,832; give a larger share with --macs, 0\.456 or",
    ):
        choose(graph, channels, np.ones(channels.count), count_macs(graph) // 10, 4)
    with pytest.raises(UsageError, match="no group of layers has more than 8 channels"):
        choose(graph, channels, np.ones(channels.count), count_macs(graph) // 2, 8)
