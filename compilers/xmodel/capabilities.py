"""Op by op: what the DPU runs, what would fall to the CPU, and what cannot work, and why.

Rules and limits: Vitis AI user guide UG1414, "Currently Supported Operators", and the partition
rules in Vitis AI's open quantizer, which mirror those of its compiler.
"""

from collections.abc import Iterator

from compilers.xmodel.dpu_limits import DpuLimits
from compilers.xmodel.dpu_numbers import number_breaches
from compilers.xmodel.dpu_rules import RULES, Breach, View
from zoo import registry
from zoo.capability import Capability
from zoo.errors import UnsupportedOpError
from zoo.graph import Graph
from zoo.target import Target

__all__ = ["capabilities", "require_capable"]

_BORDER = ("quantize", "dequantize")
"""What the app does at the network's inputs and outputs."""


def capabilities(graph: Graph, target: Target) -> tuple[Capability, ...]:
    """Return one entry for each node between the border's quantize and dequantize nodes.

    graph: float, or integer, whose shifts and means are looked at too.
    Raises RefusedError where the target's facts are incomplete.
    """
    limits = DpuLimits.of(target)
    nodes = (node for node in graph.nodes if node.op not in _BORDER)
    return tuple(_capability(View(graph, node, target, limits)) for node in nodes)


def require_capable(graph: Graph, target: Target) -> None:
    """Raise UnsupportedOpError for the first node that the DPU itself does not run."""
    for found in capabilities(graph, target):
        if found.runs_on != "DPU":
            raise UnsupportedOpError(
                f"{target.name}: node '{found.node}' ({found.op}): {found.why}; {found.remedy} "
                "(`zoo show MODEL --target BOARD` shows every node)"
            )


def _capability(view: View) -> Capability:
    node = view.node
    breach = next(_breaches(view), None)
    if breach is None:
        return Capability(node.name, node.op, "DPU")
    return Capability(node.name, node.op, breach.runs_on, breach.why, breach.remedy)


def _breaches(view: View) -> Iterator[Breach]:
    op, cpu_ops = view.node.op, view.target.facts.get("cpu_ops", ())
    if isinstance(cpu_ops, tuple) and op in cpu_ops:
        yield Breach(
            "the DPU has no such op, and the app runs what the DPU computes",
            "end the network before it and let the contract's post-processing compute it",
            "CPU",
        )
    elif op not in RULES:
        yield Breach("the DPU has no such op", f"build it of {', '.join(RULES)}")
    else:
        yield from RULES[op](view)
        if view.graph.is_quantized:
            scheme = next(iter(view.target.schemes.values()))
            yield from number_breaches(view, registry.load("scheme", scheme))
