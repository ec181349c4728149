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

    @property
    def words(self) -> str:
        """The limits for people."""
        size = f"{self.constants_bytes / 1024:g} KiB" if self.constants_bytes < inf else ""
        loss = f"a loss of {self.loss:g}" if self.loss < inf else ""
        return " and ".join(filter(None, (size, loss)))

    @property
    def remedy(self) -> str:
        """What to do about limits that nothing keeps."""
        if self.constants_bytes < inf and self.loss < inf:
            return "allow more of either"
        return "allow more KiB" if self.constants_bytes < inf else "allow a larger loss"


NO_LIMITS = Limits()
