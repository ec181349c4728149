"""Transpose: reorder the axes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import integers, operand
from compilers.op_parts.kinds import MoveOp
from zoo.errors import UnsupportedOpError
from zoo.graph import Node, Shape, Tensor
from zoo.op import OnnxCall, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class Transpose(MoveOp):
    """Axis i of the output is axis permutation[i] of the input; the batch stays first.

    attributes: permutation.
    """

    name = "transpose"
    onnx_types = ("Transpose",)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read Transpose; refuses to move the batch."""
        x = operand(call)
        backwards = reversed(range(len(x.shape)))
        permutation = tuple(int(axis) for axis in call.attributes.get("perm", backwards))
        if permutation[:1] != (0,) or sorted(permutation) != list(range(len(x.shape))):
            raise UnsupportedOpError(
                f"{call.where}: Transpose of '{x.name}' {x.shape} to the order {permutation}; only "
                "orders of all axes that begin with 0 are supported: keep the batch first"
            )
        return Parsed((x,), {"permutation": permutation})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write Transpose."""
        return OnnxCall("Transpose", {"perm": integers(node, "permutation")}, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return the sizes in the new order."""
        return tuple(inputs[0].shape[axis] for axis in integers(node, "permutation"))

    def reorder(self, node: Node, order: tuple[int, ...]) -> Node:
        """Return the node between images in the new order."""
        permutation = integers(node, "permutation")
        moved = tuple(order.index(permutation[axis]) for axis in order)
        return node.with_attributes(permutation=moved)

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Move the values."""
        return np.transpose(inputs[0], integers(node, "permutation"))

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Move the values."""
        return inputs[0].permute(integers(node, "permutation"))


OP = Transpose()
