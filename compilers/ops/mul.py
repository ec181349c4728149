"""Multiplication of two tensors, such as a gate or a per-channel factor; either may broadcast."""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import operand
from compilers.op_parts.arithmetic import (
    centred,
    factors,
    integer_range,
    store,
)
from compilers.op_parts.kinds import PairOp
from zoo.errors import UnsupportedOpError
from zoo.fixed_point import fix_factors
from zoo.graph import Node, Tensor, quantization_of
from zoo.op import OnnxCall, Parsed

__all__ = ["OP"]


class Mul(PairOp):
    """y = a * b; a constant comes second and may have per-channel scales.

    acc = (q_a - z_a) * (q_b - z_b), stored as in compilers.op_parts.arithmetic with
    s_a * s_b / s_out.
    integer: multiplier and shift, one for each scale of b, and range.
    """

    name = "mul"
    onnx_types = ("Mul", "Div")
    combine = staticmethod(operator.mul)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read Mul, or Div by a constant as multiplication by its reciprocal."""
        first, second = operand(call), operand(call, 1)
        if call.op_type == "Div":
            return Parsed((first, _reciprocal(call, second)))
        return Parsed((second, first) if first.is_constant else (first, second))

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> NDArray[Any]:
        """Multiply exactly, and rescale the product."""
        accumulator = centred(inputs[0], tensors[0]) * centred(inputs[1], tensors[1])
        return store(node, accumulator, output, _beside(tensors[1]))

    def fix_integers(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the factors of the product, and the range."""
        first, second, stored = map(quantization_of, (*inputs, output))
        factors = [first.scale[0] * scale / stored.scale[0] for scale in second.scale]
        multiplier, shift = fix_factors(factors)
        return {"multiplier": multiplier, "shift": shift, "range": integer_range(node, stored)}

    def gain(
        self,
        node: Node,
        inputs: Sequence[Tensor],
        output: Tensor,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return for each input the other one's largest magnitude, rescaled."""
        first, second = (quantization_of(tensor) for tensor in inputs)
        largest = float(factors(node).max())
        return tuple(largest * (grid.qmax - grid.qmin) for grid in (second, first))


def _beside(factor: Tensor) -> tuple[int, ...]:
    """Return the shape in which the factor's scales broadcast like the factor itself."""
    axis = quantization_of(factor).axis
    return (-1,) if axis is None else (-1, *(1,) * (len(factor.shape) - 1 - axis))


def _reciprocal(call: OnnxCall, divisor: Tensor) -> Tensor:
    if divisor.data is None or divisor.quantization or not np.all(divisor.data):
        raise UnsupportedOpError(
            f"{call.where}: Div by '{divisor.name}'; only float constants without zeros can "
            "divide: multiply by the reciprocal"
        )
    data = np.asarray(np.float32(1) / divisor.data)
    return replace(divisor, name=f"{divisor.name}.reciprocal", data=data)


OP = Mul()
