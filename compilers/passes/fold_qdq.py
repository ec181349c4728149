"""From the QDQ form to an integer Graph: the inverse of compilers.passes.unfold_qdq."""

from dataclasses import replace

from compilers.op_parts.arguments import real
from compilers.passes.fix_integers import fix_integers
from compilers.passes.quantize_before_moves import quantize_before_moves
from compilers.passes.quantize_biases import quantize_biases
from compilers.passes.quantize_moves import quantize_moves
from zoo.errors import HubError
from zoo.graph import Graph, Node, Quantization, Tensor
from zoo.graph_parts import FLOAT_TAIL, front_and_tail, joined, tail_begin

__all__ = ["fold_qdq"]

_BORDER = ("quantize", "dequantize")


def fold_qdq(graph: Graph) -> Graph:
    """Return the integer graph of a QDQ form; float graphs unchanged.

    dequantize -> op -> quantize becomes the integer op, dequantize -> quantize becomes requantize.
    An op read by several quantize nodes is duplicated for each.
    The float tail that a network's metadata declare stays as it is.
    Raises HubError if only part of the network is quantized, QuantizeError if no integers
    represent its scales.
    """
    if not graph.is_quantized:
        _refuse_quantized_constants(graph)
        return graph
    if FLOAT_TAIL in graph.metadata:
        front, tail = front_and_tail(graph, tail_begin(graph))
        own = {key: text for key, text in front.metadata.items() if key != FLOAT_TAIL}
        return joined(fold_qdq(replace(front, metadata=own)), tail, graph.outputs)
    graph = quantize_before_moves(quantize_moves(_merge_twins(graph)))
    graph = quantize_biases(graph)
    folding = _Folding(graph)
    for node in graph.nodes:
        folding.add(node)
    return fix_integers(graph.replace(folding.kept(), folding.tensors))


class _Folding:
    """The integer nodes so far; float ops wait for the quantize node after them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes: list[Node] = []
        self.tensors: list[Tensor] = []
        self._waiting: dict[str, Node] = {}
        self._taken: set[str] = set()
        self._integers: dict[str, str] = {}

    def add(self, node: Node) -> None:
        if node.op == "dequantize":
            self._integers[node.output] = node.inputs[0]
            self.nodes.append(node)
        elif node.op == "quantize":
            self.nodes.append(self._folded(node))
        else:
            self._waiting[node.output] = node

    def kept(self) -> tuple[Node, ...]:
        """Return the nodes without unused dequantize nodes."""
        for reals in self._waiting.keys() - self._taken:
            node = self._waiting[reals]
            raise _partial(self.graph, node, f"its output '{node.output}' stays float")
        read = {name for node in self.nodes for name in node.inputs} | set(self.graph.outputs)
        return tuple(n for n in self.nodes if n.op != "dequantize" or n.output in read)

    def _folded(self, quantize: Node) -> Node:
        reals = quantize.inputs[0]
        if reals in self._integers:
            return Node(quantize.name, "requantize", (self._integers[reals],), quantize.output)
        node = self._waiting.get(reals)
        if node is None:
            return quantize
        others = any(reader.op != "quantize" for reader in self.graph.consumers(reals))
        if others or reals in self.graph.outputs:
            raise _partial(self.graph, node, f"its output '{reals}' is read as float too")
        if reals in self._taken:
            node = replace(node, name=f"{node.name}/{quantize.output}")
        self._taken.add(reals)
        return self._integer(node, quantize)

    def _integer(self, node: Node, quantize: Node) -> Node:
        stored = self.graph.tensors[quantize.output].quantization
        inputs = tuple(self._source(node, name) for name in node.inputs)
        first = self.graph.tensors[inputs[0]].quantization
        if node.op == "clip" and first != stored:
            clamp = real(node, "low"), real(node, "high")
            return Node(quantize.name, "requantize", inputs, quantize.output, {"clamp": clamp})
        return replace(node, inputs=inputs, output=quantize.output)

    def _source(self, node: Node, name: str) -> str:
        """Return the integers of an input; constants are read directly."""
        if self.graph.tensors[name].is_constant:
            return name
        if name not in self._integers:
            raise _partial(self.graph, node, f"its input '{name}' is float")
        return self._integers[name]


def _refuse_quantized_constants(graph: Graph) -> None:
    for node in graph.nodes:
        for tensor in graph.inputs_of(node):
            if tensor.quantization:
                raise _partial(graph, node, f"only its constant '{tensor.name}' is quantized")


def _partial(graph: Graph, node: Node, reason: str) -> HubError:
    return HubError(
        f"graph '{graph.name}': node '{node.name}' ({node.op}) computes in float between "
        f"quantized nodes: {reason}; only networks that are quantized from input to output are "
        "supported: quantize all its ops, or give the float network"
    )


def _merge_twins(graph: Graph) -> Graph:
    """Return the QDQ form without duplicate nodes.

    Quantizers write a pair for each reader (ONNX Runtime's DedicatedQDQPair, PyTorch's exports);
    one pair is equivalent. Nodes that compute a network output are kept.
    """
    first: dict[tuple[str, str, Quantization | None], str] = {}
    merged: dict[str, str] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        renamed = replace(node, inputs=tuple(merged.get(name, name) for name in node.inputs))
        if node.op in _BORDER:
            key = (node.op, renamed.inputs[0], graph.tensors[node.output].quantization)
            known = first.setdefault(key, node.output)
            if known != node.output and node.output not in graph.outputs:
                merged[node.output] = known
                continue
        nodes.append(renamed)
    return graph.replace(nodes)
