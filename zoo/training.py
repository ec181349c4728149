"""What a person chooses about a training; all else is the recipe's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["FitOptions", "TrainOptions"]


@dataclass(frozen=True)
class TrainOptions:
    """Choices of one training.

    data: labelled data sets, trained on together.  out: folder for weights, checkpoints and logs;
    a training that was interrupted there goes on.  teachers: weights of larger networks to learn
    from.  peers: other networks to learn from, ONNX and contract.  start: folder of an
    earlier training whose weights are the first.  settings: of the recipe, by name, as words.
    """

    data: tuple[Path, ...]
    out: Path
    seed: int = 0
    accelerator: str = "auto"
    teachers: tuple[Path, ...] = ()
    peers: tuple[tuple[Path, Path], ...] = ()
    start: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FitOptions:
    """Choices of one quantization-aware training. epochs: None for the recipe's own."""

    data: Path
    epochs: int | None = None
    seed: int = 0
