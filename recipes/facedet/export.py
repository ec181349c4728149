"""From trained weights to the float hub."""

from pathlib import Path

from recipes.facedet.checkpoint import build_net
from recipes.shelf.checkpoint import load_weights
from recipes.shelf.hub_export import float_hub
from zoo.recipe import Recipe

__all__ = ["export"]


def export(recipe: Recipe, weights: Path | None) -> bytes:
    """Return the float hub: ONNX with symbolic batch N, batch norms folded, simplified.

    weights: safetensors; None for random ones, to try builds and speed.
    """
    net = build_net()
    return float_hub(net if weights is None else load_weights(net, weights, recipe.name), recipe)
