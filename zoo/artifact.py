"""An artifact: the files for the chip, and their required exactness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from zoo.graph import Graph

__all__ = ["Artifact", "Exactness", "Memory", "float_requantization", "memory_text"]

_ROUNDINGS = 60
_LSB = 3


@dataclass(frozen=True)
class Exactness:
    """Maximum difference from the reference at the network's outputs, and the reason.

    bound: infinite if a difference is measured but not judged.
    unit: 'lsb' of the output's scale for integer graphs, 'relative' to the output's largest
    magnitude for float graphs.
    """

    bound: float
    unit: str
    why: str


@dataclass(frozen=True)
class Memory:
    """The memory of a network whose compiler plans it.

    arena_bytes: for activations.  weights_bytes: for constants.
    is_shared: whether all networks of a program use the largest of their arenas.
    """

    arena_bytes: int
    weights_bytes: int
    is_shared: bool = False


def memory_text(networks: Sequence[Memory]) -> str:
    """Return what a program of these networks needs, in words, '' for none of them."""
    if not networks:
        return ""
    arenas = [memory.arena_bytes for memory in networks]
    is_shared = len(arenas) > 1 and all(memory.is_shared for memory in networks)
    weights = sum(memory.weights_bytes for memory in networks)
    text = f"{max(arenas) if is_shared else sum(arenas):,} bytes for activations"
    if is_shared:
        listed = " and ".join(f"{arena:,}" for arena in arenas)
        text += f", the larger of {listed}, because the networks run one after the other"
    return f"{text}; {weights:,} bytes for constants"


@dataclass(frozen=True)
class Artifact:
    """Output of a compiler. files: contents by name; `main` is the one that the app loads.

    memory: None if a runtime allocates it.
    notes: remarks for readers of the certificate, such as a missing vendor compiler.
    """

    kind: str
    main: str
    files: Mapping[str, bytes]
    exactness: Exactness
    notes: tuple[str, ...] = ()
    memory: Memory | None = None


def float_requantization(graph: Graph) -> Exactness:
    """Return the allowed deviation of a runtime that requantizes an integer graph in float32.

    A value between two integers may round either way, and later layers propagate the difference:
    allow 3 LSB for every started 60 consecutive roundings. PFLD has 55. Measured, not proven: an op
    that narrows the range (a clip, a steep function) amplifies each difference.
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
