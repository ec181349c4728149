"""Quantize: from reals to integers, at the inputs of an integer graph."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from compilers.op_parts.arithmetic import quantize
from compilers.op_parts.kinds import BorderOp
from zoo.graph import Node, Tensor, quantization_of

__all__ = ["OP"]


class Quantize(BorderOp):
    """q = saturate(round(x / scale) + zero_point), the only node from floats to integers."""

    name = "quantize"

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:  # noqa: ARG002
        """Return the reals unchanged: without quantized tensors there is nothing to round."""
        return inputs[0]

    def run_integer(
        self,
        node: Node,  # noqa: ARG002
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,
    ) -> NDArray[Any]:
        """Quantize reals with the output's quantization."""
        return quantize(inputs[0], quantization_of(output))


OP = Quantize()
