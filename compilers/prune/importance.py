"""How important a channel is to the outputs, without labels.

`taylor`: how much the outputs change without the channel, by the first-order Taylor terms of its
weights and biases w with gradients g (Molchanov et al. 2019, "Importance Estimation for Neural
Network Pruning", equation 8, with the group's terms summed as in their section 3.2). The network
itself is the best teacher, so its distance to it has no slope. Instead, the terms are those of the
outputs y, each in units of its spread, with a random sign for each value and picture; the mean of
their squares over signs is the sum of squared changes of all outputs (a Gauss-Newton term, as in
Theis et al. 2018, "Faster gaze prediction with dense networks and Fisher pruning"):

    importance = mean over batches of (sum over w of g w)^2,  g = d(sum of signs * y / spread) / dw

`scale`: the scale that a batch normalisation after the layer has, which its fold into the weights
hides: the standard deviation of the layer's output over pictures and positions, before its clamp
(Liu et al. 2017, "Learning Efficient Convolutional Networks through Network Slimming", section 3),
relative to the layer's largest.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from compilers.op_parts.arithmetic import clamp_torch
from compilers.op_table import find_op
from compilers.prune.channels import Channels, makes_channels
from compilers.prune.float_student import FloatStudent
from zoo.graph import Graph, Node
from zoo.plugs import Feeds

__all__ = ["CRITERIA", "measure"]

Scores = NDArray[np.float64]

_BATCH = 16
_SPREAD_MIN = 1e-6


def measure(
    criterion: str, graph: Graph, channels: Channels, samples: Sequence[Feeds], seed: int
) -> Scores:
    """Return the importance of each channel, [count], at least 0.

    criterion: in CRITERIA.  samples: batches by input name, float32.
    """
    return CRITERIA[criterion](graph, channels, samples, seed)


def _taylor(graph: Graph, channels: Channels, samples: Sequence[Feeds], seed: int) -> Scores:
    student, generator = FloatStudent(graph), Generator().manual_seed(seed)
    parameters = list(student.weight_parameters())
    spreads = _spreads(student, samples)
    rows = _rows(graph, channels)
    total, count = np.zeros(channels.count), 0
    for feeds in _batches(samples):
        found = student(feeds)
        signs = {name: _signs(reals, generator) for name, reals in found.items()}
        scalar = torch.stack([(found[n] * signs[n] / spreads[n]).sum() for n in found]).sum()
        gradients = torch.autograd.grad(scalar, parameters, allow_unused=True)
        terms = np.zeros(channels.count)
        for name, parameter, gradient in zip(student.names, parameters, gradients, strict=True):
            if gradient is not None:
                each = (gradient * parameter).detach().reshape(len(parameter), -1)
                np.add.at(terms, rows[name], each.sum(dim=1).double().numpy())
        total += terms**2
        count += 1
    return total / count


def _scale(graph: Graph, channels: Channels, samples: Sequence[Feeds], seed: int) -> Scores:  # noqa: ARG001
    total, count = np.zeros(channels.count), np.zeros(channels.count)
    for node, deviations in _deviations(graph, samples):
        numbers = channels.of[node.output]
        np.add.at(total, numbers, deviations / max(deviations.max(), _SPREAD_MIN))
        np.add.at(count, numbers, 1)
    return total / np.maximum(count, 1)


CRITERIA: Mapping[str, Callable[[Graph, Channels, Sequence[Feeds], int], Scores]] = (
    MappingProxyType({"taylor": _taylor, "scale": _scale})
)


def _rows(graph: Graph, channels: Channels) -> dict[str, NDArray[np.int64]]:
    """Return the channel of each row of each layer's weight and bias."""
    layers = [node for node in graph.nodes if makes_channels(graph, node)]
    return {name: channels.of[node.output] for node in layers for name in node.inputs[1:]}


def _spreads(student: FloatStudent, samples: Sequence[Feeds]) -> dict[str, float]:
    """Return the standard deviation of each output over the samples, of all its values together."""
    with torch.no_grad():
        found = [student(feeds) for feeds in _batches(samples)]
    together = {name: torch.cat([one[name] for one in found]) for name in found[0]}
    return {
        name: max(float(reals.var(dim=0, correction=0).mean().sqrt()), _SPREAD_MIN)
        for name, reals in together.items()
    }


def _deviations(graph: Graph, samples: Sequence[Feeds]) -> Iterator[tuple[Node, Scores]]:
    """Yield each layer, and the deviation of each of its channels before its clamp."""
    layers = {node.output: node for node in graph.nodes if makes_channels(graph, node)}
    moments: dict[str, list[tuple[Tensor, Tensor]]] = {name: [] for name in layers}
    for feeds in _batches(samples):
        for name, sums in _sums(graph, feeds):
            axes = [axis for axis in range(sums.ndim) if axis != 1]
            moments[name].append((sums.mean(dim=axes), sums.square().mean(dim=axes)))
    for name, node in layers.items():
        means, squares = (
            torch.stack(list(values)).mean(dim=0) for values in zip(*moments[name], strict=True)
        )
        yield node, (squares - means.square()).clamp_min(0).sqrt().double().numpy()


@torch.no_grad()
def _sums(graph: Graph, feeds: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """Yield the sums of each layer, before its clamp."""
    values = dict(feeds)
    for name, tensor in graph.tensors.items():
        if tensor.data is not None:
            values[name] = torch.from_numpy(np.array(tensor.data))
    for node in graph.nodes:
        inputs = [values[name] for name in node.inputs]
        if makes_channels(graph, node):
            sums = find_op(node.op).run_torch(_open(node), inputs)
            values[node.output] = clamp_torch(node, sums)
            yield node.output, sums
        else:
            values[node.output] = find_op(node.op).run_torch(node, inputs)


def _open(node: Node) -> Node:
    return replace(node, attributes={k: v for k, v in node.attributes.items() if k != "clamp"})


def _signs(like: Tensor, generator: Generator) -> Tensor:
    return torch.randint(0, 2, like.shape, generator=generator).float() * 2 - 1


def _batches(samples: Sequence[Feeds]) -> Iterator[dict[str, Tensor]]:
    for feeds in samples:
        arrays = {name: torch.from_numpy(np.ascontiguousarray(x)) for name, x in feeds.items()}
        count = len(next(iter(arrays.values())))
        for start in range(0, count, _BATCH):
            yield {name: array[start : start + _BATCH] for name, array in arrays.items()}
