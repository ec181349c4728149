"""Everything about a training that can be switched."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from recipes.shelf.setting_words import setting_value
from zoo.errors import UsageError, suggest

__all__ = ["Settings", "settings_of"]

_POSITIVE = ("epochs", "crops", "batch_size", "learning_rate", "gradient_norm")


@dataclass(frozen=True)
class Settings:
    """One way to train.

    crops: of an epoch; they are placed at random in the photos.  batch_size: crops of 160x160 in a
    step; larger ones are fewer, smaller ones more.  mosaic: part of the crops that are tiled.
    learning_rate: its peak, reached after the part `warm_up` of the steps, then along a cosine.
    average_decay: of the exponential moving average of the weights; 0 for none.
    feature_weight: of a teacher's features, which the network's own shall resemble; it falls
    linearly to 0.
    validation_fraction: of the photos that are held out.  patience: epochs without a better average
    precision of those after which training stops; 0 for never.
    workers: processes that prepare crops.  precision: Lightning's word; 'auto' is '16-mixed' on
    CUDA and '32-true' elsewhere; 'bf16-mixed' is five times as fast on CPUs that have AMX.
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
    feature_weight: float = 1.0
    validation_fraction: float = 0.05
    patience: int = 0
    workers: int = 0
    precision: str = "auto"


def settings_of(words: Mapping[str, str]) -> Settings:
    """Return the settings with some changed by name.

    Raises UsageError for an unknown name or a value that does not fit.
    """
    start = Settings()
    known = [field.name for field in fields(start)]
    for name in words:
        if name not in known:
            raise UsageError(f"unknown setting '{name}'{suggest(name, known)}")
    changed = {
        name: setting_value(name, text, getattr(start, name), is_positive=name in _POSITIVE)
        for name, text in words.items()
    }
    return replace(start, **changed)
