"""Checks that a node's integers are the DPU's: powers of two with legal shifts.

With f the fix points of weight, input, output and bias, where scale = 2**-f:

    shift_cut  = f_w + f_in - f_out     right shift from accumulator to output
    shift_bias = f_w + f_in - f_bias    left shift from bias to accumulator
"""

from collections.abc import Iterator

from compilers.op_parts.arguments import integers
from compilers.op_table import find_op
from compilers.ops.average_pool import divides_unevenly
from compilers.quantize.chip_numbers import reciprocal_of
from compilers.quantize.power_of_two import fix_point_of, is_power_of_two
from zoo.lowering import NodeView
from zoo.scheme import Scheme

__all__ = ["require_numbers"]


def require_numbers(view: NodeView, scheme: Scheme) -> None:
    """Refuse a node of an integer graph with numbers outside the scheme."""
    for why in _objections(view, scheme):
        view.refuse(why, f"quantize the float network with the scheme {scheme.name}")


def _objections(view: NodeView, scheme: Scheme) -> Iterator[str]:
    tensors = (*view.inputs, view.output)
    grids = [(t.name, t.quantization) for t in tensors if t.quantization is not None]
    uneven = [name for name, grid in grids if not all(map(is_power_of_two, grid.scale))]
    if uneven:
        yield f"'{uneven[0]}' has a scale that is not a power of two; the DPU shifts"
        return
    points = [fix_point_of(grid) for _, grid in grids]
    if find_op(view.node.op).weight_input is not None and len(points) == len(tensors):
        yield from _shifts(points, scheme)
    if view.node.op in scheme.shared_ops and len({grid.scale for _, grid in grids}) > 1:
        yield f"its fix points are {points}; the DPU copies bytes, so they must be equal"
    if view.node.op == "hard_sigmoid" and scheme.hard_sigmoid and points[-1] > _finest(scheme):
        yield f"its output has the fix point {points[-1]}; the DPU's is at most {_finest(scheme)}"
    has_mean = view.node.op == "average_pool" and not divides_unevenly(view.node)
    if has_mean and scheme.mean_bits is not None:
        yield from _mean(view, scheme)


def _finest(scheme: Scheme) -> int:
    assert scheme.hard_sigmoid is not None
    return scheme.hard_sigmoid[2]


def _shifts(points: list[int], scheme: Scheme) -> Iterator[str]:
    source, weight, *bias, output = points
    shifts = [("shift_cut", "f_w + f_in - f_out", output, scheme.shift_cut)]
    shifts += [("shift_bias", "f_w + f_in - f_bias", point, scheme.shift_bias) for point in bias]
    for name, formula, subtracted, legal in shifts:
        shift = weight + source - subtracted
        if legal and not legal[0] <= shift <= legal[1]:
            yield (
                f"{name} = {formula} = {weight} + {source} - {subtracted} = {shift}; allowed are "
                f"{legal[0]} to {legal[1]}"
            )


def _mean(view: NodeView, scheme: Scheme) -> Iterator[str]:
    height, width = integers(view.node, "kernel")
    wanted = reciprocal_of((height, width), scheme)
    if view.node.attributes.get("reciprocal") != wanted:
        yield (
            f"its mean divides by {height * width}; the DPU multiplies the sum by {wanted[0]} and "
            f"shifts it by {wanted[1]}"
        )
