"""A MobileNetV2 that was trained on ImageNet, as the start of a training."""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from recipes.mobilenetv2face.net import MobileNetV2Face
from zoo.errors import RecipeError

__all__ = ["load_pretrained"]

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of torchvision, for pixels of 0..1."""
_STEM, _SHIFT = "features.0.0.weight", "features.0.1.running_mean"


def load_pretrained(net: MobileNetV2Face, weights: Path) -> None:
    """Load the backbone's weights from torchvision's MobileNetV2 of the same width.

    weights: its state_dict as safetensors; layers that the network lacks are ignored. They were
    trained for (pixel / 255 - mean) / std and are changed to fit (pixel - 128) / 128: exact but for
    the edge, where a convolution's zeros are another gray.
    Raises RecipeError naming a file that cannot be read or does not fit.
    """
    try:
        found = load_file(weights)
    except (OSError, SafetensorError) as error:
        raise RecipeError(
            f"{weights}: not readable as safetensors ({error}); save the state_dict of "
            "torchvision's mobilenet_v2 with safetensors.torch.save_file"
        ) from error
    own = {name: value for name, value in net.state_dict().items() if name.startswith("features.")}
    for name, value in own.items():
        if name not in found or found[name].shape != value.shape:
            shape = list(found[name].shape) if name in found else "missing"
            raise RecipeError(
                f"{weights}: '{name}' is {shape}, expected {list(value.shape)}; give torchvision's "
                "MobileNetV2 of the same width"
            )
    net.load_state_dict({**net.state_dict(), **_rescaled({name: found[name] for name in own})})


def _rescaled(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Fold the change of the input's scale into the stem.

    With x = 128 / (255 std) x' + (128 / 255 - mean) / std, for the input x' of this family.
    """
    mean, std = (torch.tensor(numbers).view(1, 3, 1, 1) for numbers in (_MEAN, _STD))
    weight = state[_STEM]
    constant = (weight * ((128 / 255 - mean) / std)).sum(dim=(1, 2, 3))
    return {
        **state,
        _STEM: weight * (128 / 255) / std,
        _SHIFT: state[_SHIFT] - constant,
    }
