"""What a person chooses about a training; all else is the recipe's."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["TrainOptions"]


@dataclass(frozen=True)
class TrainOptions:
    """Choices of one training.

    data: labelled data set.  out: folder for weights, checkpoints and logs; a training that was
    interrupted there goes on.  epochs: None for the recipe's own.
    """

    data: Path
    out: Path
    epochs: int | None = None
    batch_size: int | None = None
    seed: int = 0
    accelerator: str = "auto"
