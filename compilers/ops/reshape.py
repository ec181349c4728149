"""Reshape, Flatten, Squeeze and Unsqueeze: the same values in another shape."""

import math
from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from compilers.op_parts.arguments import integers, integers_parameter, new_parameter, operand
from compilers.op_parts.kinds import MoveOp
from zoo.errors import HubError, UnsupportedOpError
from zoo.graph import Node, Shape, Tensor
from zoo.op import OnnxCall, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class Reshape(MoveOp):
    """The values of each sample in the same order in another shape; the batch stays first.

    attributes: shape, without the batch, such as (196,).
    """

    name = "reshape"
    onnx_types = ("Reshape", "Flatten", "Squeeze", "Unsqueeze")

    def parse(self, call: OnnxCall) -> Parsed:
        """Read any of the four with constant parameters; refuses changes to the batch."""
        x = operand(call)
        shape = _TARGETS[call.op_type](call, x.shape)
        if not shape or shape[0] != x.shape[0] or _values(shape) != _values(x.shape):
            target = "a shape without its batch" if shape is None else shape
            raise UnsupportedOpError(
                f"{call.where}: {call.op_type} of '{x.name}' {x.shape} to {target}; only reshapes "
                "that keep the batch as the first axis are supported: write x.flatten(1) or "
                "x.reshape(-1, 196), for example"
            )
        return Parsed((x,), {"shape": tuple(int(size) for size in shape[1:])})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write Reshape with a dynamic batch."""
        shape = new_parameter(node, "shape", (-1, *integers(node, "shape")))
        return OnnxCall("Reshape", {}, (*inputs, shape))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return the batch and the new shape."""
        batch, *sizes = inputs[0].shape
        shape = integers(node, "shape")
        if math.prod(int(size) for size in sizes) != math.prod(shape):
            raise HubError(
                f"node '{node.name}' (reshape): {tuple(sizes)} has another number of values than "
                f"{shape}"
            )
        return (batch, *shape)

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Reshape the reals."""
        return inputs[0].reshape(len(inputs[0]), *integers(node, "shape"))

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Reshape."""
        return inputs[0].reshape(len(inputs[0]), *integers(node, "shape"))


def _reshape(call: OnnxCall, shape: Shape) -> Shape | None:
    """Resolve 0 (copy the axis) and -1 (infer the size)."""
    target = integers_parameter(call, 1, "shape") or ()
    first, *sizes = target or (None,)
    if call.attributes.get("allowzero", 0) and 0 in target:
        return None
    if first not in (0, -1, shape[0]) or 0 in sizes[len(shape) - 1 :]:
        return None
    copied = [int(shape[axis]) if size == 0 else size for axis, size in enumerate(sizes, start=1)]
    if first != -1 and copied.count(-1) == 1:
        rest = math.prod(size for size in copied if size != -1)
        copied[copied.index(-1)] = _values(shape) // max(rest, 1)
    return (shape[0], *copied)


def _flatten(call: OnnxCall, shape: Shape) -> Shape | None:
    axis = int(call.attributes.get("axis", 1))
    return (shape[0], _values(shape)) if axis in (1, 1 - len(shape)) else None


def _squeeze(call: OnnxCall, shape: Shape) -> Shape | None:
    every = tuple(axis for axis, size in enumerate(shape) if size == 1)
    axes = integers_parameter(call, 1, "axes") or every
    gone = {axis % len(shape) for axis in axes}
    if any(shape[axis] != 1 for axis in gone):
        return None
    return tuple(size for axis, size in enumerate(shape) if axis not in gone)


def _unsqueeze(call: OnnxCall, shape: Shape) -> Shape | None:
    axes = integers_parameter(call, 1, "axes") or ()
    rank = len(shape) + len(axes)
    new = {axis % rank for axis in axes}
    if len(new) != len(axes):
        return None
    sizes = iter(shape)
    return tuple(1 if axis in new else next(sizes) for axis in range(rank))


def _values(shape: Shape) -> int:
    """Return the number of values of one sample."""
    return math.prod(int(size) for size in shape[1:])


_TARGETS = MappingProxyType(
    {"Reshape": _reshape, "Flatten": _flatten, "Squeeze": _squeeze, "Unsqueeze": _unsqueeze}
)

OP = Reshape()
