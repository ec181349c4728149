"""Table functions: of one number, of one number and its channel, softmax."""

from math import prod

import numpy as np

from compilers.c.kernel_view import KernelView, Steps
from compilers.c.storage import c_type, channels_first_axes, sizes, strides_of
from compilers.op_parts.arguments import integer
from zoo.c_program import Setting

__all__ = ["lower_prelu", "lower_softmax", "lower_table"]

_POWER_BITS = 21  # of the table's largest entry
_OTHER_AXES = 3
_INT64_BITS = 63


def lower_table(view: KernelView) -> Steps:
    """Lower any function of one number."""
    yield from _tables(view, outer=1, channels=1, inner=view.count)


def lower_prelu(view: KernelView) -> Steps:
    """Lower a function with one table per channel."""
    found = sizes(view.output.shape)
    if view.output.layout == "NHWC":
        yield from _tables(view, outer=prod(found[:-1]), channels=found[-1], inner=1)
    else:
        yield from _tables(view, outer=1, channels=found[0], inner=prod(found[1:]))


def lower_softmax(view: KernelView) -> Steps:
    """Lower y[k] = round(power[k] * multiplier / (sum(power) * 2**shift)) + z_out."""
    found, axis = sizes(view.output.shape), integer(view.node, "axis") - 1
    strides, axes = strides_of(found), channels_first_axes(view.output)
    others = [(found[a], strides[a]) for a in axes if a != axis and found[a] > 1]
    if len(others) > _OTHER_AXES:
        view.refuse("it has more than three axes besides the softmax axis", "reshape before it")
    others = [(1, 0)] * (_OTHER_AXES - len(others)) + others
    (multiplier,), (shift,) = view.fixed("multiplier"), view.fixed("shift")
    # Twice the divisor is computed too.
    if _POWER_BITS + found[axis].bit_length() + shift + 2 > _INT64_BITS:
        view.refuse(
            f"sums over {found[axis]} classes times 2**{shift} have more than 63 bits",
            "give its output a coarser scale, such as 1/256",
        )
    grid = view.output_grid
    settings: dict[str, Setting] = {
        "sizes": tuple(size for size, _ in others),
        "strides": tuple(stride for _, stride in others),
        "classes": found[axis],
        "class_stride": strides[axis],
        "powers": view.constant("powers", "int32_t", np.array(view.fixed("table"))),
        "multiplier": multiplier,
        "shift": shift,
        "zero_point": grid.zero_point[0],
        "low": grid.qmin,
        "high": grid.qmax,
        "half_even": int(grid.rounding != "half_up"),
    }
    yield view.call("softmax", settings, [view.operand(0)])


def _tables(view: KernelView, outer: int, channels: int, inner: int) -> Steps:
    table = np.array(view.fixed("table")).reshape(channels, -1)
    settings: dict[str, Setting] = {
        "outer": outer,
        "channels": channels,
        "inner": inner,
        "lowest": view.input_grid.qmin,
        "table_size": table.shape[1],
        "tables": view.constant("tables", c_type(view.output), table),
    }
    yield view.call("look_up", settings, [view.operand(0)], in_place=(0,))
