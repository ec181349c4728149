"""The estimate of a network on a board: work, memory and, where its speed is known, latency."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zoo import registry
from zoo.artifact import Memory, graph_memory
from zoo.capability import TimeEstimate, TimeMethod
from zoo.cost import MemoryReport
from zoo.estimate.deployed import Deployed
from zoo.graph import Graph, Node
from zoo.macs import LayerWork, layer_work

__all__ = ["Estimate", "LayerEstimate", "estimate"]

_HALF_BITS = 16
_WIDE = "int16"


@dataclass(frozen=True)
class LayerEstimate:
    """A layer, or what is done between layers. ms: None if no time is estimated.

    bytes: of inputs, constants and output.  limit: what most of the time is spent on, such as
    'compute' or 'memory'; '' if unknown.
    """

    node: str
    op: str
    macs: int
    bytes: int
    ms: float | None
    limit: str = ""


@dataclass(frozen=True)
class Estimate:
    """A network on a board.

    network: its graph and formats.  method: None if nothing tells the board's speed.
    ratio: of measured to estimated time, by which all times were multiplied; None if nothing was
    measured.
    """

    network: Deployed
    layers: tuple[LayerEstimate, ...]
    memory: Memory
    method: TimeMethod | None
    ratio: float | None = None

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one sample."""
        return sum(layer.macs for layer in self.layers)

    @property
    def ms(self) -> float | None:
        """The network's time; None if it is not known."""
        if self.method is None:
            return None
        return sum(layer.ms or 0.0 for layer in self.layers)

    @property
    def range_ms(self) -> tuple[float | None, float | None]:
        """The least and the greatest time; None if unknown."""
        if self.ms is None or self.method is None or not (self.method.factor or self.is_bound):
            return None, None
        if self.is_bound:
            return self.ms, None
        return self.ms / self.method.factor, self.ms * self.method.factor

    @property
    def is_bound(self) -> bool:
        """Whether a program takes longer than the time."""
        return self.method is not None and self.method.is_bound


def estimate(network: Deployed) -> Estimate:
    """Return the estimate, with times by the target's compiler, else by its roofline.

    Raises Refusal for what the compiler knows that the board does not run.
    """
    works = layer_work(network.graph)
    layers, method = _by_compiler(network, works) or _by_roofline(network, works)
    return Estimate(network, layers, _memory(network), method)


def _by_compiler(
    network: Deployed, works: Sequence[LayerWork]
) -> tuple[tuple[LayerEstimate, ...], TimeMethod] | None:
    compiler = registry.load("compiler", network.target.compiler)
    if not isinstance(compiler, TimeEstimate):
        return None
    total_ms: defaultdict[str, float] = defaultdict(float)
    parts_ms: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for time in compiler.estimated_times(network.source, network.target):
        total_ms[time.node] += time.total_ms
        for part, part_ms in time.parts_ms.items():
            parts_ms[time.node][part] += part_ms
    limits = {node: _largest(parts) for node, parts in parts_ms.items()}
    layers = [_layer(w, total_ms.pop(w.node, 0.0), limits.get(w.node, "")) for w in works]
    between = [LayerEstimate(n, "", 0, 0, ms, limits.get(n, "")) for n, ms in total_ms.items()]
    return (*between, *layers), compiler.time_method


def _largest(parts_ms: Mapping[str, float]) -> str:
    """Return the part that takes longest, '' if none takes any time."""
    return max(parts_ms, key=parts_ms.__getitem__) if any(parts_ms.values()) else ""


def _by_roofline(
    network: Deployed, works: Sequence[LayerWork]
) -> tuple[tuple[LayerEstimate, ...], TimeMethod | None]:
    known, nodes = network.target.rooflines, network.graph.nodes
    formats = [_number_format(network, node) for node in nodes]
    if not known.keys() >= {network.number_format, *formats}:
        return tuple(_layer(work, None) for work in works), None
    needs = [(w.macs, w.bytes, _is_grouped(n)) for n, w in zip(nodes, works, strict=True)]
    layers = tuple(
        _layer(work, 1e3 * known[form].seconds(*need), known[form].limit(*need))
        for work, need, form in zip(works, needs, formats, strict=True)
    )
    roofline = known[network.number_format]
    text = f"roofline of {roofline.unit}; {roofline.source}"
    factors = [known[form].factor for form in (network.number_format, *formats)]
    factor = max(factors) if all(factors) else 0.0  # as sure as the least sure layer
    return layers, TimeMethod(text, factor, is_bound=not factor)


def _number_format(network: Deployed, node: Node) -> str:
    """Return the format in which a node computes: the widest of what it reads and gives."""
    tensors = [network.graph.tensors[name] for name in (*node.inputs, node.output)]
    is_wide = any(t.dtype.endswith(_WIDE) for t in tensors if not t.is_constant)
    return _WIDE if is_wide else network.number_format


def _is_grouped(node: Node) -> bool:
    groups = node.attributes.get("group", 1)
    return isinstance(groups, int) and groups > 1


def _layer(work: LayerWork, ms: float | None, limit: str = "") -> LayerEstimate:
    return LayerEstimate(work.node, work.op, work.macs, work.bytes, ms, limit)


def _memory(network: Deployed) -> Memory:
    """Return what the compiler plans, or else what the values take at most."""
    compiler = registry.load("compiler", network.target.compiler)
    if isinstance(compiler, MemoryReport):
        planned = compiler.memory(network.source)
        if planned is not None:
            return planned
    return _unplanned(network.graph, network.scheme)


def _unplanned(graph: Graph, scheme: str) -> Memory:
    return graph_memory(graph, _HALF_BITS if scheme == "float16" else 0)
