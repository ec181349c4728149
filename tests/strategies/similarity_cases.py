"""Nodes of the ops that align pictures with places of landmarks."""

from collections.abc import Mapping

import numpy as np
from one_node import OneNode, activation

from zoo.graph import Attribute, Quantization

__all__ = ["COARSE", "FINE", "OPS", "PLACES", "alone"]

PLACES = tuple(
    float(np.float32(value)) for value in (0.3, 0.35, 0.7, 0.35, 0.5, 0.55, 0.35, 0.75, 0.65, 0.75)
)
"""Of eyes, nose and corners of the mouth."""

FINE = Quantization((2.0**-9,), (3,))
"""Of offsets that leave faces as faces."""
COARSE = Quantization((float(np.float32(0.05)),), (-60,))
"""Of offsets up to 9 pictures long, which no face has."""

PIXELS = Quantization((1 / 64,), (128,), signed=False)
OPS = ("align_image", "landmark_heatmap", "turn_back")


def alone(
    op: str,
    offsets: Quantization | None = None,
    stored: Quantization | None = None,
    side: int = 12,
    pixels: Quantization = PIXELS,
) -> OneNode:
    """Return a node of the op. stored: of a turned correction; offsets: None for reals."""
    points = activation(("N", len(PLACES)), offsets, "offsets")
    attributes: Mapping[str, Attribute] = {"places": PLACES}
    if op == "align_image":
        grid = pixels if offsets else None
        image = activation(("N", 3, side, side), grid, "image")
        return OneNode(op, (image, points), attributes, grid)
    if op == "turn_back":
        correction = activation(("N", len(PLACES)), offsets, "correction")
        return OneNode(op, (points, correction), attributes, stored or offsets)
    heat = Quantization((1 / 256,), (0,), signed=False)
    grid = (stored or heat) if offsets else None
    return OneNode(op, (points,), {**attributes, "side": side}, grid)
