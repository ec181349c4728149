"""What a build may take, where it has a choice."""

from dataclasses import dataclass
from math import inf

__all__ = ["NO_LIMITS", "Limits"]


@dataclass(frozen=True)
class Limits:
    """What an integer network may take: bytes of all its constants, and loss at its outputs.

    constants_bytes: zoo.artifact.Memory.weights_bytes, as the compiler stores them if it tells.
    loss: mean over the outputs of zoo.proof.loss.relative_loss.
    """

    constants_bytes: float = inf
    loss: float = inf


NO_LIMITS = Limits()
