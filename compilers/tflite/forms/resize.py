"""resize -> RESIZE_BILINEAR or RESIZE_NEAREST_NEIGHBOR."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.node_attributes import integers, text
from compilers.op_table import find_op
from compilers.tflite.functions import Function, add_function
from compilers.tflite.scope import Scope, refuse
from zoo.graph import Node

__all__ = ["lower"]

# (alignCorners, halfPixelCenters)
_PLACES: Mapping[str, tuple[bool, bool]] = MappingProxyType(
    {"asymmetric": (False, False), "half_pixel": (False, True), "align_corners": (True, False)}
)


def lower(scope: Scope, node: Node) -> None:
    """Bilinear is exact to one step in integers; nearest takes the setting with equal pixels."""
    size = scope.parameter(node, "size", integers(node, "size_hw"))
    if text(node, "mode") == "linear":
        places = _PLACES[text(node, "coordinate_transformation_mode")]
        function = Function("RESIZE_BILINEAR", "ResizeBilinearOptions", _settings(places), (size,))
        add_function(scope, node, function, in_integers=True)
        return
    places = _nearest_places(scope, node)
    inputs, options = [scope.read(node.inputs[0]), size], "ResizeNearestNeighborOptions"
    output = scope.output(node.output)
    scope.add("RESIZE_NEAREST_NEIGHBOR", inputs, output, options, _settings(places))


def _settings(places: tuple[bool, bool]) -> dict[str, object]:
    return {"alignCorners": places[0], "halfPixelCenters": places[1]}


def _nearest_places(scope: Scope, node: Node) -> tuple[bool, bool]:
    """Return TFLite's setting by which every output pixel is the one that the Graph means."""
    height, width = (int(size) for size in scope.graph.tensors[node.inputs[0]].shape[2:])
    rows = np.arange(height)[None, None, :, None] * np.ones((1, 1, 1, width))
    columns = np.arange(width)[None, None, None, :] * np.ones((1, 1, height, 1))
    op = find_op("resize")
    wanted = op.run_float(node, [rows])[0, 0, :, 0], op.run_float(node, [columns])[0, 0, 0]
    sizes = tuple(zip((height, width), integers(node, "size_hw"), strict=True))
    for places in _PLACES.values():
        found = (_nearest_pixels(places, before, after) for before, after in sizes)
        if all(map(np.array_equal, wanted, found)):
            return places
    return refuse(
        node,
        f"no setting of TFLite's takes the pixels of '{text(node, 'nearest_mode')}' in "
        f"'{text(node, 'coordinate_transformation_mode')}' from {height} x {width} to "
        f"{integers(node, 'size_hw')}",
        "take nearest_mode 'floor' and 'asymmetric', as PyTorch's mode='nearest' does",
    )


def _nearest_pixels(places: tuple[bool, bool], size_in: int, size_out: int) -> NDArray[Any]:
    """Return which pixel each output is, by LiteRT's GetNearestNeighbor, in float32."""
    align_corners, half_pixel = places
    spread = align_corners and size_out > 1
    step = np.float32(size_in - spread) / np.float32(size_out - spread)
    offset = np.float32(0.5) if half_pixel else np.float32(0)
    place = (np.arange(size_out, dtype=np.float32) + offset) * step
    pixel = np.floor(place + np.float32(0.5)) if align_corners else np.floor(place)
    clipped: NDArray[Any] = np.clip(pixel, 0, size_in - 1)
    return clipped
