"""From trained weights to the float hub."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from recipes.dan.checkpoint import build_net, load_net
from recipes.dan.net import Dan1, Dan2
from recipes.dan.variants import VARIANTS
from recipes.shelf.hub_export import float_hub
from recipes.shelf.landmarks.mean_face import mean_face
from zoo.recipe import Recipe

__all__ = ["export"]

_OPS = ("align_image", "landmark_heatmap", "turn_back")


def export(recipe: Recipe, weights: Path | None) -> bytes:
    """Return the float hub: ONNX with symbolic batch N, batch norms folded, simplified.

    weights: safetensors; None for random ones, to try builds and speed.
    """
    variant = VARIANTS[recipe.name]
    net = build_net(variant) if weights is None else load_net(variant, weights)
    if isinstance(net, Dan1):
        return float_hub(net, recipe)
    return float_hub(_TwoStages(net), recipe, _OPS)


class _TwoStages(nn.Module):
    """The network with the zoo's ops between its stages. forward: as Dan2."""

    def __init__(self, net: Dan2) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """image: [N, 1, S, S]."""
        net, side = self.net, image.shape[2]
        mean = mean_face(net.points.out_features // 2)
        places = [value for place in mean for value in place]
        features = net.first.features(image)
        offsets = net.first.points(features)
        heat_shape = (image.shape[0], 1, side, side)
        pictures = [
            _op("AlignImage", image.shape, image, offsets, places=places),
            _op("LandmarkHeatmap", heat_shape, offsets, places=places, side=side),
            net.connection(features),
        ]
        seen = net.norm(torch.cat(pictures, dim=1))
        correction = net.points(net.second.features(seen))
        return (_op("TurnBack", offsets.shape, offsets, correction, places=places),)


def _op(
    name: str, shape: tuple[int, ...], *inputs: Tensor, **attributes: int | Sequence[float]
) -> Tensor:
    """Return what the zoo's op computes in an exported file; zeros anywhere else."""
    result: Tensor = torch.onnx.ops.symbolic(
        f"zoo::{name}", inputs, dict(attributes), dtype=torch.float32, shape=shape, version=1
    )
    return result
