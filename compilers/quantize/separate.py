"""Separates tensors with a known grid from a group that must share another one.

The DPU's concat copies bytes, so its inputs and output share one fix point. If one of them is the
picture, with its known grid, either the others would get an unrelated range, or its pixels would be
rounded before the first layer. A depthwise convolution by 1, which every chip supports, then
rescales a copy for the concat.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from compilers.fresh_name import fresh_name
from compilers.quantize.groups import scheme_of, sharing_groups
from compilers.quantize.histogram import Histogram, merge
from compilers.quantize.observe import observe
from zoo.graph import Graph, Node, Quantization, Tensor
from zoo.scheme import Scheme

__all__ = ["others_of", "separate"]

Histograms = Mapping[str, Histogram]
Grids = Mapping[str, Quantization]

_IDENTITY = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1)}


def separate(
    graph: Graph, histograms: Histograms, known: Grids, scheme: Scheme, calibrator: str
) -> tuple[Graph, dict[str, Histogram]]:
    """Return the float graph and its histograms, with copies of the separated tensors.

    known: grids independent of samples, by name.  calibrator: fits the grid of the others.
    """
    apart: set[str] = set()
    for group in sharing_groups(graph, scheme):
        given = {known[name] for name in group if name in known}
        others = others_of(group, graph, known, scheme)
        if given and others:
            own = scheme_of(group, graph, scheme)
            grid = observe(merge(histograms[name] for name in others), own, calibrator)
            apart |= set(group) - set(others) if given != {grid} else set()
    nodes: list[Node] = []
    tensors: list[Tensor] = []
    seen = dict(histograms)
    for node in graph.nodes:
        read = list(node.inputs)
        for index, name in enumerate(node.inputs):
            if node.op in scheme.shared_ops and name in apart and graph.tensors[name].layout:
                copy, made = _copy(graph, name, f"{node.output}.{index}")
                nodes.append(copy)
                tensors += made
                seen[copy.output], read[index] = histograms[name], copy.output
        nodes.append(replace(node, inputs=tuple(read)))
    return graph.replace(nodes, tensors), seen


def others_of(
    group: tuple[str, ...], graph: Graph, known: Grids, scheme: Scheme
) -> tuple[str, ...]:
    """Return the members that do not just move values of one with a known grid."""
    moved = {
        name
        for members in sharing_groups(graph, replace(scheme, shared_ops=()))
        if not known.keys().isdisjoint(members)
        for name in members
    }
    return tuple(name for name in group if name not in moved)


def _copy(graph: Graph, name: str, where: str) -> tuple[Node, list[Tensor]]:
    """Return a convolution by 1 and its tensors, of an image [N, C, H, W]."""
    source = graph.tensors[name]
    channels = int(source.shape[1])
    ones, zeros = np.ones((channels, 1, 1, 1), np.float32), np.zeros(channels, np.float32)
    output = replace(source, name=fresh_name(f"{where}.apart", graph.tensors))
    weight = Tensor(f"{output.name}.weight", ones.shape, data=ones)
    bias = Tensor(f"{output.name}.bias", zeros.shape, data=zeros)
    inputs = (name, weight.name, bias.name)
    node = Node(output.name, "conv", inputs, output.name, {**_IDENTITY, "group": channels})
    return node, [output, weight, bias]
