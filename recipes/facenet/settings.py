"""All settings of a training."""

from collections.abc import Mapping
from dataclasses import dataclass

from recipes.shelf.setting_words import changed_settings

__all__ = ["Settings", "settings_of"]

_POSITIVE = ("epochs", "crops", "batch_size", "learning_rate", "gradient_norm", "held_out_crops")


@dataclass(frozen=True)
class Settings:
    """Settings of one training; Adam's rate and weight decay are the slides'.

    epochs: at most.  crops: per epoch, half of them faces.  scaled: crops are up to this much
    larger or smaller.
    average_decay: of the exponential moving average of the weights; 0 for none.
    validation_fraction: of held-out photos.  held_out_crops: of those, half of them faces.
    patience: epochs without a better accuracy on those after which training stops; 0 for never.
    workers: processes that prepare crops.  precision: a Lightning value; 'auto' is '16-mixed' on
    CUDA and '32-true' elsewhere.
    """

    epochs: int = 80
    crops: int = 5120
    batch_size: int = 64
    scaled: float = 1.25
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    average_decay: float = 0.0
    gradient_norm: float = 5.0
    validation_fraction: float = 0.1
    held_out_crops: int = 1000
    patience: int = 15
    workers: int = 0
    precision: str = "auto"


def settings_of(words: Mapping[str, str]) -> Settings:
    """Return the settings with some changed by name.

    Raises UsageError for an unknown name or an invalid value.
    """
    return changed_settings(Settings(), words, _POSITIVE)
