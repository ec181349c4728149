"""Which channels of a float Graph can only be removed together.

A convolution makes its channels; an addition ties those of its inputs, a depthwise convolution
those of its input and its output. Tied channels are one *channel* here, with one number. (DepGraph,
Fang et al. 2023, section 3, finds the same groups by dependencies between layers.)

The channels of a tensor lie along axis 1. Values that an op only moves carry their channels along,
which is found by moving the numbers themselves. A channel that an op reads in any other way, such
as an input or output of the network, is *fixed*: it stays.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.kinds import MoveOp, PairOp
from compilers.op_table import find_op
from zoo.graph import Graph, Node
from zoo.table_op import TableOp

__all__ = ["Channels", "Group", "find_channels", "is_depthwise", "makes_channels"]

Numbers = NDArray[np.int64]

_POINTWISE = ("batchnorm", "clip", "prelu")
_SPATIAL = ("average_pool", "max_pool", "pad", "resize")
_PAIRS = ("add", "mul", "sub")
_CHANNEL_AXIS = 1


@dataclass(frozen=True)
class Group:
    """Channels of the same convolutions.

    nodes: the names of the outputs of the nodes that make them.  channels: their numbers.
    """

    nodes: tuple[str, ...]
    channels: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Channels:
    """The channels of a Graph.

    of: each activation's, [C] by its name; several positions may have the same number.
    groups: all that may be removed.  count: one more than the largest number.
    """

    of: Mapping[str, Numbers]
    groups: tuple[Group, ...]
    count: int


def find_channels(graph: Graph) -> Channels:
    """Return the channels of a float Graph in NCHW."""
    ties = _Ties()
    for name in graph.inputs:
        ties.of[name] = ties.fixed(_width(graph.tensors[name].shape))
    shared = _shared_constants(graph)
    for node in graph.nodes:
        ties.of[node.output] = _output(graph, node, ties)
        if shared.intersection(node.inputs):
            ties.fix(*_activations(graph, node, ties), ties.of[node.output])
    ties.fix(*(ties.of[name] for name in graph.outputs))
    return _numbered(graph, ties)


def makes_channels(graph: Graph, node: Node) -> bool:
    """Whether a node has constant weights [K, C / groups, ...] with a row for each channel."""
    op = find_op(node.op)
    constants = node.inputs[1:]
    return (
        op.weight_input == 1
        and op.weight_axis == 0
        and all(graph.tensors[name].is_constant for name in constants)
    )


def is_depthwise(graph: Graph, node: Node) -> bool:
    """Whether each of a node's channels is made of the same one of its input."""
    rows, inputs = graph.tensors[node.inputs[1]].shape[:2]
    groups = node.attributes.get("group", 1)
    return groups != 1 and inputs == 1 and rows == groups


class _Ties:
    """Channels while they are found. of: numbers by tensor, before they are tied."""

    def __init__(self) -> None:
        self.of: dict[str, Numbers] = {}
        self._parents: list[int] = []
        self._fixed: set[int] = set()

    def new(self, count: int) -> Numbers:
        start = len(self._parents)
        self._parents.extend(range(start, start + count))
        return np.arange(start, start + count)

    def fixed(self, count: int) -> Numbers:
        numbers = self.new(count)
        self.fix(numbers)
        return numbers

    def fix(self, *several: Numbers) -> None:
        self._fixed.update(int(number) for numbers in several for number in numbers)

    def tie(self, one: Numbers, other: Numbers) -> None:
        for first, second in zip(one.tolist(), other.tolist(), strict=True):
            self._parents[self.root(second)] = self.root(first)

    def root(self, number: int) -> int:
        while self._parents[number] != number:
            self._parents[number] = self._parents[self._parents[number]]
            number = self._parents[number]
        return number

    def roots(self) -> Numbers:
        return np.array([self.root(number) for number in range(len(self._parents))], np.int64)

    def fixed_roots(self) -> set[int]:
        return {self.root(number) for number in self._fixed}


