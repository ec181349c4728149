"""Pictures, heatmaps and offsets under the similarity of compilers.op_parts.similarity."""

from collections.abc import Mapping
from math import ceil

import numpy as np

from compilers.c.kernel_view import KernelView, Steps
from compilers.c.rescaling import reach, single_factor
from compilers.c.storage import sizes
from compilers.op_parts.arguments import integer
from compilers.op_parts.similarity import PART_BITS
from zoo.c_program import Setting
from zoo.graph import Tensor

__all__ = ["lower_align_image", "lower_landmark_heatmap", "lower_turn_back"]

_POINT_BYTES = 4  # of a coordinate
_TURNED = 6  # times as large at most: 4, and its root of 2


def lower_align_image(view: KernelView) -> Steps:
    """Lower the picture: its offsets are the kernel's first operand."""
    side, _, channels = sizes(view.output.shape)
    grid = view.output_grid
    settings: dict[str, Setting] = {
        "similarity": _similarity(view, view.inputs[1]),
        "side": side,
        "channels": channels,
        "zero_point": grid.zero_point[0],
        "low": grid.qmin,
        "high": grid.qmax,
        "rounding": "NETWORK_HALF_UP" if grid.rounding == "half_up" else "NETWORK_HALF_EVEN",
    }
    operands = [view.operand(1), view.operand(0)]
    yield view.call("align_image", settings, operands, scratch_bytes=_points_bytes(view))


def lower_landmark_heatmap(view: KernelView) -> Steps:
    """Lower the heatmap."""
    distances = np.array(view.fixed("distances"))
    settings: dict[str, Setting] = {
        "similarity": _similarity(view, view.inputs[0]),
        "side": integer(view.node, "side"),
        "distances": view.constant("distances", "int32_t", distances),
        "steps": len(distances),
        "lowest": view.output_grid.qmin,
    }
    operands = [view.operand(0)]
    yield view.call("landmark_heatmap", settings, operands, scratch_bytes=_points_bytes(view))


def lower_turn_back(view: KernelView) -> Steps:
    """Lower the correction."""
    offsets, correction = (view.grid(tensor) for tensor in view.inputs)
    (multiplier,), (shift,) = (view.fixed(f"correction_{key}") for key in ("multiplier", "shift"))
    (stored,), (stored_shift,) = view.fixed("multiplier"), view.fixed("shift")
    reals = reach(offsets) * offsets.scale[0] + _TURNED * reach(correction) * correction.scale[0]
    bound = ceil(reals * (1 << PART_BITS)) + 2
    settings: dict[str, Setting] = {
        "similarity": _similarity(view, view.inputs[0]),
        "correction_zero_point": correction.zero_point[0],
        "correction_multiplier": multiplier,
        "correction_shift": shift,
        **single_factor(view, stored, stored_shift, bound, view.fixed("range")),
    }
    operands = [view.operand(0), view.operand(1)]
    yield view.call("turn_back", settings, operands, scratch_bytes=_points_bytes(view))


def _similarity(view: KernelView, offsets: Tensor) -> Mapping[str, Setting]:
    places = np.array(view.fixed("places"))
    (multiplier,), (shift,) = (view.fixed(f"offset_{key}") for key in ("multiplier", "shift"))
    return {
        "places": view.constant("places", "int32_t", places),
        "points": len(places) // 2,
        "zero_point": view.grid(offsets).zero_point[0],
        "multiplier": multiplier,
        "shift": shift,
    }


def _points_bytes(view: KernelView) -> int:
    return _POINT_BYTES * len(view.fixed("places"))
