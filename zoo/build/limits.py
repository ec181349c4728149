"""What a build may take, where it has a choice."""

from dataclasses import dataclass
from math import inf

__all__ = ["NO_LIMITS", "Limits"]


@dataclass(frozen=True)
class Limits:
    """What an integer network may take: bytes of all its constants, loss at its outputs, and time.

    constants_bytes: zoo.artifact.Memory.weights_bytes, as the compiler stores them if it tells.
    loss: mean over the outputs of zoo.proof.loss.relative_loss.
    ms: of the network alone, as `zoo estimate` estimates it.
    """

    constants_bytes: float = inf
    loss: float = inf
    ms: float = inf

    @property
    def choose_widths(self) -> bool:
        """Whether they choose bit widths; a limit of time only refuses slow networks."""
        return self.constants_bytes < inf or self.loss < inf

    @property
    def words(self) -> str:
        """The limits for people."""
        size = f"{self.constants_bytes / 1024:g} KiB" if self.constants_bytes < inf else ""
        loss = f"a loss of {self.loss:g}" if self.loss < inf else ""
        time = f"{self.ms:g} ms" if self.ms < inf else ""
        return " and ".join(filter(None, (size, loss, time)))

    @property
    def remedy(self) -> str:
        """What to do about limits that nothing keeps."""
        each = {
            "more KiB": self.constants_bytes,
            "a larger loss": self.loss,
            "more ms": self.ms,
        }
        return f"allow {' or '.join(words for words, limit in each.items() if limit < inf)}"


NO_LIMITS = Limits()