def _numbered(graph: Graph, ties: _Ties) -> Channels:
    """Return the tied channels, numbered in order of appearance."""
    found, numbers = np.unique(ties.roots(), return_inverse=True)
    fixed = {int(np.searchsorted(found, root)) for root in ties.fixed_roots()}
    of = {name: numbers[own] for name, own in ties.of.items()}
    makers: dict[int, list[str]] = defaultdict(list)
    for node in graph.nodes:
        if makes_channels(graph, node):
            for number in dict.fromkeys(of[node.output].tolist()):
                makers[number].append(node.output)
    members: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, nodes in sorted(makers.items()):
        if number not in fixed:
            members[tuple(nodes)].append(number)
    groups = tuple(Group(nodes, tuple(channels)) for nodes, channels in members.items())
    return Channels(of, groups, len(found))


def _output(graph: Graph, node: Node, ties: _Ties) -> Numbers:
    """Return the channels of a node's output; ties and fixes those of its inputs."""
    op, width = find_op(node.op), _width(graph.tensors[node.output].shape)
    inputs = _activations(graph, node, ties)
    if makes_channels(graph, node) and len(inputs) == 1:
        return _made(graph, node, ties)
    if len(inputs) == 1 and len(inputs[0]) == width:
        if node.op in (*_POINTWISE, *_SPATIAL) or isinstance(op, TableOp):
            return inputs[0]
        if node.op in _PAIRS and isinstance(op, PairOp):
            return inputs[0]
    if node.op in _PAIRS and len(inputs) == 2:
        return _paired(graph, node, ties)
    if isinstance(op, MoveOp) or node.op == "concat":
        moved = _moved(graph, node, ties)
        if moved is not None:
            return moved
    ties.fix(*inputs)
    return ties.fixed(width)


def _made(graph: Graph, node: Node, ties: _Ties) -> Numbers:
    x, weight = ties.of[node.inputs[0]], graph.tensors[node.inputs[1]]
    if is_depthwise(graph, node):
        return x
    if len(x) != weight.shape[1]:  # groups of several channels
        ties.fix(x)
        return ties.fixed(int(weight.shape[0]))
    return ties.new(int(weight.shape[0]))


def _paired(graph: Graph, node: Node, ties: _Ties) -> Numbers:
    """Return the channels of a sum or product of two activations, either of which may broadcast."""
    one, other = (ties.of[name] for name in node.inputs)
    ranks = {len(graph.tensors[name].shape) for name in node.inputs}
    if len(ranks) == 1 and len(one) == len(other):
        ties.tie(one, other)
        return one
    ties.fix(one, other)
    return ties.fixed(_width(graph.tensors[node.output].shape))


def _moved(graph: Graph, node: Node, ties: _Ties) -> Numbers | None:
    """Return where an op moves the channels, None if they are not along axis 1 afterwards.

    Slices of channels count positions, so they are not moved.
    """
    if any(name not in ties.of for name in node.inputs):
        return None
    images = [_spread(ties.of[name], graph.tensors[name].shape) for name in node.inputs]
    moved = find_op(node.op).run_float(node, images).astype(np.int64)
    if moved.ndim < 2:
        return None
    rows = np.moveaxis(moved, _CHANNEL_AXIS, 0).reshape(moved.shape[_CHANNEL_AXIS], -1)
    numbers = rows[:, 0]
    if (rows != numbers[:, None]).any():
        return None
    if node.op == "slice" and not np.array_equal(numbers, ties.of[node.inputs[0]]):
        return None
    return numbers


def _spread(numbers: Numbers, shape: Sequence[int | str]) -> NDArray[np.float64]:
    """Return an array of one sample that holds each channel's number. shape: with the batch."""
    sizes = [int(size) for size in shape[2:]]
    along = numbers.reshape(1, -1, *[1] * len(sizes))
    return np.broadcast_to(along, (1, len(numbers), *sizes)).astype(np.float64)


def _activations(graph: Graph, node: Node, ties: _Ties) -> list[Numbers]:
    return [ties.of[name] for name in node.inputs if not graph.tensors[name].is_constant]


def _shared_constants(graph: Graph) -> frozenset[str]:
    """Return constants with several values that several nodes read: cut for one, wrong for all."""
    readers = Counter(name for node in graph.nodes for name in node.inputs)
    return frozenset(
        name
        for name, tensor in graph.tensors.items()
        if tensor.data is not None and tensor.data.size > 1 and readers[name] > 1
    )


def _width(shape: Sequence[int | str]) -> int:
    return int(shape[_CHANNEL_AXIS]) if len(shape) > _CHANNEL_AXIS else 1
