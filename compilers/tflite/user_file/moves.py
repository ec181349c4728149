"""Ops that move values."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from compilers.tflite.user_file.operation import Operation
from zoo.layout import CHANNELS_FIRST

__all__ = ["OPERATORS"]


def _reshape(op: Operation) -> None:
    """RESHAPE, SQUEEZE, EXPAND_DIMS: the output's shape says everything."""
    op.give(op.reshaped(op.value(), op.shape(), op.output_shape()))


def _transpose(op: Operation) -> None:
    """TRANSPOSE: axis i of the output is axis order[i] of the input."""
    order = op.integers(1, "order")
    axes = [op.axis(order[axis]) for axis in _laid(range(len(order)))]
    op.give(op.add("Transpose", op.value(), perm=axes))


def _laid(axes: Sequence[int]) -> list[int]:
    """Return the file's axes in the model's order."""
    return [axes[i] for i in CHANNELS_FIRST] if len(axes) == len(CHANNELS_FIRST) else list(axes)


def _concat(op: Operation) -> None:
    values = [op.value(index) for index in range(op.inputs)]
    op.give(op.add("Concat", *values, axis=op.axis(op.option("axis"))))


def _pack(op: Operation) -> None:
    """PACK: joins along a new axis."""
    sizes = op.output_shape()
    axis = range(len(sizes))[op.option("axis")]
    thin = (*sizes[:axis], 1, *sizes[axis + 1 :])
    values = [op.reshaped(op.value(i), op.shape(i), thin) for i in range(op.inputs)]
    laid = _laid(range(len(sizes))).index(axis)
    op.give(op.add("Concat", *values, axis=laid))


def _unpack(op: Operation) -> None:
    """UNPACK: slices along an axis, which goes away."""
    axis = range(len(op.shape()))[op.option("axis")]
    for index in range(op.outputs):
        _give_slice(op, index, {axis: (index, index + 1, 1)})


def _split(op: Operation) -> None:
    """SPLIT: equal slices; inputs are the axis and the values."""
    axis = range(len(op.shape(1)))[op.integers(0, "axis")[0]]
    size = op.shape(1)[axis] // op.outputs
    for index in range(op.outputs):
        _give_slice(op, index, {axis: (index * size, (index + 1) * size, 1)}, source=1)


def _split_sizes(op: Operation) -> None:
    """SPLIT_V: slices of given sizes; inputs are the values, the sizes and the axis."""
    axis = range(len(op.shape()))[op.integers(2, "axis")[0]]
    sizes = op.integers(1, "sizes")
    rest = op.shape()[axis] - sum(size for size in sizes if size >= 0)
    start = 0
    for index in range(op.outputs):
        size = sizes[index] if sizes[index] >= 0 else rest
        _give_slice(op, index, {axis: (start, start + size, 1)})
        start += size


def _slice(op: Operation) -> None:
    """SLICE: from `begin` on, `size` values, or all where that is -1."""
    begins, sizes = op.integers(1, "begin"), op.integers(2, "size")
    cuts = {}
    for axis, (begin, size) in enumerate(zip(begins, sizes, strict=True)):
        cuts[axis] = (begin, op.shape()[axis] if size < 0 else begin + size, 1)
    _give_slice(op, 0, cuts)


def _strided_slice(op: Operation) -> None:
    """STRIDED_SLICE, whose masks say where begin and end are ignored, and which axes go away."""
    if op.option("ellipsis_mask") or op.option("new_axis_mask"):
        raise op.refusal(
            "it has an ellipsis or a new axis", "convert the network with explicit slices"
        )
    begins, ends, steps = (
        op.integers(index, role) for index, role in ((1, "begin"), (2, "end"), (3, "strides"))
    )
    cuts = {}
    for axis, (begin, end, step) in enumerate(zip(begins, ends, steps, strict=True)):
        bit = 1 << axis
        if step < 1:
            raise op.refusal(f"its stride is {step}", "only strides from 1 on are supported")
        first = None if op.option("begin_mask") & bit else begin
        last = None if op.option("end_mask") & bit else end
        start, stop, _ = slice(first, last, step).indices(op.shape()[axis])
        if op.option("shrink_axis_mask") & bit:
            stop = start + 1
        cuts[axis] = (start, stop, step)
    _give_slice(op, 0, cuts)


def _give_slice(
    op: Operation, index: int, cuts: Mapping[int, tuple[int, int, int]], source: int = 0
) -> None:
    """Give (start, stop, step) by axis of an input, in the output's shape."""
    shape = op.shape(source)
    kept = {a: cut for a, cut in cuts.items() if cut != (0, shape[a], 1)}
    value = op.value(source)
    sizes = [len(range(*cuts.get(axis, (0, size, 1)))) for axis, size in enumerate(shape)]
    if kept:
        columns = zip(*((*cut, op.axis(a, source)) for a, cut in kept.items()), strict=True)
        starts, stops, steps, axes = (op.parameter("cut", column) for column in columns)
        value = op.add("Slice", value, starts, stops, axes, steps)
    op.give(op.reshaped(value, sizes, op.output_shape(index)), index)


def _gather(op: Operation) -> None:
    """GATHER by constant indices along an axis, which one index alone removes."""
    indices = op.constant(1, "indices")
    axis = range(len(op.shape()))[op.option("axis")]
    if op.option("batch_dims") or indices.ndim > 1 or indices.dtype.kind != "i":
        raise op.refusal("its indices have several axes", "only a list of indices is supported")
    listed = op.parameter("indices", indices.reshape(-1))
    value = op.add("Gather", op.value(), listed, axis=op.axis(axis))
    sizes = (*op.shape()[:axis], indices.size, *op.shape()[axis + 1 :])
    op.give(op.reshaped(value, sizes, op.output_shape()))


def _depth_to_space(op: Operation) -> None:
    op.give(op.add("DepthToSpace", op.value(), blocksize=op.option("block_size"), mode="DCR"))


def _space_to_depth(op: Operation) -> None:
    op.give(op.add("SpaceToDepth", op.value(), blocksize=op.option("block_size")))


OPERATORS: Mapping[str, Callable[[Operation], None]] = MappingProxyType(
    {
        "CONCATENATION": _concat,
        "DEPTH_TO_SPACE": _depth_to_space,
        "EXPAND_DIMS": _reshape,
        "GATHER": _gather,
        "PACK": _pack,
        "RESHAPE": _reshape,
        "SLICE": _slice,
        "SPACE_TO_DEPTH": _space_to_depth,
        "SPLIT": _split,
        "SPLIT_V": _split_sizes,
        "SQUEEZE": _reshape,
        "STRIDED_SLICE": _strided_slice,
        "TRANSPOSE": _transpose,
        "UNPACK": _unpack,
    }
)
