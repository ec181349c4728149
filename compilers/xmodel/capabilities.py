"""Op by op: what the DPU runs, what would fall to the CPU, and what cannot work, and why.

Rules and limits: Vitis AI user guide UG1414, "Currently Supported Operators", the engines that
libtarget-factory lists for a DPU, and the partition rules in Vitis AI's open quantizer, which
mirror those of its compiler. docs/kv260.md names the source of each.
"""

from functools import partial

from compilers.passes.as_float import as_float
from compilers.xmodel.dpu import DpuLimits
from compilers.xmodel.dpu_numbers import require_numbers
from compilers.xmodel.dpu_rules import NOT_EMITTED, RULES, DpuView
from compilers.xmodel.lowerings import LOWERINGS
from compilers.xmodel.powers_of_two import are_powers_of_two
from zoo import registry
from zoo.capability import Capability
from zoo.graph import Graph
from zoo.lowering import capability_of, lowered_ops
from zoo.target import Target

__all__ = ["capabilities", "require_capable"]

_BORDER = ("quantize", "dequantize")
"""What the app does at the network's inputs and outputs."""


_BUILD_IT = f"build it of {', '.join(RULES)}"


def capabilities(graph: Graph, target: Target) -> tuple[Capability, ...]:
    """Return one entry for each node between the border's quantize and dequantize nodes.

    graph: float, or integer, whose shifts and means are looked at too. One with other integers than
    the DPU's is quantized anew when it is built, so that its float form is looked at.
    Raises RefusedError where the target's facts are incomplete.
    """
    if graph.is_quantized and not are_powers_of_two(graph):
        graph = as_float(graph).graph
    return tuple(capability_of(v, "DPU", partial(_require, v)) for v in _views(graph, target))


def require_capable(graph: Graph, target: Target) -> None:
    """Raise Refusal for the first node that the DPU itself does not run."""
    for view in _views(graph, target):
        _require(view)


def _views(graph: Graph, target: Target) -> list[DpuView]:
    limits = DpuLimits.of(target)
    nodes = (node for node in graph.nodes if node.op not in _BORDER)
    return [DpuView(graph, node, target, limits) for node in nodes]


def _require(view: DpuView) -> None:
    op, cpu_ops = view.node.op, view.target.facts.get("cpu_ops", ())
    if isinstance(cpu_ops, tuple) and op in cpu_ops:
        view.refuse(
            "the DPU has no such op, and the app runs what the DPU computes",
            "end the network before it and let the contract's post-processing compute it",
            runs_on="CPU",
        )
    if op in RULES:
        RULES[op](view)
    elif op in LOWERINGS or op not in lowered_ops("xmodel"):  # a plugin's has no rules here
        has = f"{NOT_EMITTED[op]}, and this zoo does not emit it yet" if op in NOT_EMITTED else ""
        view.refuse(has or "this zoo emits no such op for the DPU", _BUILD_IT)
    if view.graph.is_quantized:
        scheme = next(iter(view.target.schemes.values()))
        require_numbers(view, registry.load("scheme", scheme))
