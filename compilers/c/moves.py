"""Ops that move elements: copying loop nests."""

from collections.abc import Mapping, Sequence
from itertools import islice
from math import prod

from compilers.c.kernel_view import KernelView, SameMemory, Steps
from compilers.c.loops import Loops, reshape_loops
from compilers.c.rescaling import reach, requantize_kernel, single_factor
from compilers.c.storage import sizes, strides_of
from compilers.op_parts.arguments import integer, integers, text
from zoo.c_program import Argument, Call, Setting

__all__ = [
    "lower_concat",
    "lower_depth_to_space",
    "lower_pad",
    "lower_reshape",
    "lower_slice",
    "lower_space_to_depth",
    "lower_transpose",
]

_CALLS_MAX = 64
_STRIDES = ("input_strides", "output_strides")


def lower_reshape(view: KernelView) -> Steps:
    """Lower to nothing if memory is unchanged, otherwise to a copy in another order."""
    loops = reshape_loops(view.inputs[0], view.output)
    if loops is None:
        found, wanted = sizes(view.inputs[0].shape), sizes(view.output.shape)
        view.refuse(
            f"{found} to {wanted} (channels last) mixes rows and columns of an image",
            "flatten first, then reshape",
        )
    if loops.is_contiguous:
        yield SameMemory(view.inputs[0].name, view.output.name)
    else:
        yield from _copies(view, loops)


def lower_transpose(view: KernelView) -> Steps:
    """Lower to a copy in another order."""
    order = [axis - 1 for axis in integers(view.node, "permutation")[1:]]
    found = strides_of(sizes(view.inputs[0].shape))
    yield from _copy(view, [found[axis] for axis in order])


def lower_slice(view: KernelView) -> Steps:
    """Lower to a copy with an offset and larger strides."""
    strides, offset = list(strides_of(sizes(view.inputs[0].shape))), 0
    node = view.node
    cuts = zip(
        integers(node, "axes"), integers(node, "starts"), integers(node, "steps"), strict=True
    )
    for axis, start, step in cuts:
        offset += start * strides[axis - 1]
        strides[axis - 1] *= step
    yield from _copy(view, strides, offset)


def lower_pad(view: KernelView) -> Steps:
    """Lower to a fill, and a copy into the middle."""
    output = sizes(view.output.shape)
    (value,) = view.fixed("value")
    yield view.call("fill", {"count": prod(output), "value": value}, [], part="border")
    inside, strides = sizes(view.inputs[0].shape), strides_of(output)
    before = integers(view.node, "before")[1:]
    offset = sum(width * stride for width, stride in zip(before, strides, strict=True))
    loops = _stored_loops(inside, strides_of(inside), strides)
    yield view.call("copy", _settings(view, loops), [view.operand(0)], part="middle", offset=offset)


def lower_concat(view: KernelView) -> Steps:
    """Lower to one call per input that writes its part, rescaled if needed."""
    output = sizes(view.output.shape)
    axis = integer(view.node, "axis") - 1
    stride, offset = strides_of(output)[axis], 0
    for index in range(len(view.inputs)):
        yield _part(view, index, axis, offset)
        offset += view.operand_sizes(index)[axis] * stride


def lower_depth_to_space(view: KernelView) -> Steps:
    """Lower to one copy for each row of the blocks."""
    height, width, depth = sizes(view.inputs[0].shape)
    block = integer(view.node, "block")
    channels = depth // block**2
    by_pixel = text(view.node, "mode") == "DCR"
    of_column, of_channel = (channels, 1) if by_pixel else (1, block**2)
    for row in range(block):
        loops = Loops(
            (height, width, block, channels),
            (
                (width * depth, depth, of_column, of_channel),
                (width * depth, block * channels, channels, 1),
            ),
        )
        source = Argument(view.inputs[0].name, row * block * of_column)
        offset = row * width * block * channels
        yield view.call("copy", _settings(view, loops), [source], part=f"row{row}", offset=offset)


def lower_space_to_depth(view: KernelView) -> Steps:
    """Lower to a copy: the values of a block's row lie side by side in both."""
    height, width, depth = sizes(view.output.shape)
    row_size = depth // integer(view.node, "block")
    loops = Loops(
        (height, width, depth // row_size, row_size),
        (
            (width * depth, row_size, width * row_size, 1),
            (width * depth, depth, row_size, 1),
        ),
    )
    yield view.call("copy", _settings(view, loops), [view.operand(0)])


def _part(view: KernelView, index: int, axis: int, offset: int) -> Call:
    """Return the call that writes one input of a concat, with a row stride in the output."""
    output, found = sizes(view.output.shape), view.operand_sizes(index)
    rows = prod(output[:axis])
    row_size, step = prod(found[axis:]), prod(output[axis:])
    inputs, part = [view.operand(index)], f"part{index}"
    if view.grid(view.inputs[index]) == view.output_grid:
        loops = Loops((rows, row_size), ((row_size, 1), (step, 1)))
        return view.call("copy", _settings(view, loops), inputs, part=part, offset=offset)
    settings = {"rows": rows, "row_size": row_size, "output_stride": step, **_factor(view, index)}
    kernel = requantize_kernel(view.inputs[index].dtype, rows * row_size)
    return view.call(kernel, settings, inputs, part=part, offset=offset)


def _factor(view: KernelView, index: int) -> Mapping[str, Setting]:
    read, stored = view.grid(view.inputs[index]), view.output_grid
    multiplier, shift = view.fixed("multiplier")[index], view.fixed("shift")[index]
    limits = stored.qmin, stored.qmax
    factor = single_factor(view, multiplier, shift, reach(read), limits)
    return {"input_zero_point": read.zero_point[0], **factor}


def _copy(view: KernelView, input_strides: Sequence[int], offset: int = 0) -> Steps:
    output = sizes(view.output.shape)
    yield from _copies(view, _stored_loops(output, input_strides, strides_of(output)), offset)


def _copies(view: KernelView, loops: Loops, offset: int = 0) -> Steps:
    """Yield the call that copies an input from an offset on, or one for each of several parts."""
    nests = list(islice(loops.nests(), _CALLS_MAX + 1))
    if len(nests) > _CALLS_MAX:
        view.refuse(
            f"it needs more than {_CALLS_MAX} copies of four nested loops",
            "move fewer axes at once",
        )
    for index, ((read, written), inner) in enumerate(nests):
        source = Argument(view.inputs[0].name, offset + read)
        part = f"part{index}" if len(nests) > 1 else ""
        yield view.call("copy", _settings(view, inner), [source], part=part, offset=written)


def _stored_loops(found: Sequence[int], *strides: Sequence[int]) -> Loops:
    """Return loops in the order of the output's memory."""
    order = sorted(range(len(found)), key=lambda axis: -strides[-1][axis])
    rows = tuple(tuple(row[axis] for axis in order) for row in strides)
    return Loops(tuple(found[axis] for axis in order), rows)


def _settings(view: KernelView, loops: Loops) -> Mapping[str, Setting]:
    settings = loops.settings(_STRIDES)
    if settings is None:
        view.refuse("it needs more than four nested loops", "move fewer axes at once")
    return settings
