"""Networks of the variants with their weights."""

from pathlib import Path

import torch

from recipes.dan.net import Dan1, Dan2
from recipes.dan.variants import VARIANTS, Variant
from recipes.shelf.checkpoint import as_run, load_weights
from recipes.shelf.landmarks.family import Family
from zoo.plugs import Run
from zoo.recipe import Recipe

__all__ = ["FAMILY", "build_net", "load_net", "restore"]


def build_net(variant: Variant, seed: int = 0) -> Dan1 | Dan2:
    """Return the variant's network with random weights that only depend on the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = Dan1 if variant.stages == 1 else Dan2
        return made(variant.width, variant.points)


def load_net(variant: Variant, weights: Path) -> Dan1 | Dan2:
    """Return the network with trained weights; raises RecipeError if they do not fit."""
    return load_weights(build_net(variant), weights, variant.name)


def restore(recipe: Recipe, weights: Path) -> Run:
    """Return the trained network as a function of its input [N, 1, 112, 112] float32."""
    return as_run(load_net(VARIANTS[recipe.name], weights), recipe)


FAMILY = Family(VARIANTS, load_net)
