"""Graph -> the .tflite file as a value: int8 and int16 activations, or float32."""

from collections.abc import Mapping
from functools import partial

from compilers.passes.channels_last import channels_last
from compilers.passes.softmax_last import softmax_last
from compilers.passes.verify import run_passes
from compilers.tflite.even_widths import WIDE, even_widths
from compilers.tflite.scope import Scope, signed_grid
from compilers.tflite.tflite import TfliteModel
from zoo.capability import Capability
from zoo.graph import Graph, quantization_of
from zoo.lowering import NodeView, capability_of, find_lowering

__all__ = ["capabilities", "lower", "lower_node"]

PASSES = (even_widths, channels_last, softmax_last)

_BITS = (8, WIDE)

_BORDER = ("quantize", "dequantize")
"""Nodes that the app may compute at the network's inputs and outputs."""


def lower(graph: Graph, *, integers_at_border: bool = False) -> TfliteModel:
    """Return the file; raises Refusal naming a node without a TFLite form.

    integers_at_border: whether inputs and outputs are int8 if the network computes with them;
    those of 16 bits are float32, which apps convert as exactly.
    """
    laid = run_passes(graph, PASSES)
    scope = Scope(laid, _bytes_at_border(laid) if integers_at_border else {})
    for node in laid.nodes:
        if not scope.is_outside(node):
            lower_node(scope, NodeView(laid, node))
    return scope.finish()


def _bytes_at_border(graph: Graph) -> Mapping[str, str]:
    stand_ins = graph.border.stand_ins.items()
    grids = {name: quantization_of(graph.tensors[name]) for name, _ in stand_ins}
    return {name: border for name, border in stand_ins if grids[name].bits < WIDE}


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
    """Refuse nodes between integers and reals, and integers that LiteRT does not take."""
    tensors = (*view.inputs, view.output)
    for tensor in tensors:
        grid = tensor.quantization
        if grid is None or tensor.is_constant:
            continue
        if grid.bits not in _BITS:
            view.refuse(f"'{tensor.name}' is {grid.dtype}", "quantize activations to 8 or 16 bits")
        if grid.bits == WIDE and any(signed_grid(grid).zero_point):
            view.refuse(
                f"'{tensor.name}' has 16 bits that are not symmetric",
                "LiteRT has 16-bit kernels for zero point 0 only: use the scheme w8a16-sym",
            )
    kinds = {tensor.quantization is not None for tensor in tensors if not tensor.is_constant}
    if view.node.op not in _BORDER and len(kinds) > 1:
        view.refuse("it mixes integer and float tensors", "quantize the whole network")
    if kinds == {False} and any(tensor.quantization for tensor in tensors):
        view.refuse("it mixes integer constants and float tensors", "quantize the whole network")
