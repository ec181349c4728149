"""What the layers of a network cost on a board, according to its compiler."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from zoo.artifact import Memory
from zoo.graph import Graph
from zoo.scheme import Scheme
from zoo.target import Target

__all__ = ["CostReport", "CostTable", "MemoryReport"]


@dataclass(frozen=True)
class CostTable:
    """rows: one for each layer, and the total last, with units in the keys.  notes: whence."""

    rows: tuple[Mapping[str, object], ...]
    notes: tuple[str, ...]


@runtime_checkable
class CostReport(Protocol):
    """Optional interface of a zoo.plugs.Compiler."""

    def costs(self, graph: Graph, target: Target, scheme: Scheme) -> CostTable:
        """Return the costs of a float or integer graph. scheme: of a float graph's integers.

        Raises UnsupportedOpError for a network that the board does not run.
        """


@runtime_checkable
class MemoryReport(Protocol):
    """Optional interface of a zoo.plugs.Compiler that plans memory."""

    def memory(self, graph: Graph) -> Memory | None:
        """Return the memory of an integer graph as lowering it plans it, None for a float graph.

        Raises UnsupportedOpError for what the compiler does not take.
        """
