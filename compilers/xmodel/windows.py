"""Pools, and the windows shared with convolutions."""

from fractions import Fraction

import numpy as np

from compilers.op_parts.window import Window
from compilers.ops.average_pool import divides_unevenly
from compilers.quantize.power_of_two import fix_point_of
from compilers.xmodel.rectifier import add_rectified
from compilers.xmodel.scope import Scope, file_shape
from zoo.lowering import NodeView

__all__ = ["lower_average_pool", "lower_max_pool", "window_attributes"]


def lower_average_pool(scope: Scope, view: NodeView) -> None:
    """Add 'avgpool2d', times the DPU's coefficient.

    The DPU sums, multiplies by an integer M and shifts by S: 7 / 2**8 instead of 1 / 36. The file
    encodes this as a constant after the true mean, count * M / 2**S. A node with output [N, C] has
    already been split into the pool and a reshape.
    """
    coefficient = _coefficient(view)
    attributes = {
        **window_attributes(Window.from_node(view.node)),
        "global": False,
        "count_include_pad": True,
        "count_include_invalid": True,
    }
    arguments = {"input": (scope.read(view.node.inputs[0]),)}
    if coefficient == 1:
        add_rectified(scope, view, "avgpool2d", arguments, attributes)
        return
    output = scope.name_of(view.output.name)
    name, shape = scope.new_name(f"{output}.avgpool2d"), file_shape(view.output.shape)
    mean = scope.add(name, "avgpool2d", shape, arguments, attributes)
    factor = scope.reals(scope.new_name(f"{output}.coefficient"), np.array([coefficient]))
    add_rectified(scope, view, "mul", {"input": (mean, factor)})


def lower_max_pool(scope: Scope, view: NodeView) -> None:
    """Add 'maxpool2d': the fix after it changes nothing, but the DPU's pool requires one."""
    window = Window.from_node(view.node)
    if window.dilations != (1, 1):
        height, width = window.dilations
        view.refuse(f"dilations {height}x{width}; the DPU's pools have none", "use 1x1")
    attributes = {**window_attributes(window), "global": False}
    arguments = {"input": (scope.read(view.node.inputs[0]),)}
    add_rectified(scope, view, "maxpool2d", arguments, attributes)


def window_attributes(window: Window) -> dict[str, object]:
    """Return kernel, stride, pad and pad_mode: width first, pads as left, right, top, bottom."""
    top, left, bottom, right = window.pads
    return {
        "kernel": window.kernel[::-1],
        "stride": window.strides[::-1],
        "pad": (left, right, top, bottom),
        "pad_mode": "FLOOR",
    }


def _coefficient(view: NodeView) -> float:
    """Return the factor of the mean over the whole window.

    out = sum * multiplier * 2**-shift in the output's steps = mean * coefficient in reals.
    """
    window = Window.from_node(view.node)
    if divides_unevenly(view.node):
        view.refuse(
            "its means leave out the pads; the DPU divides by the same number everywhere",
            "pool with count_include_pad=True, or without pads",
        )
    count = window.kernel[0] * window.kernel[1]
    (multiplier,), (shift,) = view.fixed("multiplier"), view.fixed("shift")
    steps = fix_point_of(view.input_grid) - fix_point_of(view.output_grid)
    exact = count * Fraction(multiplier) / Fraction(2) ** shift * Fraction(2) ** steps
    if Fraction(float(np.float32(float(exact)))) != exact:
        view.refuse(
            f"divides by {count}, the DPU computes sum * M >> S instead",
            "quantize the float network again with the scheme dpu-pow2, which chooses M and S",
        )
    return float(exact)
