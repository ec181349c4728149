"""Ops on each element: sums, products, clips, tables, changes of scale."""

from collections.abc import Mapping
from math import prod

import numpy as np

from compilers.c.loops import broadcast_loops
from compilers.c.node_view import NodeView, Steps
from compilers.c.rescaling import rounding_of, single_factor, stored_range
from compilers.c.storage import c_type, sizes, stored_axes
from zoo.c_program import Setting
from zoo.graph import Quantization

__all__ = [
    "lower_add",
    "lower_clip",
    "lower_lookup",
    "lower_mul",
    "lower_prelu",
    "lower_requantize",
    "reach",
]


def lower_add(view: NodeView) -> Steps:
    """Lower sums and differences: one rounding of m_a (q_a - z_a) + m_b (q_b - z_b)."""
    first, second = view.integers("multiplier")
    (shift,) = view.integers("shift")
    grids = [_grid(view, index) for index in (0, 1)]
    settings = {
        **_loops(view, ("first_strides", "second_strides")),
        "first_zero_point": grids[0].zero_point[0],
        "second_zero_point": grids[1].zero_point[0],
        "first_multiplier": first,
        "second_multiplier": second,
        "shift": shift,
        **stored_range(view, view.integers("range")),
        "rounding": _sum_rounding(view),
    }
    yield view.call("add", settings, [view.operand(0), view.operand(1)], in_place=_whole(view))


def lower_mul(view: NodeView) -> Steps:
    """Lower products (q_a - z_a) (q_b - z_b), with a factor for each scale of b."""
    grids = [_grid(view, index) for index in (0, 1)]
    multiplier, shift = view.integers("multiplier"), view.integers("shift")
    bound = reach(grids[0]) * reach(grids[1])
    settings = {
        **_loops(view, ("first_strides", "second_strides", "factor_strides")),
        "first_zero_point": grids[0].zero_point[0],
        "second_zero_point": grids[1].zero_point[0],
        "multiplier": view.constant("multiplier", "int32_t", multiplier),
        "shift": view.constant("shift", "uint8_t", shift),
        **stored_range(view, view.integers("range")),
        "rounding": rounding_of(view, multiplier, shift, (bound,) * len(multiplier)),
    }
    yield view.call("mul", settings, [view.operand(0), view.operand(1)], in_place=_whole(view))


def lower_requantize(view: NodeView) -> Steps:
    """Lower a change of scale and zero point."""
    (multiplier,), (shift,) = view.integers("multiplier"), view.integers("shift")
    factor = single_factor(view, multiplier, shift, reach(view.input_grid), view.integers("range"))
    settings = {
        "rows": 1,
        "row_size": _count(view),
        "output_stride": _count(view),
        "input_zero_point": view.input_grid.zero_point[0],
        **factor,
    }
    yield view.call("requantize", settings, [view.operand(0)], in_place=(0,))


def lower_clip(view: NodeView) -> Steps:
    """Lower bounds of the integers."""
    low, high = view.integers("range")
    settings = {"count": _count(view), "low": low, "high": high}
    yield view.call("clip", settings, [view.operand(0)], in_place=(0,))


def lower_lookup(view: NodeView) -> Steps:
    """Lower a function by table."""
    yield from _tables(view, outer=1, channels=1, inner=_count(view))


def lower_prelu(view: NodeView) -> Steps:
    """Lower a function by one table for each channel."""
    channels, *others = sizes(view.output.shape)
    if stored_axes(1 + len(others))[0] == 0:
        yield from _tables(view, outer=1, channels=channels, inner=prod(others))
    else:
        yield from _tables(view, outer=prod(others), channels=channels, inner=1)


def reach(grid: Quantization) -> int:
    """Return the largest |q - z|."""
    zero_point = grid.zero_point[0]
    return max(grid.qmax - zero_point, zero_point - grid.qmin)


def _tables(view: NodeView, outer: int, channels: int, inner: int) -> Steps:
    table = np.array(view.integers("table")).reshape(channels, -1)
    settings: dict[str, Setting] = {
        "outer": outer,
        "channels": channels,
        "inner": inner,
        "lowest": view.input_grid.qmin,
        "table_size": table.shape[1],
        "tables": view.constant("tables", c_type(view.output), table),
    }
    yield view.call("look_up", settings, [view.operand(0)], in_place=(0,))


def _sum_rounding(view: NodeView) -> str:
    """Return the rounding of an addition, whose product is the sum of two products.

    Both have the factors of 2 that the multipliers share, and no sum has more than 32 + 9 bits.
    """
    first, second = view.integers("multiplier")
    common = int(np.gcd(first, second)) or 1
    bounds = [reach(_grid(view, index)) for index in (0, 1)]
    bound = (abs(first) * bounds[0] + abs(second) * bounds[1]) // common
    (shift,) = view.integers("shift")
    chosen = rounding_of(view, (common,), (shift,), (bound,))
    return "NETWORK_HALF_UP" if chosen == "NETWORK_HIGH_WORD" else chosen


def _loops(view: NodeView, names: tuple[str, ...]) -> Mapping[str, Setting]:
    output = sizes(view.output.shape)
    inputs = [view.operand_sizes(0), view.operand_sizes(1)]
    if len(names) == 3:
        inputs.append(_factor_sizes(view))
    settings = broadcast_loops(output, inputs).settings(names)
    if settings is None:
        view.refuse(
            f"shapes {inputs} are repeated along too many axes for one nest of four loops",
            "repeat along neighbouring axes",
        )
    return settings


def _factor_sizes(view: NodeView) -> tuple[int, ...]:
    """Return the shape in which the factors broadcast, as long as the output's."""
    grid, rank = _grid(view, 1), len(view.output.shape) - 1
    found = [1] * rank
    if grid.axis is not None:
        from_end = len(view.inputs[1].shape) - grid.axis
        found[rank - from_end] = len(grid.scale)
    return tuple(found)


def _whole(view: NodeView) -> tuple[int, ...]:
    """Return which inputs are as large as the output, so that it may overwrite them."""
    output = sizes(view.output.shape)
    return tuple(
        index
        for index, tensor in enumerate(view.inputs)
        if not tensor.is_constant and sizes(tensor.shape) == output
    )


def _grid(view: NodeView, index: int) -> Quantization:
    grid = view.inputs[index].quantization
    if grid is None:
        view.refuse(f"input '{view.inputs[index].name}' is float", "quantize the whole graph")
    return grid


def _count(view: NodeView) -> int:
    return prod(sizes(view.output.shape))
