"""From trained weights to the float hub."""

from pathlib import Path

from recipes.hrnet.checkpoint import build_net, load_net
from recipes.hrnet.variants import VARIANTS
from recipes.shelf.hub_export import float_hub
from zoo.recipe import Recipe

__all__ = ["export"]


def export(recipe: Recipe, weights: Path | None) -> bytes:
    """Return the float hub: ONNX with symbolic batch N, batch norms folded, simplified.

    weights: safetensors; None for random ones, to try builds and speed.
    """
    variant = VARIANTS[recipe.name]
    net = build_net(variant) if weights is None else load_net(variant, weights)
    return float_hub(net, recipe)
