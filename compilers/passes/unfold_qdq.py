"""From an integer Graph to its QDQ form, the equivalent in ONNX.

In the QDQ form every op works on reals, with a 'dequantize' node before it and a 'quantize' node
after it. Constants stay integers; a float op reads the reals they represent.
"""

from dataclasses import replace

from compilers.fresh_name import fresh_name
from compilers.op_parts.arithmetic import clamp_of
from zoo.graph import Graph, Node, Tensor

__all__ = ["unfold_qdq"]


def unfold_qdq(graph: Graph) -> Graph:
    """Return the QDQ form; a float graph is unchanged."""
    unfolding = _Unfolding(graph)
    for node in graph.nodes:
        unfolding.add(node)
    return graph.replace(unfolding.nodes, unfolding.tensors.values())


class _Unfolding:
    """The new nodes and tensors so far, and the integers already dequantized."""

    def __init__(self, graph: Graph) -> None:
        self.tensors = dict(graph.tensors)
        self.nodes: list[Node] = []
        self._reals: dict[str, str] = {}

    def add(self, node: Node) -> None:
        output = self.tensors[node.output]
        if output.quantization is None or node.op == "quantize":
            self.nodes.append(node)
            return
        inputs = tuple(self._dequantized(name) for name in node.inputs)
        if node.op == "requantize":
            reals = self._clipped(node, inputs[0])
            self.nodes.append(Node(node.name, "quantize", (reals,), node.output))
            return
        reals = self._new_reals(f"{node.output}.float", output)
        self.nodes.append(replace(node, inputs=inputs, output=reals, integer={}))
        self.nodes.append(Node(f"{node.name}/quantize", "quantize", (reals,), node.output))

    def _dequantized(self, name: str) -> str:
        """Return the name of the reals; constants are read directly."""
        tensor = self.tensors[name]
        if tensor.is_constant:
            return name
        if name not in self._reals:
            self._reals[name] = self._new_reals(f"{name}.dequantized", tensor)
            self.nodes.append(Node(f"{name}/dequantize", "dequantize", (name,), self._reals[name]))
        return self._reals[name]

    def _clipped(self, node: Node, reals: str) -> str:
        """Return the name of the clamped reals of a requantize node."""
        if "clamp" not in node.attributes:
            return reals
        low, high = clamp_of(node)
        clipped = self._new_reals(f"{node.output}.float", self.tensors[node.output])
        bounds = {"low": low, "high": high}
        self.nodes.append(Node(f"{node.name}/clip", "clip", (reals,), clipped, bounds))
        return clipped

    def _new_reals(self, wish: str, like: Tensor) -> str:
        name = fresh_name(wish, self.tensors)
        self.tensors[name] = replace(like, name=name, dtype="float32", quantization=None)
        return name
