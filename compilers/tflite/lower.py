"""Graph -> the .tflite file as a value: int8 from 8-bit schemes, or float32."""

from functools import partial

from compilers.passes.channels_last import channels_last
from compilers.passes.softmax_last import softmax_last
from compilers.passes.verify import run_passes
from compilers.tflite.scope import Scope
from compilers.tflite.tflite import TfliteModel
from zoo.capability import Capability
from zoo.graph import Graph
from zoo.lowering import NodeView, capability_of, find_lowering

__all__ = ["capabilities", "lower", "lower_node"]

PASSES = (channels_last, softmax_last)

_BORDER = ("quantize", "dequantize")
"""Nodes that the app may compute at the network's inputs and outputs."""


def lower(graph: Graph, *, integers_at_border: bool = False) -> TfliteModel:
    """Return the file; raises Refusal naming a node without a TFLite form.

    integers_at_border: whether inputs and outputs are int8 if the network computes with them.
    """
    laid = run_passes(graph, PASSES)
    scope = Scope(laid, laid.border.stand_ins if integers_at_border else {})
    for node in laid.nodes:
        if not scope.is_outside(node):
            lower_node(scope, NodeView(laid, node))
    return scope.finish()


def capabilities(graph: Graph) -> tuple[Capability, ...]:
    """Return one entry for each node between the border's quantize and dequantize nodes."""
    laid = run_passes(graph, PASSES)
    scope = Scope(laid)
    found = [_capability(scope, NodeView(laid, node)) for node in laid.nodes]
    return tuple(entry for entry in found if entry.op not in _BORDER)


def lower_node(scope: Scope, view: NodeView) -> None:
    """Add the ops of one node after those before it; raises Refusal."""
    _require_one_kind(view)
    find_lowering("tflite", view)(scope, view)


def _capability(scope: Scope, view: NodeView) -> Capability:
    found = capability_of(view, "CPU", partial(lower_node, scope, view))
    if found.why:
        # Continue as if this node were present.
        scope.output(view.output.name)
    return found


def _require_one_kind(view: NodeView) -> None:
    """Refuse nodes between integers and reals, and integers beyond int8."""
    tensors = (*view.inputs, view.output)
    for tensor in tensors:
        grid = tensor.quantization
        if grid is not None and not tensor.is_constant and grid.bits != 8:
            view.refuse(f"'{tensor.name}' is {grid.dtype}", "quantize activations to 8 bits")
    kinds = {tensor.quantization is not None for tensor in tensors if not tensor.is_constant}
    if view.node.op not in _BORDER and len(kinds) > 1:
        view.refuse("it mixes integer and float tensors", "quantize the whole network")
    if kinds == {False} and any(tensor.quantization for tensor in tensors):
        view.refuse("it mixes integer constants and float tensors", "quantize the whole network")
