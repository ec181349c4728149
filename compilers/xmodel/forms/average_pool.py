"""average_pool -> avgpool2d, times the DPU's coefficient.

The DPU sums, multiplies by an integer M and shifts by S: 7 / 2**8 instead of 1 / 36. The file says
so by a constant behind the true mean, count * M / 2**S.
"""

from fractions import Fraction

import numpy as np

from compilers.op_parts.affine import quantization_of
from compilers.op_parts.node_attributes import integer
from compilers.op_parts.window import Window
from compilers.quantize.power_of_two import fix_point_of
from compilers.xmodel.rectifier import add_rectified
from compilers.xmodel.scope import Scope, nhwc_shape
from compilers.xmodel.windows import window_attributes
from zoo.errors import UnsupportedOpError
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """A node that gives [N, C] has been split into the pool and a reshape before."""
    coefficient = _coefficient(scope, node)
    shape = nhwc_shape(scope.graph.tensors[node.output].shape)
    attributes = {
        **window_attributes(Window.from_node(node)),
        "global": False,
        "count_include_pad": True,
        "count_include_invalid": True,
    }
    arguments = {"input": (scope.read(node.inputs[0]),)}
    if coefficient == 1:
        add_rectified(scope, node, "avgpool2d", arguments, attributes)
        return
    name = scope.new_name(f"{scope.name_of(node.output)}.avgpool2d")
    mean = scope.add(name, "avgpool2d", shape, arguments, attributes)
    name = scope.new_name(f"{scope.name_of(node.output)}.coefficient")
    factor = scope.reals(name, np.array([coefficient]))
    add_rectified(scope, node, "mul", {"input": (mean, factor)})


def _coefficient(scope: Scope, node: Node) -> float:
    """Return by what the mean over the whole window is multiplied.

    out = sum * multiplier * 2**-shift in the output's steps = mean * coefficient in reals.
    """
    window = Window.from_node(node)
    if any(window.pads) and not integer(node, "count_include_pad"):
        raise UnsupportedOpError(
            f"node '{node.name}' (average_pool): pads {window.pads} do not count as pixels; the "
            "DPU divides by the same number everywhere: take count_include_pad=True or no pads"
        )
    count = window.kernel[0] * window.kernel[1]
    (multiplier,), (shift,) = node.integer["multiplier"], node.integer["shift"]
    source, output = scope.graph.tensors[node.inputs[0]], scope.graph.tensors[node.output]
    steps = fix_point_of(quantization_of(source)) - fix_point_of(quantization_of(output))
    exact = count * Fraction(multiplier) / Fraction(2) ** shift * Fraction(2) ** steps
    if Fraction(float(np.float32(float(exact)))) != exact:
        raise UnsupportedOpError(
            f"node '{node.name}' (average_pool): divides by {count}, the DPU computes "
            "sum * M >> S instead; quantize the float network anew by the scheme dpu-pow2, which "
            "chooses M and S"
        )
    return float(exact)
