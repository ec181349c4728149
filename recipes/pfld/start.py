"""Weights to start a training from: those of an earlier one, of gray or of RGB pictures."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from recipes.pfld.checkpoint import load_net
from recipes.pfld.variants import Variant

__all__ = ["gray_state", "start_state", "start_variant"]

_FIRST = "shallow.0.0.weight"


def start_variant(folder: Path, variant: Variant) -> Variant | None:
    """Return the variant whose weights are in the folder: this one, or its RGB twin for a gray one.

    None if there are no such weights.
    """
    candidates = (variant, replace(variant, is_gray=False))
    return next((v for v in candidates if _weights(folder, v).is_file()), None)


def start_state(folder: Path, variant: Variant) -> Mapping[str, Tensor] | None:
    """Return the variant's weights from the folder, made from its RGB twin's if need be."""
    found = start_variant(folder, variant)
    if found is None:
        return None
    state = load_net(found, _weights(folder, found)).state_dict()
    return state if found == variant else gray_state(state)


def gray_state(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights that give for luma what the RGB network gives for a gray picture.

    The first convolution's channels are added, since all three hold the same pixels.
    """
    return {**state, _FIRST: state[_FIRST].sum(dim=1, keepdim=True)}


def _weights(folder: Path, variant: Variant) -> Path:
    return folder / f"{variant.name}.safetensors"
