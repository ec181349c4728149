"""Weights of networks, in safetensors files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from zoo.errors import RecipeError
from zoo.plugs import Feeds, Run
from zoo.recipe import Recipe

__all__ = ["as_run", "load_weights", "read_state", "save_state"]

Net = TypeVar("Net", bound=nn.Module)


def load_weights(net: Net, weights: Path, name: str) -> Net:
    """Load trained weights into the network and return it; raises RecipeError if they do not fit.

    name: of the model, for messages.
    """
    state = read_state(weights)
    try:
        net.load_state_dict(state)
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise RecipeError(
            f"{weights}: not the weights of {name} ({reason}); give those of this variant"
        ) from error
    return net


def read_state(weights: Path) -> dict[str, Tensor]:
    """Return the weights of a network by name; raises RecipeError for what is no safetensors."""
    try:
        return load_file(weights)
    except (OSError, SafetensorError) as error:
        raise RecipeError(
            f"{weights}: not readable as safetensors ({error}); "
            "pickled checkpoints are not accepted"
        ) from error


def as_run(net: nn.Module, recipe: Recipe) -> Run:
    """Return a network as a function of the contract's input, float32 with a batch.

    It runs where its weights are, in float32 even inside a training of mixed precision.
    """
    net = net.eval()
    names = [tensor.name for tensor in recipe.contract.outputs]

    def run(feeds: Feeds) -> dict[str, NDArray[Any]]:
        device = next(net.parameters()).device
        with torch.inference_mode(), torch.autocast(device.type, enabled=False):
            outputs = net(torch.from_numpy(feeds[recipe.contract.input.name]).to(device))
        return {name: output.cpu().numpy() for name, output in zip(names, outputs, strict=True)}

    return run


def save_state(state: Mapping[str, Tensor], weights: Path) -> None:
    """Write the weights of a network, batch norm statistics included."""
    save_file({name: value.contiguous() for name, value in state.items()}, weights)
