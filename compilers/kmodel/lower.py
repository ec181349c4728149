"""Graph (scheme kpu-u8) -> a .kmodel, and which of its nodes the KPU runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from compilers.kmodel.emit import emit
from compilers.kmodel.kmodel import Kmodel
from compilers.kmodel.limits import KpuLimits
from compilers.kmodel.placement import Placement, place_steps
from compilers.kmodel.scope import Scope
from compilers.kmodel.steps import KpuStep
from compilers.passes.as_float import as_float
from compilers.quantize.place import place
from compilers.quantize.prepare import made_ready
from zoo import registry
from zoo.capability import Capability
from zoo.errors import RefusedError
from zoo.fixed_point import TWO_STAGE
from zoo.graph import Graph, Quantization
from zoo.lowering import NodeView, Refusal, capability_of, find_lowering
from zoo.scheme import Scheme
from zoo.target import Target

__all__ = ["Lowered", "capabilities", "lower", "with_any_scales"]

_BORDER = ("quantize", "dequantize")
"""Nodes at the network's inputs and outputs."""
_ANY_GRID = Quantization((1 / 32,), (128,), signed=False, rounding=TWO_STAGE)


@dataclass(frozen=True)
class Lowered:
    """A file, and the steps and addresses that it was made from."""

    model: Kmodel
    placement: Placement


def lower(graph: Graph, target: Target, version: int = 4) -> Lowered:
    """Return the file as a value. graph: quantized with the scheme kpu-u8.

    Raises RefusedError for another graph, Refusal naming a node that the chip does not run.
    """
    _require_scheme(graph, target.name)
    _require_border(graph, target.name)
    scope = Scope(graph, KpuLimits.of(target))
    for node in graph.nodes:
        _lower(scope, NodeView(graph, node), target)
    placement = place_steps(scope)
    return Lowered(emit(scope, placement, version), placement)


def capabilities(graph: Graph, target: Target) -> tuple[Capability, ...]:
    """Return for each node whether the KPU runs it, or the CPU beside it, or nothing.

    graph: float, or of any scheme. What the KPU runs depends on shapes and ops, not on numbers, so
    other graphs are looked at with made-up scales.
    """
    if not _is_two_stage(graph):
        scheme: Scheme = registry.load("scheme", next(iter(target.schemes.values())))
        graph = with_any_scales(as_float(graph).graph if graph.is_quantized else graph, scheme)
    scope = Scope(graph, KpuLimits.of(target))
    found = [_try_out(scope, NodeView(graph, node), target) for node in graph.nodes]
    if not any(entry.why for entry in found):
        found = _with_memory(scope, found)
    return tuple(entry for entry in found if entry.why or entry.op not in _BORDER)


def _lower(scope: Scope, view: NodeView, target: Target) -> None:
    if any(isinstance(size, int) and size != 1 for size in view.output.shape[:1]):
        view.refuse(
            f"its batch is {view.output.shape[0]}; the chip computes one picture at a time",
            "export with a batch of 1, or an open one",
        )
    find_lowering("kmodel", view, target)(scope, view)


def _try_out(scope: Scope, view: NodeView, target: Target) -> Capability:
    before = len(scope.steps)
    entry = capability_of(view, "KPU", partial(_lower, scope, view, target))
    units = {"KPU" if isinstance(step, KpuStep) else "CPU" for step in scope.steps[before:]}
    if entry.why or not units:
        return entry
    return replace(entry, runs_on=" + ".join(sorted(units, reverse=True)))


def _with_memory(scope: Scope, found: Sequence[Capability]) -> list[Capability]:
    """Return the entries, one of them refused if the KPU's memory is too small there."""
    try:
        place_steps(scope)
    except Refusal as no:
        refused = no.capability
        return [refused if entry.node == refused.node else entry for entry in found]
    return list(found)


def _require_scheme(graph: Graph, board: str) -> None:
    if not _is_two_stage(graph):
        scheme = graph.metadata.get("zoo.scheme", "none") if graph.is_quantized else "none"
        raise RefusedError(
            f"{board}: graph '{graph.name}' has the scheme '{scheme}'; the KPU computes kpu-u8 "
            "only: quantize it with --quant ptq or qat"
        )


def _require_border(graph: Graph, board: str) -> None:
    """Refuse inputs and outputs that are no integers of the network; the file holds no others."""
    border = graph.border
    for name in (*graph.inputs, *graph.outputs):
        if name not in border.inputs and name not in border.outputs:
            raise RefusedError(
                f"{board}: graph '{graph.name}': nothing quantizes '{name}' as a whole, or "
                "dequantizes it; take it out of the network, or quantize the whole network"
            )


def _is_two_stage(graph: Graph) -> bool:
    activations = [t for t in graph.tensors.values() if t.quantization and not t.is_constant]
    return bool(activations) and all(
        tensor.quantization is not None and tensor.quantization.rounding == TWO_STAGE
        for tensor in activations
    )


def with_any_scales(graph: Graph, scheme: Scheme) -> Graph:
    """Return a float graph as if quantized, with one grid for all activations."""
    ready = made_ready(graph, scheme)
    grids = {name: _ANY_GRID for name, t in ready.tensors.items() if not t.is_constant}
    return place(ready, grids, scheme)
