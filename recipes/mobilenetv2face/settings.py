"""All settings of a training."""

from collections.abc import Mapping
from dataclasses import dataclass

from recipes.mobilenetv2face.net import FROZEN_LAYERS
from recipes.shelf.setting_words import changed_settings
from zoo.errors import UsageError

__all__ = ["Settings", "settings_of"]

_POSITIVE = ("epochs", "crops", "crop_size", "batch_size", "learning_rate", "gradient_norm")
_ALLOWED = {"frozen_layers": tuple(map(str, FROZEN_LAYERS))}


@dataclass(frozen=True)
class Settings:
    """Settings of one training; the paper's are 200 epochs of 500x500 crops at 1e-4.

    crops: per epoch, placed randomly in the photos.  crop_size: their side, a multiple of 32.
    mosaic: fraction of tiled crops.
    pretrained: torchvision's MobileNetV2 of this width, a safetensors file, '' for random weights.
    frozen_layers: how many of Keras's layers stay as they are: 0, 63, 98 or 133.
    box_weight: of the boxes' mean square error (lambda).  learning_rate: of Adam, constant.
    average_decay: of the exponential moving average of the weights; 0 for none.
    validation_fraction: of held-out photos.  patience: epochs without a better average precision on
    those after which training stops; 0 for never.
    workers: processes that prepare crops.  precision: a Lightning value; 'auto' is '16-mixed' on
    CUDA and '32-true' elsewhere.
    """

    epochs: int = 200
    crops: int = 1280
    crop_size: int = 224
    batch_size: int = 16
    mosaic: float = 0.0
    pretrained: str = ""
    frozen_layers: int = 0
    box_weight: float = 1.0
    learning_rate: float = 1e-4
    average_decay: float = 0.998
    gradient_norm: float = 5.0
    validation_fraction: float = 0.05
    patience: int = 0
    workers: int = 0
    precision: str = "auto"


def settings_of(words: Mapping[str, str]) -> Settings:
    """Return the settings with some changed by name.

    Raises UsageError for an unknown name or an invalid value.
    """
    found = changed_settings(Settings(), words, _POSITIVE, _ALLOWED)
    if found.crop_size % 32:
        raise UsageError(f"setting 'crop_size' is '{found.crop_size}'; expected a multiple of 32")
    if found.frozen_layers and not found.pretrained:
        raise UsageError(
            f"setting 'frozen_layers' is '{found.frozen_layers}': random layers would stay as they "
            "are; give trained ones, pretrained=FILE"
        )
    return found
