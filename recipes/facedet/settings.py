"""All settings of a training."""

from collections.abc import Mapping
from dataclasses import dataclass

from recipes.shelf.setting_words import changed_settings

__all__ = ["Settings", "settings_of"]

_POSITIVE = ("epochs", "crops", "batch_size", "learning_rate", "gradient_norm")


@dataclass(frozen=True)
class Settings:
    """Settings of one training.

    crops: per epoch, placed randomly in the photos.  batch_size: 160x160 crops per step, fewer
    larger or more smaller ones.  mosaic: fraction of tiled crops.
    learning_rate: peak, reached after the fraction `warm_up` of the steps, followed by a cosine.
    average_decay: of the exponential moving average of the weights; 0 for none.
    unlabelled: fraction of crops from pictures without boxes, which only a teacher labels, if such
    are given.
    validation_fraction: of held-out photos.  patience: epochs without a better average precision on
    those after which training stops; 0 for never.
    workers: processes that prepare crops.  precision: a Lightning value; 'auto' is '16-mixed' on
    CUDA and '32-true' elsewhere; 'bf16-mixed' is five times as fast on CPUs with AMX.
    """

    epochs: int = 100
    crops: int = 1280
    batch_size: int = 16
    mosaic: float = 0.2
    learning_rate: float = 2e-3
    weight_decay: float = 2e-2
    warm_up: float = 0.03
    average_decay: float = 0.998
    gradient_norm: float = 5.0
    unlabelled: float = 0.25
    validation_fraction: float = 0.05
    patience: int = 0
    workers: int = 0
    precision: str = "auto"


def settings_of(words: Mapping[str, str]) -> Settings:
    """Return the settings with some changed by name.

    Raises UsageError for an unknown name or an invalid value.
    """
    return changed_settings(Settings(), words, _POSITIVE)
