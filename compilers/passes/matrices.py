"""Tensors with four axes that are no images: matrices, as attention has them for each head.

A product of matrices works on the last two axes, which must lie last in memory. So its operands and
its result keep their order where images become channels last, and so does all that moves with them:
what is computed element by element, joined, cut, or turned. Where such a tensor is an image, too,
or the network's input or output, a transpose of its own stands between the two.
"""

from collections.abc import Iterator
from dataclasses import replace

from compilers.fresh_name import fresh_name
from compilers.op_table import find_op
from zoo.graph import Graph, Node, Tensor

__all__ = ["set_matrices_apart"]

_AXES = 4
_PRODUCT, _BOUNDARY = "matmul", "reshape"
_IN_ANY_ORDER = (
    *("add", "clip", "concat", "dequantize", "mul", "pad", "quantize", "requantize", "slice"),
    *("softmax", "sub", "transpose"),
)
"""Ops that work on images and matrices alike, as tables do."""


def set_matrices_apart(graph: Graph) -> tuple[Graph, frozenset[str]]:
    """Return the graph, and the names of its matrices with four axes.

    Each transpose that it adds keeps the axes' order: channels_last then gives it one.
    """
    operands = {name for node in _products(graph) for name in _activations(graph, node)}
    if not operands:
        return graph, frozenset()
    groups = _groups(graph)
    images = {groups[name] for name in _images(graph)}
    matrices = {groups[name] for name in operands} - images
    alone = frozenset(name for group in matrices for name in group)
    shared = operands - alone
    copies = {name: fresh_name(f"{name}.matrix", graph.tensors) for name in sorted(shared)}
    return _with_copies(graph, copies), alone | set(copies.values())


def _products(graph: Graph) -> Iterator[Node]:
    return (node for node in graph.nodes if node.op == _PRODUCT)


def _activations(graph: Graph, node: Node) -> Iterator[str]:
    """Yield the computed tensors with four axes that a node reads and computes."""
    for name in (*node.inputs, node.output):
        tensor = graph.tensors[name]
        if len(tensor.shape) == _AXES and not tensor.is_constant:
            yield name


def _groups(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Return for each tensor with four axes those that must have the same layout."""
    tensors = graph.tensors.values()
    groups: dict[str, tuple[str, ...]] = {
        t.name: (t.name,) for t in tensors if len(t.shape) == _AXES and not t.is_constant
    }
    for node in graph.nodes:
        if _is_in_any_order(node):
            joined = {member for name in _activations(graph, node) for member in groups[name]}
            groups |= dict.fromkeys(joined, tuple(sorted(joined)))
    return groups


def _images(graph: Graph) -> Iterator[str]:
    """Yield the tensors with four axes whose layout is that of images."""
    for name in (*graph.inputs, *graph.outputs):
        if len(graph.tensors[name].shape) == _AXES:
            yield name
    for node in graph.nodes:
        if node.op not in (_PRODUCT, _BOUNDARY) and not _is_in_any_order(node):
            yield from _activations(graph, node)


def _is_in_any_order(node: Node) -> bool:
    return node.op in _IN_ANY_ORDER or find_op(node.op).family == "table"


def _with_copies(graph: Graph, copies: dict[str, str]) -> Graph:
    """Return the graph whose products read and compute copies of some tensors."""
    nodes: list[Node] = []
    made: set[str] = set()
    for node in graph.nodes:
        if node.op != _PRODUCT:
            nodes.append(node)
            continue
        for name in dict.fromkeys(node.inputs):
            if name in copies and name not in made:
                made.add(name)
                nodes.append(_turned(name, copies[name]))
        inputs = tuple(copies.get(name, name) for name in node.inputs)
        output = copies.get(node.output, node.output)
        nodes.append(replace(node, inputs=inputs, output=output))
        if output != node.output:
            made.add(node.output)
            nodes.append(_turned(output, node.output))
    tensors: list[Tensor] = [replace(graph.tensors[name], name=own) for name, own in copies.items()]
    return graph.replace(nodes, tensors)


def _turned(source: str, output: str) -> Node:
    return Node(f"{output}/turn", "transpose", (source,), output, {"permutation": (0, 1, 2, 3)})
