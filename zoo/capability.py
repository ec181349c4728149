"""Which nodes of a network a board's chip runs, according to its compiler."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from zoo import registry
from zoo.errors import UsageError
from zoo.graph import Graph
from zoo.target import Target

__all__ = ["Capability", "CapabilityCheck", "find_capabilities"]


@dataclass(frozen=True)
class Capability:
    """One node of a network on one board.

    runs_on: the chip's unit, such as 'DPU', or 'CPU'; 'refused' if nothing runs it.
    why: the limit that the node exceeds.  remedy: what to do about it; '' if the node fits.
    """

    node: str
    op: str
    runs_on: str
    why: str = ""
    remedy: str = ""


@runtime_checkable
class CapabilityCheck(Protocol):
    """Optional interface of a zoo.plugs.Compiler."""

    def capabilities(self, graph: Graph, target: Target) -> tuple[Capability, ...]:
        """Return an entry for each node of a float or integer graph, before any lowering."""


def find_capabilities(graph: Graph, target: Target) -> tuple[Capability, ...]:
    """Return the compiler's report for a target; raises UsageError if it has no check."""
    compiler = registry.load("compiler", target.compiler)
    if not isinstance(compiler, CapabilityCheck):
        raise UsageError(
            f"{target.name}: its compiler '{target.compiler}' does not check single nodes; `zoo "
            "build` reports what it refuses"
        )
    return compiler.capabilities(graph, target)
