"""Concatenation along one axis."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import integer
from compilers.op_parts.arithmetic import centred, factors
from zoo.errors import HubError, UnsupportedOpError
from zoo.fixed_point import fix_factors, rescale, saturate
from zoo.graph import Node, Shape, Tensor, quantization_of
from zoo.op import OnnxCall, Op, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class Concat(Op):
    """Two or more concatenated tensors; inputs are rescaled to the output's quantization.

    attributes: axis, from 1.  integer: multiplier and shift for each input (s_in / s_out); an input
    with the output's quantization is copied.
    """

    name = "concat"
    onnx_types = ("Concat",)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read Concat; refuses the batch axis."""
        inputs = tuple(tensor for tensor in call.inputs if tensor)
        rank = len(inputs[0].shape) if inputs else 0
        axis = int(call.attributes.get("axis", 0))
        if not inputs or not (-rank < axis < rank and axis % rank):
            raise UnsupportedOpError(
                f"{call.where}: Concat of {[tensor.shape for tensor in inputs]} along axis {axis}; "
                f"only axes 1 to {rank - 1} are supported, axis 0 is the batch"
            )
        return Parsed(inputs, {"axis": axis % rank})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write Concat."""
        return OnnxCall("Concat", {"axis": integer(node, "axis")}, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return the shape with the inputs' sizes summed along the axis."""
        axis, shapes = integer(node, "axis"), [tensor.shape for tensor in inputs]
        others = {shape[:axis] + shape[axis + 1 :] for shape in shapes}
        if len(others) != 1 or len({len(shape) for shape in shapes}) != 1:
            raise HubError(
                f"node '{node.name}' (concat): shapes {shapes} differ in more than axis {axis}"
            )
        total = sum(int(shape[axis]) for shape in shapes)
        return (*shapes[0][:axis], total, *shapes[0][axis + 1 :])

    def reorder(self, node: Node, order: tuple[int, ...]) -> Node:
        """Return the node with its axis renamed."""
        return node.with_attributes(axis=order.index(integer(node, "axis")))

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Join the reals."""
        return np.concatenate(inputs, axis=integer(node, "axis"))

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Join."""
        import torch

        return torch.cat(tuple(inputs), integer(node, "axis"))

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> NDArray[Any]:
        """Rescale every input to the output's quantization and join them."""
        stored = quantization_of(output)
        factors = zip(node.integer["multiplier"], node.integer["shift"], strict=True)
        levels = [
            rescale(centred(integers, tensor), multiplier, shift, stored.rounding)
            for integers, tensor, (multiplier, shift) in zip(inputs, tensors, factors, strict=True)
        ]
        joined = np.concatenate(levels, axis=integer(node, "axis")) + stored.zero_point[0]
        return saturate(joined, stored.qmin, stored.qmax, stored.dtype)

    def fix_integers(
        self,
        node: Node,  # noqa: ARG002
        inputs: Sequence[Tensor],
        output: Tensor,
    ) -> Mapping[str, tuple[int, ...]]:
        """Return multiplier and shift for each input; a factor of 1 is exact."""
        scale = quantization_of(output).scale[0]
        multiplier, shift = fix_factors([quantization_of(x).scale[0] / scale for x in inputs])
        return {"multiplier": multiplier, "shift": shift}

    def gain(
        self,
        node: Node,
        inputs: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return each input's factor."""
        return tuple(factors(node).tolist())


OP = Concat()
