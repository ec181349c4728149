"""Slice: a fixed part of a tensor."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from compilers.op_parts.arguments import integers, integers_parameter, new_parameter, operand
from compilers.op_parts.kinds import MoveOp
from zoo.errors import UnsupportedOpError
from zoo.graph import Node, Shape, Tensor
from zoo.op import OnnxCall, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]

# Exporters write the end of an axis of unknown size as the largest 32- or 64-bit integer.
_BATCH_MAX = 2**31 - 1
_PARAMETERS = ("starts", "ends", "axes", "steps")


class Slice(MoveOp):
    """Every step-th value of some axes, from start to before end.

    attributes: starts, ends, axes, steps, one value per sliced axis; axes ascend,
    0 <= start < end <= size, step >= 1.
    """

    name = "slice"
    onnx_types = ("Slice",)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read Slice of opset 10; refuses computed bounds, steps below 1, slices of the batch."""
        x = operand(call)
        kept = {axis: _kept(call, x, axis, cut) for axis, cut in _given_cuts(call, x).items()}
        axes = tuple(sorted(kept))
        attributes = {
            "starts": tuple(kept[axis].start for axis in axes),
            "ends": tuple(kept[axis].stop for axis in axes),
            "axes": axes,
            "steps": tuple(kept[axis].step for axis in axes),
        }
        return Parsed((x,), attributes)

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write Slice of opset 10."""
        parameters = (new_parameter(node, role, integers(node, role)) for role in _PARAMETERS)
        return OnnxCall("Slice", {}, (*inputs, *parameters))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return the remaining sizes."""
        sizes = list(inputs[0].shape)
        for axis, start, end, step in _cuts(node):
            sizes[axis] = len(range(start, end, step))
        return tuple(sizes)

    def reorder(self, node: Node, order: tuple[int, ...]) -> Node:
        """Return the node with its axes renamed, ascending."""
        cuts = sorted((order.index(axis), *cut) for axis, *cut in _cuts(node))
        axes, starts, ends, steps = zip(*cuts, strict=True) if cuts else ((), (), (), ())
        return node.with_attributes(axes=axes, starts=starts, ends=ends, steps=steps)

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Keep a part of the values."""
        return inputs[0][_index(node, inputs[0].ndim)]

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Keep a part of the values."""
        return inputs[0][_index(node, inputs[0].ndim)]


def _cuts(node: Node) -> list[tuple[int, int, int, int]]:
    """Return (axis, start, end, step) for each sliced axis."""
    starts, ends, axes, steps = (integers(node, name) for name in _PARAMETERS)
    return list(zip(axes, starts, ends, steps, strict=True))


def _index(node: Node, rank: int) -> tuple[slice, ...]:
    """Return the slice of each axis."""
    index = [slice(None)] * rank
    for axis, start, end, step in _cuts(node):
        index[axis] = slice(start, end, step)
    return tuple(index)


def _given_cuts(call: OnnxCall, x: Tensor) -> dict[int, slice]:
    """Return the slices by axis; keeping the whole batch is not a slice."""
    starts, ends, axes, steps = (
        integers_parameter(call, index, role) or () for index, role in enumerate(_PARAMETERS, 1)
    )
    axes, steps = axes or tuple(range(len(starts))), steps or (1,) * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps):
        raise UnsupportedOpError(
            f"{call.where}: Slice of '{x.name}' has {len(starts)} starts, {len(ends)} ends, "
            f"{len(axes)} axes and {len(steps)} steps; each axis needs one of each: export the "
            "file again"
        )
    cuts = {
        axis % len(x.shape): slice(start, end, step)
        for start, end, axis, step in zip(starts, ends, axes, steps, strict=True)
    }
    batch = cuts.get(0)
    size = _BATCH_MAX if isinstance(x.shape[0], str) else x.shape[0]
    if batch and (batch.start, batch.step) == (0, 1) and batch.stop >= size:
        del cuts[0]
    return cuts


def _kept(call: OnnxCall, x: Tensor, axis: int, cut: slice) -> range:
    """Return the remaining indices, counted from the start of the axis."""
    size = x.shape[axis]
    if axis == 0 or isinstance(size, str):
        raise UnsupportedOpError(
            f"{call.where}: Slice cuts '{x.name}' {x.shape} along the batch (axis 0); only the "
            "other axes are supported: split the batch outside the network"
        )
    if cut.step < 1:
        raise UnsupportedOpError(
            f"{call.where}: Slice takes '{x.name}' {x.shape} in steps of {cut.step} along axis "
            f"{axis}; only positive steps are supported: do not reverse axes"
        )
    kept = range(size)[cut]
    if not kept:
        raise UnsupportedOpError(
            f"{call.where}: Slice keeps nothing of '{x.name}' {x.shape} along axis {axis}, from "
            f"{cut.start} to {cut.stop}; at least one value must remain: correct the bounds"
        )
    return kept


OP = Slice()
