"""Node by node: what TensorRT on a board reads, and why not.

Limits: docs/operators.md of TensorRT's ONNX parser in its version; that of pools is in its sources
(`poolingHelper`) from 8.2 on, documented since 10.0.
"""

from collections.abc import Iterator

from compilers.op_table import find_op
from compilers.tensorrt.gpu import Gpu
from compilers.tensorrt.operators import operators_of
from compilers.tensorrt.opset13 import operators
from zoo.capability import Capability
from zoo.errors import UnsupportedOpError
from zoo.graph import Graph, Node
from zoo.target import Target

__all__ = ["capabilities", "require_capable"]

_BORDER = ("quantize", "dequantize", "requantize")
"""Written as QuantizeLinear and DequantizeLinear around whatever is computed."""

Breach = tuple[str, str]
"""Why a node cannot be, and the remedy."""


def capabilities(graph: Graph, target: Target) -> tuple[Capability, ...]:
    """Return one entry for each node of a float or integer graph but quantize and dequantize.

    Raises RefusedError where the target's facts are incomplete.
    """
    gpu = Gpu.of(target)
    nodes = (node for node in graph.nodes if node.op not in _BORDER)
    return tuple(_capability(graph, node, gpu) for node in nodes)


def require_capable(graph: Graph, target: Target) -> None:
    """Raise UnsupportedOpError for the first node that TensorRT does not read."""
    for found in capabilities(graph, target):
        if found.why:
            raise UnsupportedOpError(
                f"{target.name}: node '{found.node}' ({found.op}): {found.why}; {found.remedy} "
                "(`zoo show MODEL --target BOARD` shows every node)"
            )


def _capability(graph: Graph, node: Node, gpu: Gpu) -> Capability:
    breach = next(_breaches(graph, node, gpu), None)
    if breach is None:
        return Capability(node.name, node.op, "GPU")
    return Capability(node.name, node.op, "refused", *breach)


def _breaches(graph: Graph, node: Node, gpu: Gpu) -> Iterator[Breach]:
    call = find_op(node.op).express(node, graph.inputs_of(node))
    for op_type in operators(call.op_type):
        if op_type not in operators_of(gpu.tensorrt):
            yield (
                f"TensorRT {gpu.tensorrt} does not read the ONNX operator {op_type}",
                "compute it before or behind the network, or replace it",
            )
    dilations = call.attributes.get("dilations", (1, 1))
    if call.op_type == "MaxPool" and tuple(dilations) != (1, 1):
        yield (
            f"its dilations are {tuple(dilations)}, TensorRT's pools have none",
            "train with dilation 1, or with a stride instead",
        )
