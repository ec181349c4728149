"""Nodes of the ops that align pictures with places of landmarks."""

from collections.abc import Mapping

import numpy as np
from build_graph import build_graph
from one_node import OneNode, activation

from zoo.graph import Attribute, Graph, Node, Quantization

__all__ = ["COARSE", "FINE", "OPS", "PLACES", "aligning_network", "alone"]

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


def aligning_network(side: int = 8) -> Graph:
    """Return a network whose layers 'stem' and 'first' give what 'aligned' and 'heat' read."""
    random = np.random.default_rng(0)
    count, window = len(PLACES), {"strides": (1, 1), "dilations": (1, 1), "group": 1}
    border, flat = {"pads": (1, 1, 1, 1)}, 3 * side * side
    weights = {"w": (2, 3, 3, 3), "v": (count, 2 * side * side), "u": (count, flat)}
    constants = {
        name: np.float32(0.1 * random.standard_normal(shape) / np.sqrt(np.prod(shape[1:])))
        for name, shape in weights.items()
    }
    places: Mapping[str, Attribute] = {"places": PLACES}
    nodes = (
        Node("stem", "conv", ("image", "w"), "features", {**window, **border}),
        Node("rows", "reshape", ("features",), "row", {"shape": (2 * side * side,)}),
        Node("first", "dense", ("row", "v"), "offsets"),
        Node("aligned", "align_image", ("features", "offsets"), "picture", places),
        Node("heat", "landmark_heatmap", ("offsets",), "heatmap", {**places, "side": side}),
        Node("both", "concat", ("picture", "heatmap"), "joined", {"axis": 1}),
        Node("flattened", "reshape", ("joined",), "flat", {"shape": (flat,)}),
        Node("second", "dense", ("flat", "u"), "correction"),
        Node("back", "turn_back", ("offsets", "correction"), "landmarks", places),
    )
    return build_graph({"image": ("N", 3, side, side)}, nodes, ("landmarks",), constants)
