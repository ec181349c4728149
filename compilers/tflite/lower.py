"""Graph -> the .tflite file as a value: int8 from 8-bit schemes, or float32."""

from importlib import import_module
from pkgutil import iter_modules

from compilers.tflite import forms
from compilers.tflite.border import integer_border
from compilers.tflite.scope import Scope, refuse
from compilers.tflite.tflite import TfliteModel
from zoo.graph import Graph, Node

__all__ = ["lower", "lower_node", "lowered_ops"]

_BORDER = ("quantize", "dequantize")


def lower(graph: Graph, *, integers_at_border: bool = False) -> TfliteModel:
    """Return the file; raises UnsupportedOpError naming the node that has no form in TFLite.

    integers_at_border: whether inputs and outputs are int8 where the network computes with them.
    """
    scope = Scope(graph, integer_border(graph) if integers_at_border else {})
    for node in graph.nodes:
        if not scope.is_outside(node):
            lower_node(scope, node)
    return scope.finish()


def lower_node(scope: Scope, node: Node) -> None:
    """Add what computes one node behind those before it; raises RefusedNodeError."""
    _require_one_kind(scope.graph, node)
    if node.op not in lowered_ops():
        refuse(node, "TFLite has no such op", f"replace it by one of {', '.join(lowered_ops())}")
    import_module(f"{forms.__name__}.{node.op}").lower(scope, node)


def lowered_ops() -> tuple[str, ...]:
    """Return the Graph's ops that have a form in TFLite, sorted."""
    return tuple(sorted(module.name for module in iter_modules(forms.__path__)))


def _require_one_kind(graph: Graph, node: Node) -> None:
    """Refuse nodes between integers and reals, and integers that int8 cannot hold."""
    tensors = (*graph.inputs_of(node), graph.tensors[node.output])
    for tensor in tensors:
        grid = tensor.quantization
        if grid is not None and not tensor.is_constant and grid.bits != 8:
            refuse(node, f"'{tensor.name}' is {grid.dtype}", "quantize activations to 8 bits")
    kinds = {tensor.quantization is not None for tensor in tensors if not tensor.is_constant}
    if node.op not in _BORDER and len(kinds) > 1:
        refuse(node, "it stands between integers and reals", "quantize the whole network")
    if kinds == {False} and any(tensor.quantization for tensor in tensors):
        refuse(node, "it reads integer constants among reals", "quantize the whole network")
