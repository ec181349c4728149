"""Subtraction of two tensors; either may broadcast."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from compilers.op_parts.arithmetic import clamp_reals, clamp_torch
from compilers.ops.add import Add
from zoo.graph import Node, Tensor
from zoo.op import OnnxCall

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class Sub(Add):
    """y = a - b: an addition whose second multiplier is negative."""

    name = "sub"
    onnx_types = ("Sub",)

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:  # noqa: ARG002
        """Write Sub."""
        return OnnxCall("Sub", {}, tuple(inputs))

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Subtract in float32."""
        return clamp_reals(node, inputs[0] - inputs[1])

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Subtract."""
        return clamp_torch(node, inputs[0] - inputs[1])

    def fix_integers(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the constants of an addition, the second multiplier negative."""
        sum_integers = super().fix_integers(node, inputs, output)
        first, second = sum_integers["multiplier"]
        return {**sum_integers, "multiplier": (first, -second)}


OP = Sub()
