"""Average pools with a chip's reciprocal, in ops that every ONNX runtime has.

The DPU's mean is sum * M / 2**S. A float mean times n * M / 2**S would equal that except for the
rounding of the division, which decides ties. So x is first multiplied by n, the number of pixels in
the kernel:

    mean(n * x) = sum(x),  y = mean(n * x) * (M / 2**S)

Sums of 8-bit integers times a power of two are exact in float32 for n up to 362 pixels, so the
quotient and the product are too; in larger pools at least while |sum| * n < 2**24.
"""

import math
from dataclasses import replace

import numpy as np

from compilers.fresh_name import fresh_name
from compilers.op_parts.arguments import integers
from compilers.ops.average_pool import divides_unevenly
from zoo.graph import Graph, Node, Tensor

__all__ = ["fuse_means", "spell_out_means"]


def spell_out_means(graph: Graph) -> Graph:
    """Return the float or QDQ form with each 'reciprocal' as multiplications around its pool."""
    nodes: list[Node] = []
    tensors = dict(graph.tensors)
    for node in graph.nodes:
        if "reciprocal" in node.attributes:
            nodes += _spelled_out(graph, node, tensors)
        else:
            nodes.append(node)
    return graph.replace(nodes, tensors.values())


def fuse_means(graph: Graph) -> Graph:
    """Return the form before `spell_out_means`."""
    fused: dict[str, Node] = {}
    for node in graph.nodes:
        pool = fused.get(node.inputs[0])
        before = pool and fused.get(pool.inputs[0])
        reciprocal = pool and before and _reciprocal(graph, before, pool, node)
        if not (pool and before and reciprocal):
            fused[node.output] = node
            continue
        del fused[pool.output], fused[before.output]
        fused[node.output] = replace(
            pool, inputs=before.inputs[:1], output=node.output
        ).with_attributes(reciprocal=reciprocal)
    return graph.replace(fused.values())


def _spelled_out(graph: Graph, node: Node, tensors: dict[str, Tensor]) -> list[Node]:
    """Return the three nodes, and add their tensors."""
    multiplier, shift = integers(node, "reciprocal")
    source, output = graph.tensors[node.inputs[0]], graph.tensors[node.output]
    plain = {k: v for k, v in node.attributes.items() if k not in ("reciprocal", "clamp")}
    clamp = {k: v for k, v in node.attributes.items() if k == "clamp"}

    def new(wish: str, like: Tensor) -> str:
        name = fresh_name(wish, tensors)
        tensors[name] = replace(like, name=name)
        return name

    count = new(f"{node.output}.count", _scalar(_pixels(node)))
    factor = new(f"{node.output}.factor", _scalar(math.ldexp(multiplier, -shift)))
    counted = new(f"{node.output}.counted", source)
    total = new(f"{node.output}.sum", output)
    return [
        Node(f"{node.name}/count", "mul", (node.inputs[0], count), counted),
        replace(node, inputs=(counted,), output=total, attributes=plain),
        Node(f"{node.name}/factor", "mul", (total, factor), node.output, clamp),
    ]


def _reciprocal(graph: Graph, before: Node, pool: Node, after: Node) -> tuple[int, int] | None:
    """Return (M, S) if three consecutive nodes are such a pool."""
    if (before.op, pool.op, after.op) != ("mul", "average_pool", "mul"):
        return None
    count, factor = _constant(graph, before), _constant(graph, after)
    alone = all(
        len(graph.consumers(node.output)) == 1 and node.output not in graph.outputs
        for node in (before, pool)
    )
    plain = not {"clamp", "reciprocal"} & {*before.attributes, *pool.attributes}
    if not (alone and plain and factor and factor > 0 and count == _pixels(pool)):
        return None
    if divides_unevenly(pool):
        return None
    # A float is an integer over a power of two.
    multiplier, power = factor.as_integer_ratio()
    return multiplier, power.bit_length() - 1


def _constant(graph: Graph, node: Node) -> float | None:
    """Return the number that a node multiplies by; None for tensors."""
    tensor = graph.tensors[node.inputs[1]]
    if tensor.data is None or tensor.data.size != 1 or tensor.quantization:
        return None
    return float(tensor.data.reshape(()))


def _pixels(node: Node) -> int:
    return math.prod(integers(node, "kernel"))


def _scalar(value: float) -> Tensor:
    return Tensor("", (), data=np.array(value, np.float32))
