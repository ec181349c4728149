"""Pools."""

from math import prod

from compilers.c.node_view import NodeView, Steps
from compilers.c.rescaling import rounding_of, stored_range
from compilers.c.window import window_settings
from compilers.op_parts.node_attributes import integers
from zoo.c_program import Setting

__all__ = ["lower_average_pool", "lower_max_pool"]


def lower_average_pool(view: NodeView) -> Steps:
    """Lower sum(q - z) over windows, with one factor, or one for each position."""
    kernel, grid = integers(view.node, "kernel"), view.input_grid
    multiplier, shift = view.integers("multiplier"), view.integers("shift")
    bound = prod(kernel) * (grid.qmax - grid.qmin)
    settings = {
        "window": window_settings(view, kernel),
        "input_zero_point": grid.zero_point[0],
        "multiplier": view.constant("multiplier", "int32_t", multiplier),
        "shift": view.constant("shift", "uint8_t", shift),
        "factor_step": int(len(multiplier) > 1),
        **stored_range(view, view.integers("range")),
        "rounding": rounding_of(view, multiplier, shift, (bound,) * len(multiplier)),
    }
    yield view.call("average_pool", settings, [view.operand(0)])


def lower_max_pool(view: NodeView) -> Steps:
    """Lower the largest value in each window; pads never win."""
    settings: dict[str, Setting] = {
        "window": window_settings(view, integers(view.node, "kernel")),
        "lowest": view.input_grid.qmin,
    }
    yield view.call("max_pool", settings, [view.operand(0)])
