"""Which nodes of a network a board's chip runs, and how fast, according to its compiler."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from zoo import registry
from zoo.errors import RefusedError, UnsupportedOpError, UsageError
from zoo.graph import Graph
from zoo.scheme import Scheme
from zoo.target import Target

__all__ = [
    "Capability",
    "CapabilityCheck",
    "NodeTime",
    "TimeEstimate",
    "TimeMethod",
    "demand_capable",
    "find_capabilities",
    "find_times",
    "refusal_of",
]


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

    @property
    def refusal(self) -> str:
        """The message of a build that this node ends."""
        return f"node '{self.node}' ({self.op}): {self.why}; {self.remedy}"


@runtime_checkable
class CapabilityCheck(Protocol):
    """Optional interface of a zoo.plugs.Compiler."""

    def capabilities(
        self, graph: Graph, target: Target, scheme: Scheme | None = None
    ) -> tuple[Capability, ...]:
        """Return an entry for each node of a float or integer graph, before any lowering.

        A build refuses a network exactly for the first entry with a `why`.
        scheme: of a float graph's integers, None for the target's own.
        Raises RefusedError where only an integer graph tells.
        """


@dataclass(frozen=True)
class NodeTime:
    """An estimated time of one part of a network on a chip; a node can have several parts.

    node: or what is done between nodes, such as the upload of an input.  runs_on: as in Capability.
    parts_ms: what it is made of, by name, in milliseconds; some may go on at the same time.
    """

    node: str
    runs_on: str
    total_ms: float
    parts_ms: Mapping[str, float]


@dataclass(frozen=True)
class TimeMethod:
    """How times are estimated.

    text: the method and where its figures come from.
    factor: measured times may be this much longer or shorter; 0 if none were compared.
    is_bound: whether the times are what the hardware allows, so that programs take longer.
    """

    text: str
    factor: float = 0.0
    is_bound: bool = False


@runtime_checkable
class TimeEstimate(Protocol):
    """Optional interface of a zoo.plugs.Compiler that can estimate a chip's time for a network."""

    time_method: TimeMethod

    def estimated_times(self, graph: Graph, target: Target) -> tuple[NodeTime, ...]:
        """Return the times of a float or integer graph, one after the other.

        Raises Refusal if the chip does not run it.
        """


def find_times(graph: Graph, target: Target) -> tuple[NodeTime, ...]:
    """Return the compiler's estimate for a target, nothing if it makes none."""
    compiler = registry.load("compiler", target.compiler)
    return compiler.estimated_times(graph, target) if isinstance(compiler, TimeEstimate) else ()


def find_capabilities(
    graph: Graph, target: Target, scheme: Scheme | None = None
) -> tuple[Capability, ...]:
    """Return the compiler's report for a target; raises UsageError if it has no check.

    scheme: as in CapabilityCheck.
    """
    compiler = registry.load("compiler", target.compiler)
    if not isinstance(compiler, CapabilityCheck):
        raise UsageError(
            f"{target.name}: its compiler '{target.compiler}' does not check single nodes; `zoo "
            "build` reports what it refuses"
        )
    return compiler.capabilities(graph, target, scheme)


def refusal_of(graph: Graph, target: Target, scheme: str) -> str:
    """Return why a target does not take a network as it is, '' if it does.

    scheme: by name.  A compiler without a check lowers the network instead.
    """
    compiler = registry.load("compiler", target.compiler)
    try:
        if not isinstance(compiler, CapabilityCheck):
            compiler.lower(graph, target, scheme)
            return ""
        found = compiler.capabilities(graph, target)
    except (RefusedError, UnsupportedOpError) as error:
        return str(error)
    return next((entry.refusal for entry in found if entry.why), "")


def demand_capable(graph: Graph, target: Target, scheme: Scheme) -> None:
    """Raise UnsupportedOpError for the first node of a float graph that the target refuses.

    scheme: of its integers.  What the compiler cannot tell yet, its lowering refuses.
    """
    compiler = registry.load("compiler", target.compiler)
    if not isinstance(compiler, CapabilityCheck):
        return
    try:
        found = compiler.capabilities(graph, target, scheme)
    except RefusedError:
        return
    for entry in found:
        if entry.why:
            raise UnsupportedOpError(entry.refusal)
