"""Ops that move elements: nests of loops that copy."""

from collections.abc import Mapping, Sequence
from math import prod

from compilers.c.elementwise import reach
from compilers.c.loops import Loops, reshape_loops
from compilers.c.node_view import NodeView, Operand, Steps, View
from compilers.c.rescaling import single_factor
from compilers.c.storage import axis_strides, sizes, stored_axes
from compilers.op_parts.affine import quantization_of
from compilers.op_parts.node_attributes import integer, integers
from zoo.c_program import Argument, Call, Setting

__all__ = ["lower_concat", "lower_pad", "lower_reshape", "lower_slice", "lower_transpose"]

_STRIDES = ("input_strides", "output_strides")


def lower_reshape(view: NodeView) -> Steps:
    """Lower to nothing where memory stays as it is, else to a copy in another order."""
    source, target = sizes(view.inputs[0].shape), sizes(view.output.shape)
    loops = reshape_loops(source, target)
    if loops is None:
        view.refuse(
            f"{source} to {target} mixes rows and columns of an image",
            "reshape by way of one axis (flatten)",
        )
    if loops.is_contiguous:
        yield View(view.inputs[0].name, view.output.name)
    else:
        yield view.call("copy", _settings(view, loops), [view.operand(0)])


def lower_transpose(view: NodeView) -> Steps:
    """Lower to a copy in another order."""
    order = [axis - 1 for axis in integers(view.node, "permutation")[1:]]
    found = axis_strides(sizes(view.inputs[0].shape))
    yield _copy(view, [found[axis] for axis in order])


def lower_slice(view: NodeView) -> Steps:
    """Lower to a copy that begins inside and takes larger steps."""
    strides, offset = list(axis_strides(sizes(view.inputs[0].shape))), 0
    node = view.node
    cuts = zip(
        integers(node, "axes"), integers(node, "starts"), integers(node, "steps"), strict=True
    )
    for axis, start, step in cuts:
        offset += start * strides[axis - 1]
        strides[axis - 1] *= step
    yield _copy(view, strides, [Argument(view.inputs[0].name, offset)])


def lower_pad(view: NodeView) -> Steps:
    """Lower to a fill of everything, and a copy into the middle."""
    output = sizes(view.output.shape)
    (value,) = view.integers("value")
    yield view.call("fill", {"count": prod(output), "value": value}, [], part="border")
    inside, strides = sizes(view.inputs[0].shape), axis_strides(output)
    before = integers(view.node, "before")[1:]
    offset = sum(width * stride for width, stride in zip(before, strides, strict=True))
    loops = _stored_loops(inside, axis_strides(inside), strides)
    yield view.call("copy", _settings(view, loops), [view.operand(0)], part="middle", offset=offset)


def lower_concat(view: NodeView) -> Steps:
    """Lower to one call for each input that writes its part, rescaled where it must be."""
    output = sizes(view.output.shape)
    axis = integer(view.node, "axis") - 1
    stride, offset = axis_strides(output)[axis], 0
    for index in range(len(view.inputs)):
        yield _part(view, index, axis, offset)
        offset += view.operand_sizes(index)[axis] * stride


def _part(view: NodeView, index: int, axis: int, offset: int) -> Call:
    """Return the call that writes one input of a concat, whose rows lie apart in the output."""
    output, found = sizes(view.output.shape), view.operand_sizes(index)
    order = stored_axes(len(output))
    place = order.index(axis)
    rows = prod(output[outer] for outer in order[:place])
    row_size, step = (prod(shape[inner] for inner in order[place:]) for shape in (found, output))
    inputs, part = [view.operand(index)], f"part{index}"
    if quantization_of(view.inputs[index]) == view.output_grid:
        loops = Loops((rows, row_size), ((row_size, 1), (step, 1)))
        return view.call("copy", _settings(view, loops), inputs, part=part, offset=offset)
    settings = {"rows": rows, "row_size": row_size, "output_stride": step, **_factor(view, index)}
    return view.call("requantize", settings, inputs, part=part, offset=offset)


def _factor(view: NodeView, index: int) -> Mapping[str, Setting]:
    read, stored = quantization_of(view.inputs[index]), view.output_grid
    multiplier, shift = view.integers("multiplier")[index], view.integers("shift")[index]
    limits = stored.qmin, stored.qmax
    factor = single_factor(view, multiplier, shift, reach(read), limits)
    return {"input_zero_point": read.zero_point[0], **factor}


def _copy(view: NodeView, input_strides: Sequence[int], inputs: Sequence[Operand] = ()) -> Call:
    output = sizes(view.output.shape)
    loops = _stored_loops(output, input_strides, axis_strides(output))
    return view.call("copy", _settings(view, loops), inputs or [view.operand(0)])


def _stored_loops(found: Sequence[int], *strides: Sequence[int]) -> Loops:
    """Return loops over axes in the Graph's order, in the order of the output's memory."""
    order = sorted(range(len(found)), key=lambda axis: -strides[-1][axis])
    rows = tuple(tuple(row[axis] for axis in order) for row in strides)
    return Loops(tuple(found[axis] for axis in order), rows)


def _settings(view: NodeView, loops: Loops) -> Mapping[str, Setting]:
    settings = loops.settings(_STRIDES)
    if settings is None:
        view.refuse("it needs more than four nested loops", "move fewer axes at once")
    return settings
