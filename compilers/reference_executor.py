"""Executor 'reference': runs hub files in the reference, and checks other runtimes against it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from compilers.error_bound import error_bounds
from compilers.hub import HUB
from compilers.op_by_op import judge_ops, rounds
from compilers.reference import run_graph
from zoo.graph import Graph, Node
from zoo.plugs import Feeds, OpDifference, OpJudge

__all__ = ["EXECUTOR", "ReferenceExecutor"]


class ReferenceExecutor(OpJudge):
    """Runs a hub file, float or integer."""

    name = "reference"

    def load(self, folder: Path, main: str, threads: int = 1) -> "ReferenceRun":  # noqa: ARG002
        """Return a function that runs the hub `main`. threads: as numpy is configured."""
        file = folder / main
        return ReferenceRun(HUB.read(file.read_bytes(), str(file)))

    def judge_ops(self, graph: Graph, inside: Feeds) -> Iterator[OpDifference]:
        """Yield the differences of each op on its own, as in compilers.op_by_op."""
        return judge_ops(graph, inside)

    def rounds(self, node: Node) -> bool:
        """Return whether another runtime may round the node's integers differently."""
        return rounds(node)

    def error_bounds(self, graph: Graph) -> Mapping[str, int]:
        """Return the maximum deviation of each activation, as proven in compilers.error_bound."""
        return error_bounds(graph)


class ReferenceRun:
    """A loaded network."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the outputs by name."""
        return run_graph(self.graph, feeds)


EXECUTOR = ReferenceExecutor()
