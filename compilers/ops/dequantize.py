"""Dequantize: from integers to reals, at the outputs of an integer graph."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from compilers.op_parts.arithmetic import dequantize
from compilers.op_parts.kinds import BorderOp
from zoo.graph import Node, Tensor, quantization_of

__all__ = ["OP"]


class Dequantize(BorderOp):
    """x = scale * (q - zero_point), the only node from integers to floats."""

    name = "dequantize"
    rounds = False

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:  # noqa: ARG002
        """Return the reals unchanged: without quantized tensors there is nothing to scale."""
        return inputs[0]

    def run_integer(
        self,
        node: Node,  # noqa: ARG002
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,  # noqa: ARG002
    ) -> NDArray[Any]:
        """Return float32 reals."""
        return dequantize(inputs[0], quantization_of(tensors[0]))

    def gain(
        self,
        node: Node,  # noqa: ARG002
        inputs: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return 1: the reals have the integers' steps."""
        return (1.0,)


OP = Dequantize()
