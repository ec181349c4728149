"""Networks of the variants with their weights."""

from pathlib import Path

import torch

from recipes.hrnet.net import HighResolutionNet
from recipes.hrnet.variants import VARIANTS, Variant
from recipes.shelf.checkpoint import as_run, load_weights
from zoo.plugs import Run
from zoo.recipe import Recipe

__all__ = ["build_net", "load_net", "restore"]


def build_net(variant: Variant, seed: int = 0) -> HighResolutionNet:
    """Return the variant's network with random weights that only depend on the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return HighResolutionNet(variant)


def load_net(variant: Variant, weights: Path) -> HighResolutionNet:
    """Return the network with trained weights; raises RecipeError if they do not fit."""
    return load_weights(build_net(variant), weights, variant.name)


def restore(recipe: Recipe, weights: Path) -> Run:
    """Return the trained network as a function of its input [N, 3, S, S] float32."""
    return as_run(load_net(VARIANTS[recipe.name], weights), recipe)
