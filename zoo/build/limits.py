"""What a build may take, where it has a choice."""

from dataclasses import dataclass
from math import inf

__all__ = ["NO_LIMITS", "Limits"]


@dataclass(frozen=True)
class Limits:
    """What an integer network may take: bytes of all its parameters, and loss at its outputs.

    loss: mean over the outputs of zoo.proof.loss.relative_loss.
    """

    parameter_bytes: float = inf
    loss: float = inf


NO_LIMITS = Limits()
