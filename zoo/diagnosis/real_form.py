"""A network on reals in which any of its values and weights are rounded to their integers' grids.

With all of them rounded it computes what the integer network does, as its QDQ file in ONNX; with
none it is the float network, in the integer network's scaling of channels.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from math import inf

from zoo import registry
from zoo.diagnosis.float_twin import float_parameters
from zoo.graph import Graph, Node, Tensor, quantization_of

__all__ = ["RAW", "Part", "RealForm", "real_form"]

RAW = ".before rounding"
_INTEGERS = ".integers"
_OPEN = (-inf, inf)


@dataclass(frozen=True)
class Part:
    """What can be rounded or left in float on its own.

    kind: 'values' of an activation or 'weights' of a layer.  node: that has them.
    tensors: rounded together, since some nodes only move values; weights with their bias.
    weight_bytes: of the weights as integers, without the bias; 0 for values.
    """

    kind: str
    node: str
    tensors: tuple[str, ...]
    weight_bytes: int = 0

    @property
    def name(self) -> str:
        """Name for people, unique in a network."""
        return f"{self.kind} of {self.node}"


@dataclass(frozen=True)
class RealForm:
    """An integer graph on reals.

    integers: the graph.  parameters: its float weights and biases, by name.  parts: in execution
    order.  reals: the tensor with the reals of each tensor, by its name in `integers`.
    """

    integers: Graph
    parameters: Mapping[str, Tensor]
    parts: tuple[Part, ...]
    reals: Mapping[str, str]

    def graph(self, rounded: Collection[Part], also: Collection[str] = ()) -> Graph:
        """Return the network with these parts rounded.

        also: further outputs, by name in `integers`; '.before rounding' after a name is allowed.
        """
        names = {name for part in rounded for name in part.tensors}
        nodes, made = list[Node](), list[Tensor]()
        for node in self.integers.nodes:
            self._add(node, names, nodes, made)
        used = {self.reals[name] for name in self.integers.outputs}
        made += [t for name, t in self.parameters.items() if name not in names]
        whole = replace(
            self.integers,
            nodes=tuple(nodes),
            outputs=tuple(dict.fromkeys((*sorted(used), *also))),
            tensors={**self.integers.tensors, **{tensor.name: tensor for tensor in made}},
        )
        return whole.replace(whole.nodes)

    def _add(
        self, node: Node, rounded: Collection[str], nodes: list[Node], made: list[Tensor]
    ) -> None:
        """Append a node on reals with its tensors, and the rounding of its output."""
        if node.op == "dequantize":
            return
        output = self.integers.tensors[node.output]
        source = tuple(self.reals.get(name, name) for name in node.inputs)
        own = _on_reals(replace(node, inputs=source, integer={}))
        real = replace(output, dtype="float32", quantization=None)
        if output.name not in rounded:
            nodes.append(own)
            made.append(real)
            return
        raw, integers = f"{node.output}{RAW}", f"{node.output}{_INTEGERS}"
        nodes += [
            replace(own, output=raw),
            Node(f"{node.name}/quantize", "quantize", (raw,), integers),
            Node(f"{node.name}/dequantize", "dequantize", (integers,), node.output),
        ]
        made += [replace(real, name=raw), replace(output, name=integers), real]


def real_form(integers: Graph, floats: Graph) -> RealForm:
    """Return the form of an integer graph. floats: the network that it was made of."""
    reals: dict[str, str] = {}
    for node in integers.nodes:
        source = reals.get(node.inputs[0], node.inputs[0])
        reals[node.output] = source if node.op == "dequantize" else node.output
    parameters = {tensor.name: tensor for tensor in float_parameters(integers, floats)}
    return RealForm(integers, parameters, tuple(_parts(integers, parameters)), reals)


def _parts(graph: Graph, parameters: Mapping[str, Tensor]) -> list[Part]:
    """Return weights and values in execution order; what is only moved belongs to its source."""
    found: list[Part] = []
    owner: dict[str, int] = {}
    for node in graph.nodes:
        own = tuple(name for name in node.inputs if name in parameters)
        if own:
            found.append(Part("weights", node.name, own, _size(graph.tensors[own[0]])))
        if graph.tensors[node.output].quantization is None:
            continue
        moves = registry.load("op", node.op).shares_quantization and node.inputs[0] in owner
        if moves:
            index = owner[node.inputs[0]]
            found[index] = replace(found[index], tensors=(*found[index].tensors, node.output))
        else:
            index = len(found)
            found.append(Part("values", node.name, (node.output,)))
        owner[node.output] = index
    return found


def _size(tensor: Tensor) -> int:
    assert tensor.data is not None
    return -(-tensor.data.size * quantization_of(tensor).bits // 8)


def _on_reals(node: Node) -> Node:
    """Return a conversion between integers as what it does to reals."""
    if node.op not in ("quantize", "requantize"):
        return node
    clamp = node.attributes.get("clamp", _OPEN)
    assert isinstance(clamp, tuple)
    return replace(node, op="clip", attributes={"low": clamp[0], "high": clamp[1]})
