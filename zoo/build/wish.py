"""What a user asks `zoo build` for, before anything is checked."""

from dataclasses import dataclass
from pathlib import Path

from zoo.build.limits import NO_LIMITS, Limits
from zoo.region_rule import RegionRule

__all__ = ["Wish"]


@dataclass(frozen=True)
class Wish:
    """A user's request, as text.

    model: a recipe's name, or the path of a network's file, which needs `contract`.
    name: of the file's model, or of a registered one with `hub`; '' for its own name, with
    `hub` MODEL-own.
    target: a board's name, 'board:variant' or 'board:runtime'.  runtime: of the board, '' for its
    default, AUTO for the fastest that takes the network.
    quant: '' for the model's usual one, mostly ptq, or an already quantized file's own.
    scheme: instead of the target's scheme for `quant`.  hub: a float file instead of the published
    one.  calibration: folder of images, or a data set by name (zoo.data.labelled_data).
    calibration_count: maximum images, None for what the quantization needs.
    epochs, seed: of quantization-aware training.
    quantizer: instead of the one named `quant`, '' for that.
    detector: that finds the model's regions, for the same target.  regions: how its boxes become
    them, None for what its recipe states.
    limits: within which layers get other bit widths.
    """

    model: str
    target: str
    quant: str = ""
    scheme: str = ""
    contract: Path | None = None
    hub: Path | None = None
    calibration: Path | None = None
    calibration_count: int | None = None
    calibrator: str = ""
    epochs: int | None = None
    seed: int = 0
    quantization_bound: float = 0.1
    commercial: bool = False
    quantizer: str = ""
    runtime: str = ""
    name: str = ""
    detector: "Wish | None" = None
    regions: RegionRule | None = None
    limits: Limits = NO_LIMITS
