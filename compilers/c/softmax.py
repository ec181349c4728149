"""Softmax by a table of exponentials."""

import numpy as np

from compilers.c.node_view import NodeView, Steps
from compilers.c.storage import axis_strides, sizes
from compilers.op_parts.node_attributes import integer
from zoo.c_program import Setting

__all__ = ["lower_softmax"]

_POWER_BITS = 21  # of the table's largest entry
_OTHER_AXES = 3
_INT64_BITS = 63


def lower_softmax(view: NodeView) -> Steps:
    """Lower y[k] = round(power[k] * multiplier / (sum(power) * 2**shift)) + z_out."""
    found = sizes(view.output.shape)
    strides, axis = axis_strides(found), integer(view.node, "axis") - 1
    others = [(size, strides[a]) for a, size in enumerate(found) if a != axis and size > 1]
    if len(others) > _OTHER_AXES:
        view.refuse("it has more than three axes beside its own", "reshape before it")
    others = [(1, 0)] * (_OTHER_AXES - len(others)) + others
    (multiplier,), (shift,) = view.integers("multiplier"), view.integers("shift")
    # Twice the divisor is formed too.
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
        "powers": view.constant("powers", "int32_t", np.array(view.integers("table"))),
        "multiplier": multiplier,
        "shift": shift,
        "zero_point": grid.zero_point[0],
        "low": grid.qmin,
        "high": grid.qmax,
        "half_even": int(grid.rounding == "half_even"),
    }
    yield view.call("softmax", settings, [view.operand(0)])
