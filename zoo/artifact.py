"""An artifact: the files for the chip, and how exact they must be."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Artifact", "Exactness"]


@dataclass(frozen=True)
class Exactness:
    """Largest allowed difference from the reference at the network's outputs, and why.

    unit: 'lsb' of the output's scale for integer graphs, 'relative' to the output's largest
    magnitude for float ones.
    """

    bound: float
    unit: str
    why: str


@dataclass(frozen=True)
class Artifact:
    """What a compiler makes. files: contents by name; `main` is the one that the app loads."""

    kind: str
    main: str
    files: Mapping[str, bytes]
    exactness: Exactness
