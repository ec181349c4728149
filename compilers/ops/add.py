"""Addition of two tensors, such as a residual; either may broadcast."""

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arithmetic import centred, factors, integer_range
from compilers.op_parts.kinds import PairOp
from zoo.fixed_point import fix_aligned, round_shift, saturate
from zoo.graph import Node, Tensor, quantization_of

__all__ = ["OP"]


class Add(PairOp):
    """y = a + b.

    y = clip(round((m_a (q_a - z_a) + m_b (q_b - z_b)) * 2**-shift) + z_out, *range), rounded once.
    integer: multiplier (m_a, m_b), shift, range; m / 2**shift = s_in / s_out.
    """

    name = "add"
    onnx_types = ("Add",)
    combine = staticmethod(operator.add)

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
