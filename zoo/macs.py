"""The work of a network: multiply-accumulates and bytes."""

from dataclasses import dataclass

from zoo import registry
from zoo.graph import Graph, Node

__all__ = ["LayerWork", "count_macs", "layer_work"]


@dataclass(frozen=True)
class LayerWork:
    """What one node does for one sample.

    output: the shape of its output, without the batch.  macs: multiply-accumulates.
    bytes: of inputs, constants and output, each read or written once.
    """

    node: str
    op: str
    output: tuple[int, ...]
    macs: int
    bytes: int

    @property
    def macs_per_byte(self) -> float:
        """How often the layer uses what it moves; below a processor's ratio, memory limits it."""
        return round(self.macs / self.bytes, 2)


def layer_work(graph: Graph) -> tuple[LayerWork, ...]:
    """Return the work of each node, in the tensors' own number formats."""
    return tuple(_layer(graph, node) for node in graph.nodes)


def count_macs(graph: Graph) -> int:
    """Return the multiply-accumulates for one sample."""
    return sum(layer.macs for layer in layer_work(graph))


def _layer(graph: Graph, node: Node) -> LayerWork:
    inputs, output = graph.inputs_of(node), graph.tensors[node.output]
    return LayerWork(
        node=node.name,
        op=node.op,
        output=tuple(n for n in output.shape[1:] if isinstance(n, int)),
        macs=registry.load("op", node.op).macs(node, inputs, output),
        bytes=sum(tensor.size_bytes for tensor in (*inputs, output)),
    )
