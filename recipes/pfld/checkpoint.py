"""Networks of the variants with their weights, which are files of safetensors."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from recipes.pfld.net import Channels, Pfld
from recipes.pfld.variants import VARIANTS, Variant
from zoo.errors import RecipeError
from zoo.plugs import Feeds, Run
from zoo.recipe import Recipe

__all__ = ["build_net", "load_net", "restore", "save_state"]


def build_net(variant: Variant, seed: int = 0) -> Pfld:
    """Return the variant's network with random weights that depend on the seed only."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Pfld(
            points=variant.points,
            channels=Channels.scaled(variant.width),
            in_channels=variant.in_channels,
            pose_head=variant.pose_head,
        )


def load_net(variant: Variant, weights: Path) -> Pfld:
    """Return the network with trained weights; raises RecipeError where they do not fit."""
    net = build_net(variant)
    try:
        net.load_state_dict(load_file(weights))
    except (OSError, SafetensorError) as error:
        raise RecipeError(
            f"{weights}: not readable as safetensors ({error}); pickled checkpoints are not taken"
        ) from error
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise RecipeError(
            f"{weights}: not the weights of {variant.name} ({reason}); give those of this variant"
        ) from error
    return net


def restore(recipe: Recipe, weights: Path) -> Run:
    """Return the trained network as a function of its input [N, C, 112, 112] float32."""
    net = load_net(VARIANTS[recipe.name], weights).eval()
    names = [tensor.name for tensor in recipe.contract.outputs]

    def run(feeds: Feeds) -> dict[str, NDArray[Any]]:
        with torch.inference_mode():
            outputs = net(torch.from_numpy(feeds[recipe.contract.input.name]))
        return {name: output.numpy() for name, output in zip(names, outputs, strict=True)}

    return run


def save_state(state: Mapping[str, Tensor], weights: Path) -> None:
    """Write the weights of a network, batch norm statistics included."""
    save_file({name: value.contiguous() for name, value in state.items()}, weights)
