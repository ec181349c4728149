"""Addition of two tensors, such as a residual; either may broadcast."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import operand
from compilers.op_parts.arithmetic import (
    centred,
    clamp_reals,
    clamp_torch,
    factors,
    integer_range,
    quantization_of,
)
from compilers.op_parts.kinds import broadcast_shape
from zoo.fixed_point import fix_aligned, round_shift, saturate
from zoo.graph import Node, Shape, Tensor
from zoo.op import OnnxCall, Op, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class Add(Op):
    """y = a + b.

    y = clip(round((m_a (q_a - z_a) + m_b (q_b - z_b)) * 2**-shift) + z_out, *range), rounded once.
    integer: multiplier (m_a, m_b), shift, range; m / 2**shift = s_in / s_out.
    """

    name = "add"
    onnx_types = ("Add",)
    fuses_clamp = True

    def parse(self, call: OnnxCall) -> Parsed:
        """Read Add."""
        return Parsed((operand(call), operand(call, 1)))

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:  # noqa: ARG002
        """Write Add."""
        return OnnxCall("Add", {}, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return the common broadcast shape."""
        return broadcast_shape(node, inputs)

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Add in float32."""
        return clamp_reals(node, inputs[0] + inputs[1])

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Add."""
        return clamp_torch(node, inputs[0] + inputs[1])

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> NDArray[Any]:
        """Add with one rounding."""
        first, second = (
            centred(integers, tensor) * multiplier
            for integers, tensor, multiplier in zip(
                inputs, tensors, node.integer["multiplier"], strict=True
            )
        )
        stored = quantization_of(output)
        levels = round_shift(first + second, node.integer["shift"][0], stored.rounding)
        low, high = node.integer["range"]
        return saturate(levels + np.int64(stored.zero_point[0]), low, high, stored.dtype)

    def fix_integers(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor
    ) -> Mapping[str, tuple[int, ...]]:
        """Return a multiplier for each input, their shift, and the range."""
        stored = quantization_of(output)
        factors = [quantization_of(tensor).scale[0] / stored.scale[0] for tensor in inputs]
        multiplier, shift = fix_aligned(factors)
        return {"multiplier": multiplier, "shift": shift, "range": integer_range(node, stored)}

    def gain(
        self,
        node: Node,
        inputs: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return both factors."""
        first, second = np.abs(factors(node)).tolist()
        return first, second


OP = Add()
