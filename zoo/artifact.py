"""An artifact: the files for the chip, and how exact they must be."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from zoo.graph import Graph

__all__ = ["Artifact", "Exactness", "float_requantization"]

_ROUNDINGS = 60
_LSB = 3


@dataclass(frozen=True)
class Exactness:
    """Largest allowed difference from the reference at the network's outputs, and why.

    bound: infinite where a difference is measured, not judged.
    unit: 'lsb' of the output's scale for integer graphs, 'relative' to the output's largest
    magnitude for float ones.
    """

    bound: float
    unit: str
    why: str


@dataclass(frozen=True)
class Artifact:
    """What a compiler makes. files: contents by name; `main` is the one that the app loads.

    notes: what a reader of the certificate must know, such as a vendor's compiler that was missing.
    """

    kind: str
    main: str
    files: Mapping[str, bytes]
    exactness: Exactness
    notes: tuple[str, ...] = ()


def float_requantization(graph: Graph) -> Exactness:
    """Return how far a runtime that requantizes an integer graph in float32 may be from it.

    A value that falls between two integers may go either way, and later layers pass it on: 3 LSB
    for each 60 roundings in a row, or part of them. PFLD has 55. Measured, not proven: an op that
    narrows the range (a clip, a steep function) makes more of each.
    """
    roundings: dict[str, int] = {}
    for node in graph.nodes:
        before = max((roundings.get(name, 0) for name in node.inputs), default=0)
        roundings[node.output] = before + (1 if node.integer else 0)
    in_a_row = max(roundings.get(name, 0) for name in graph.outputs)
    why = (
        f"the runtime requantizes in float32, the reference in exact integers: each of {in_a_row} "
        "roundings in a row may go either way"
    )
    return Exactness(_LSB * max(ceil(in_a_row / _ROUNDINGS), 1), "lsb", why)
