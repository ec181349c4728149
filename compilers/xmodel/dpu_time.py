"""Estimates how long a DPUCZDX8G takes for a network, layer by layer. None was measured by us.

Product guide PG338: in a cycle the convolution engine multiplies `pixel_parallel` pixels by
`channel_parallel` input channels for as many output channels; depthwise convolutions and pools run
on the ALU, for half as many pixels and one input channel each ("DepthwiseConv", the recommended
ALU parallel). Weights, inputs and outputs go through two AXI ports of 128 bits. The longer of both
counts. Each run takes START_MS more, which fits AMD's frames per second of small networks best
(docs/estimate.md). Channel augmentation and instruction fetches are left out.
"""

from dataclasses import dataclass, fields
from math import prod
from typing import Self

from zoo.capability import NodeTime
from zoo.errors import RefusedError
from zoo.graph import Graph, Node, Shape
from zoo.target import Target

__all__ = ["START_MS", "dpu_times"]

START_MS = 0.15
"""Of a run, whatever the network."""

_ON_CPU = ("quantize", "dequantize")


@dataclass(frozen=True)
class _Speed:
    """What one DPU computes and moves. dpu_bytes_per_s: of its ports to memory."""

    channel_parallel: int
    pixel_parallel: int
    dpu_clock_hz: int
    dpu_bytes_per_s: int

    @classmethod
    def of(cls, target: Target) -> Self:
        """Read a target's facts; raises RefusedError naming a wrong one."""
        values = {}
        for field in fields(cls):
            value = target.facts.get(field.name)
            if not isinstance(value, int) or value <= 0:
                raise RefusedError(
                    f"{target.name}: its fact '{field.name}' is {value!r}; expected an integer "
                    "above 0 to estimate the DPU's time, see `zoo show kv260`"
                )
            values[field.name] = value
        return cls(**values)


def dpu_times(graph: Graph, target: Target) -> tuple[NodeTime, ...]:
    """Return the start's time, and that of each node between the border.

    graph: float or integer, NCHW.
    """
    speed = _Speed.of(target)
    start = NodeTime("start of the run", "DPU", START_MS, {"start": START_MS})
    nodes = (node for node in graph.nodes if node.op not in _ON_CPU)
    return (start, *(_time(graph, node, speed) for node in nodes))


def _time(graph: Graph, node: Node, speed: _Speed) -> NodeTime:
    compute_ms = 1e3 * _cycles(graph, node, speed) / speed.dpu_clock_hz
    memory_ms = 1e3 * _moved_bytes(graph, node) / speed.dpu_bytes_per_s
    parts = {"compute": compute_ms, "memory": memory_ms}
    return NodeTime(node.name, "DPU", max(parts.values()), parts)


def _cycles(graph: Graph, node: Node, speed: _Speed) -> int:
    """Return the cycles of a convolution or dense layer, 0 for others."""
    if node.op not in ("conv", "dense"):
        return 0
    weight = [int(size) for size in graph.tensors[node.inputs[1]].shape]
    outputs, inputs, taps = weight[0], weight[1], prod(weight[2:])
    height, width = _size(graph.tensors[node.output].shape)
    group = node.attributes.get("group", 1)
    if isinstance(group, int) and group > 1:
        at_once = max(speed.pixel_parallel // 2, 1)
    else:
        at_once, inputs = speed.pixel_parallel, -(-inputs // speed.channel_parallel)
    return taps * inputs * -(-outputs // speed.channel_parallel) * height * -(-width // at_once)


def _size(output: Shape) -> tuple[int, int]:
    """Return height and width of an image, 1 and 1 of a vector."""
    return (int(output[2]), int(output[3])) if len(output) == 4 else (1, 1)


def _moved_bytes(graph: Graph, node: Node) -> int:
    """Return the bytes of inputs, constants and output, all in 8 bits."""
    tensors = (*graph.inputs_of(node), graph.tensors[node.output])
    return sum(prod(n for n in t.shape if isinstance(n, int)) for t in tensors)
