"""Resize: where each output row and column lies in the input, worked out beforehand."""

import numpy as np
from numpy.typing import NDArray

from compilers.c.node_view import NodeView, Steps
from compilers.c.storage import sizes
from compilers.op_parts.node_attributes import text
from zoo.c_program import Setting

__all__ = ["lower_resize"]

_Places = tuple[NDArray[np.int64], int]


def lower_resize(view: NodeView) -> Steps:
    """Lower nearest and bilinear interpolation."""
    channels, *image = sizes(view.inputs[0].shape)
    _, *resized = sizes(view.output.shape)
    if max(image) > np.iinfo(np.uint16).max:
        view.refuse(f"its image is {image[0]} x {image[1]}", "at most 65535 rows and columns")
    settings: dict[str, Setting] = {
        "input_height": image[0],
        "input_width": image[1],
        "channels": channels,
        "output_height": resized[0],
        "output_width": resized[1],
    }
    nearest = text(view.node, "mode") == "nearest"
    for axis, name in enumerate(("rows", "columns")):
        places = _places(view, image[axis], resized[axis])
        settings |= (_nearest if nearest else _linear)(view, name, places, image[axis])
    if nearest:
        yield view.call("resize_nearest", settings, [view.operand(0)])
        return
    grid = view.output_grid
    settings |= {
        "zero_point": grid.zero_point[0],
        "low": grid.qmin,
        "high": grid.qmax,
        "half_even": int(grid.rounding == "half_even"),
    }
    yield view.call("resize_linear", settings, [view.operand(0)])


def _places(view: NodeView, size: int, resized: int) -> _Places:
    """Return where output pixels lie: numerators and their common divisor (ONNX Resize)."""
    index = np.arange(resized, dtype=np.int64)
    match text(view.node, "coordinate_transformation_mode"):
        case "half_pixel":
            return (2 * index + 1) * size - resized, 2 * resized
        case "asymmetric":
            return index * size, resized
        case _:
            return index * (size - 1), max(resized - 1, 1)


def _nearest(view: NodeView, name: str, places: _Places, size: int) -> dict[str, Setting]:
    """Return which pixel is taken for each output pixel."""
    place, divisor = places
    match text(view.node, "nearest_mode"):
        case "floor":
            index = place // divisor
        case "ceil":
            index = -(-place // divisor)
        case "round_prefer_floor":
            index = -((divisor - 2 * place) // (2 * divisor))
        case _:
            index = (2 * place + divisor) // (2 * divisor)
    return {name: view.constant(name, "uint16_t", index.clip(0, size - 1))}


def _linear(view: NodeView, name: str, places: _Places, size: int) -> dict[str, Setting]:
    """Return the pixel before each output pixel, and how far behind it that lies."""
    place, divisor = places
    place = place.clip(0, (size - 1) * divisor)
    before, weight = np.divmod(place, divisor)
    return {
        name: view.constant(name, "uint16_t", before),
        f"{name}_weight": view.constant(f"{name}_weight", "int32_t", weight),
        f"{name}_divisor": divisor,
    }
