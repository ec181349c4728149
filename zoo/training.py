"""User options of a training; the recipe decides everything else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["FULL", "MIXED", "PRECISIONS", "FitOptions", "TrainOptions"]

FULL = "32-true"
"""Precision of a training in float32, as Lightning calls it."""
MIXED = "bf16-mixed"
"""Precision of a training that computes layers in bfloat16; weights are float32."""
PRECISIONS = (FULL, MIXED)
"""Precisions that a pruned network is trained in."""


@dataclass(frozen=True)
class TrainOptions:
    """Options of one training.

    data: labelled data sets, used together.  out: folder for weights, checkpoints and logs; an
    interrupted training there resumes.  teachers: weights, or float hubs, of larger networks to
    learn from.  peers: third-party networks to learn from, ONNX and contract.  start: folder of an
    earlier training with the initial weights.  settings: of the recipe, by name, as text.
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
    """Options of one training of a network that a pass has changed: quantized or pruned.

    epochs: None for the recipe's default.  rate: factor of the recipe's learning rate of weights.
    """

    data: Path
    epochs: int | None = None
    seed: int = 0
    rate: float = 1.0
