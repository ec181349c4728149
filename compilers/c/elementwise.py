"""Element-wise ops: sums, products, clips, rescaling."""

from collections.abc import Mapping

import numpy as np

from compilers.c.kernel_view import KernelView, Steps
from compilers.c.loops import broadcast_loops
from compilers.c.rescaling import (
    activated,
    reach,
    requantize_kernel,
    rounding_of,
    short_factors,
    single_factor,
    stored_range,
)
from compilers.c.short_sums import short_sum
from compilers.c.storage import is_wide, sizes
from zoo.c_program import Call, Setting
from zoo.fixed_point import TWO_STAGE, round_shift

__all__ = ["lower_add", "lower_clip", "lower_mul", "lower_requantize"]


def lower_add(view: KernelView) -> Steps:
    """Lower sums and differences: m_a (q_a - z_a) + m_b (q_b - z_b), rounded once or twice."""
    if view.output_grid.rounding == TWO_STAGE:
        yield _add_two_stage(view)
        return
    wide = any(is_wide(tensor) for tensor in (*view.inputs, view.output))
    short = None if wide else _short_sum(view)
    kernel, constants = ("add", short) if short else ("add_wide", _wide_sum(view))
    settings = {**_loops(view, ("first_strides", "second_strides")), **constants}
    yield view.call(kernel, settings, [view.operand(0), view.operand(1)], in_place=_whole(view))


def lower_mul(view: KernelView) -> Steps:
    """Lower products (q_a - z_a) (q_b - z_b), with one factor per scale of b."""
    grids = [view.grid(view.inputs[index]) for index in (0, 1)]
    multiplier, shift = view.fixed("multiplier"), view.fixed("shift")
    bound = reach(grids[0]) * reach(grids[1])
    if any(map(is_wide, view.inputs)):
        multiplier, shift = map(tuple, short_factors(view, (bound,) * len(multiplier)))
    settings = {
        **_loops(view, ("first_strides", "second_strides", "factor_strides")),
        "first_zero_point": grids[0].zero_point[0],
        "second_zero_point": grids[1].zero_point[0],
        "multiplier": view.constant("multiplier", "int32_t", multiplier),
        "shift": view.constant("shift", "uint8_t", shift),
        **stored_range(view, view.fixed("range")),
        "rounding": rounding_of(view, multiplier, shift, (bound,) * len(multiplier)),
    }
    yield view.call("mul", settings, [view.operand(0), view.operand(1)], in_place=_whole(view))


def lower_requantize(view: KernelView) -> Steps:
    """Lower a change of scale and zero point."""
    if view.output_grid.rounding == TWO_STAGE:
        yield _requantize_two_stage(view)
        return
    (multiplier,), (shift,) = view.fixed("multiplier"), view.fixed("shift")
    factor = single_factor(view, multiplier, shift, reach(view.input_grid), view.fixed("range"))
    settings = {
        "rows": 1,
        "row_size": view.count,
        "output_stride": view.count,
        "input_zero_point": view.input_grid.zero_point[0],
        **factor,
    }
    kernel = requantize_kernel(view.inputs[0].dtype, view.count)
    yield view.call(kernel, settings, [view.operand(0)], in_place=(0,))


def lower_clip(view: KernelView) -> Steps:
    """Lower a clip of the integers."""
    low, high = view.fixed("range")
    settings = {"count": view.count, "low": low, "high": high}
    yield view.call("clip", settings, [view.operand(0)], in_place=(0,))


def _short_sum(view: KernelView) -> Mapping[str, Setting] | None:
    """Return the constants of a sum in 32 bits, None if it needs more."""
    grids = [view.grid(view.inputs[index]) for index in (0, 1)]
    first, second = (np.arange(grid.qmin, grid.qmax + 1) for grid in grids)
    multipliers, (shift,) = view.fixed("multiplier"), view.fixed("shift")
    left, right = (
        multiplier * (values - grid.zero_point[0])
        for multiplier, values, grid in zip(multipliers, (first, second), grids, strict=True)
    )
    low, high = view.fixed("range")
    output = view.output_grid
    exact = round_shift(left[:, None] + right[None, :], shift, output.rounding)
    levels = (exact + output.zero_point[0]).clip(low, high)
    factors = (multipliers[0] / 2**shift, multipliers[1] / 2**shift)
    found = short_sum(levels, (low, high), (first, second), factors)
    if found is None:
        return None
    return {
        "first_factor": found.first,
        "second_factor": found.second,
        "offset": found.offset,
        "shift": found.shift,
        "low": low,
        "high": high,
    }


def _wide_sum(view: KernelView) -> Mapping[str, Setting]:
    """Return the constants of a sum in 64 bits."""
    first, second = view.fixed("multiplier")
    (shift,) = view.fixed("shift")
    grids = [view.grid(view.inputs[index]) for index in (0, 1)]
    return {
        "first_zero_point": grids[0].zero_point[0],
        "second_zero_point": grids[1].zero_point[0],
        "first_multiplier": first,
        "second_multiplier": second,
        "shift": shift,
        **stored_range(view, view.fixed("range")),
        "rounding": _sum_rounding(view),
    }


def _add_two_stage(view: KernelView) -> Call:
    weights, names = view.fixed("weight"), ("bn_multiplier", "bn_shift", "bn_add")
    (multiplier,), (shift,), (add,) = (view.fixed(name) for name in names)
    settings = {
        **_loops(view, ("first_strides", "second_strides")),
        "first_weight": weights[0],
        "second_weight": weights[1],
        "multiplier": multiplier,
        "shift": shift,
        "add": add,
        **activated(view),
    }
    operands = [view.operand(0), view.operand(1)]
    return view.call("add_two_stage", settings, operands, in_place=_whole(view))


def _requantize_two_stage(view: KernelView) -> Call:
    (multiplier,), (shift,) = view.fixed("bn_multiplier"), view.fixed("bn_shift")
    settings = {
        "count": view.count,
        "input_zero_point": view.input_grid.zero_point[0],
        "multiplier": multiplier,
        "shift": shift,
        **activated(view),
    }
    return view.call("requantize_two_stage", settings, [view.operand(0)], in_place=(0,))


def _sum_rounding(view: KernelView) -> str:
    """Return the rounding of an addition, a sum of two products.

    Both have the multipliers' common factors of 2, and no sum has more than 32 + 17 bits.
    """
    first, second = view.fixed("multiplier")
    common = int(np.gcd(first, second)) or 1
    bounds = [reach(view.grid(view.inputs[index])) for index in (0, 1)]
    bound = (abs(first) * bounds[0] + abs(second) * bounds[1]) // common
    (shift,) = view.fixed("shift")
    chosen = rounding_of(view, (common,), (shift,), (bound,))
    return "NETWORK_HALF_UP" if chosen == "NETWORK_HIGH_WORD" else chosen


def _loops(view: KernelView, names: tuple[str, ...]) -> Mapping[str, Setting]:
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


def _factor_sizes(view: KernelView) -> tuple[int, ...]:
    """Return the shape in which the factors broadcast, with the output's rank."""
    grid, rank = view.grid(view.inputs[1]), len(view.output.shape) - 1
    found = [1] * rank
    if grid.axis is not None:
        from_end = len(view.inputs[1].shape) - grid.axis
        found[rank - from_end] = len(grid.scale)
    return tuple(found)


def _whole(view: KernelView) -> tuple[int, ...]:
    """Return which inputs have the output's size, so that it may overwrite them."""
    output = sizes(view.output.shape)
    return tuple(
        index
        for index, tensor in enumerate(view.inputs)
        if not tensor.is_constant and sizes(tensor.shape) == output
    )
