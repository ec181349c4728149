"""Products of two tensors' matrices, as in attention."""

import operator
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import operand
from compilers.op_parts.arithmetic import (
    centred,
    factors,
    fix_ratio,
    store,
)
from compilers.op_parts.kinds import PairOp, broadcast_shape
from zoo.errors import HubError, QuantizeError, UnsupportedOpError
from zoo.graph import Node, Shape, Tensor, quantization_of
from zoo.op import OnnxCall, Parsed

__all__ = ["OP"]

_MATRIX_AXES = 2


class Matmul(PairOp):
    """y[.., m, p] = sum over k of a[.., m, k] * b[.., k, p].

    a: [N, .., M, K].  b: [N, .., K, P].  y: [N, .., M, P].  The axes before the matrices broadcast.
    One of the two may be a constant, [M, K] or [K, P] for all samples.
    acc = sum of (q_a - z_a) * (q_b - z_b), stored as in compilers.op_parts.arithmetic with
    s_a * s_b / s_out.  integer: multiplier, shift, range.
    """

    name = "matmul"
    onnx_types = ("MatMul",)
    combine = staticmethod(operator.matmul)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read MatMul; refuses matrices that mix the samples of a batch."""
        inputs = operand(call), operand(call, 1)
        computed = {len(tensor.shape) for tensor in inputs if not tensor.is_constant}
        fixed = [len(tensor.shape) for tensor in inputs if tensor.is_constant]
        fits = len(computed) == 1 and min(computed) > _MATRIX_AXES
        if not (fits and all(_MATRIX_AXES <= rank <= min(computed) for rank in fixed)):
            shapes = " by ".join(f"'{tensor.name}' {tensor.shape}" for tensor in inputs)
            raise UnsupportedOpError(
                f"{call.where}: MatMul of {shapes}; computed ones must be [N, .., rows, columns] "
                "with equally many axes, constants have two or more: keep the batch first, and "
                "add missing axes with unsqueeze"
            )
        return Parsed(inputs)

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return [N, .., M, P]."""
        first, second = (tensor.shape for tensor in inputs)
        if first[-1] != second[-2]:
            raise HubError(
                f"node '{node.name}' (matmul): matrices of {first[-2:]} and {second[-2:]} do not "
                "fit together"
            )
        outer = [Tensor(t.name, t.shape[:-_MATRIX_AXES]) for t in inputs]
        return (*broadcast_shape(node, outer), first[-2], second[-1])

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> NDArray[Any]:
        """Multiply exactly, and rescale the sums."""
        # Integers in float64 are exact below 2**53, and BLAS is fast.
        first, second = (
            centred(integers, tensor).astype(np.float64)
            for integers, tensor in zip(inputs, tensors, strict=True)
        )
        return store(node, (first @ second).astype(np.int64), output)

    def fix_integers(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the factor of the sums, and the range."""
        grids = [quantization_of(tensor) for tensor in inputs]
        for tensor, grid in zip(inputs, grids, strict=True):
            if grid.axis is not None:
                raise QuantizeError(
                    f"node '{node.name}' (matmul): '{tensor.name}' has {len(grid.scale)} scales "
                    f"along axis {grid.axis}; only one for the whole tensor is supported: "
                    "quantize it per tensor"
                )
        return fix_ratio(node, grids[0].scale[0] * grids[1].scale[0], output)

    def gain(
        self,
        node: Node,
        inputs: Sequence[Tensor],
        output: Tensor,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return for each input K times the other one's largest magnitude, rescaled."""
        first, second = (quantization_of(tensor) for tensor in inputs)
        largest = float(factors(node).max()) * int(inputs[0].shape[-1])
        return tuple(largest * (grid.qmax - grid.qmin) for grid in (second, first))

    def macs(self, node: Node, inputs: Sequence[Tensor], output: Tensor) -> int:  # noqa: ARG002
        """Return K multiply-accumulates for each value of the output."""
        return prod(int(size) for size in output.shape[1:]) * int(inputs[0].shape[-1])


OP = Matmul()
