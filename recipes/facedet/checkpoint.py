"""Networks of the variants with their weights, which are independent of the input size."""

from pathlib import Path

import torch

from recipes.facedet.net import FaceDet
from recipes.shelf.checkpoint import as_run, load_weights
from zoo.plugs import Run
from zoo.recipe import Recipe

__all__ = ["build_net", "restore"]


def build_net(seed: int = 0) -> FaceDet:
    """Return the network with random weights that only depend on the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return FaceDet()


def restore(recipe: Recipe, weights: Path) -> Run:
    """Return the trained network as a function of its input [N, 3, S, S] float32."""
    return as_run(load_weights(build_net(), weights, recipe.name), recipe)
