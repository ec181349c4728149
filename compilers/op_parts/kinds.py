"""Kinds of ops: border ops, moving ops, weighted sums, and ops with two broadcasting inputs.

Scale and zero point belong to tensors, so the hub itself reads and writes QuantizeLinear and
DequantizeLinear; `parse` and `express` of border ops are never called.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import operand
from compilers.op_parts.arithmetic import (
    centred_reals,
    clamp_reals,
    clamp_torch,
    fix_sum,
    gain_of_sum,
    shifted_bias,
    store,
)
from compilers.op_parts.two_stage import batch_norm_add, store_two_stage
from zoo.errors import HubError
from zoo.fixed_point import TWO_STAGE
from zoo.graph import Node, Shape, Tensor, quantization_of
from zoo.op import OnnxCall, Op, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["BorderOp", "MoveOp", "PairOp", "WeightedOp", "broadcast_shape"]


class BorderOp(Op):
    """An element-wise op defined by its tensors' quantization alone."""

    onnx_types = ()

    def parse(self, call: OnnxCall) -> Parsed:
        """Refuse: the hub reads the ONNX form."""
        raise HubError(f"{call.where}: op '{self.name}' is read by the hub, not parsed alone")

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:  # noqa: ARG002
        """Refuse: the hub writes the ONNX form."""
        raise HubError(f"node '{node.name}': op '{self.name}' is written by the hub")

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:  # noqa: ARG002
        """Return the input's shape."""
        return inputs[0].shape


class MoveOp(Op):
    """An op whose `run_float` only moves values, so integers pass through it unchanged."""

    shares_quantization = True
    rounds = False

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,  # noqa: ARG002
    ) -> NDArray[Any]:
        """Move the integers."""
        return self.run_float(node, inputs)


class WeightedOp(Op):
    """An op that sums products of x and a weight w, and adds an optional bias.

    x: [N, ...].  w: [K, ...].  bias: [K].  y: [N, K, ...].  integer: as in
    compilers.op_parts.arithmetic.
    """

    fuses_clamp = True
    weight_input = 1

    @abstractmethod
    def sums(self, node: Node, x: NDArray[Any], weight: NDArray[Any]) -> NDArray[Any]:
        """Return the sums in the type of x and w, without bias."""

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Sum in float32."""
        sums = self.sums(node, inputs[0], inputs[1])
        for bias in inputs[2:]:
            sums = sums + bias.reshape(_channels(sums))
        return clamp_reals(node, sums)

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> NDArray[Any]:
        """Sum exactly; pads hold the zero point, which is 0 once centred."""
        # The sums, too, are exact, below 2**53.
        x, weight = (
            centred_reals(integers, tensor)
            for integers, tensor in zip(inputs[:2], tensors[:2], strict=True)
        )
        accumulator = self.sums(node, x, weight).astype(np.int64)
        along = _channels(accumulator)
        biases = [shifted_bias(node, bias) for bias in inputs[2:]]
        if quantization_of(output).rounding == TWO_STAGE:
            add = batch_norm_add(node, biases[0]) if biases else np.zeros(len(weight), np.int64)
            return store_two_stage(node, accumulator, add, along)
        for bias in biases:
            accumulator += bias.reshape(along)
        return store(node, accumulator, output, along)

    def fix_integers(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the constants of compilers.op_parts.arithmetic, or of two_stage."""
        return fix_sum(node, inputs, output)

    def gain(
        self,
        node: Node,
        inputs: Sequence[Tensor],
        output: Tensor,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return the gain of compilers.op_parts.arithmetic."""
        return gain_of_sum(node, inputs)


class PairOp(Op):
    """An op of two tensors, either of which may broadcast, with a fused clamp.

    combine: computes it for numpy arrays and for torch tensors, such as operator.add.
    """

    fuses_clamp = True
    combine: Callable[[Any, Any], Any]

    def parse(self, call: OnnxCall) -> Parsed:
        """Read both tensors."""
        return Parsed((operand(call), operand(call, 1)))

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:  # noqa: ARG002
        """Write the first operator type."""
        return OnnxCall(self.onnx_types[0], {}, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return the common shape; raises HubError if the inputs do not match."""
        return broadcast_shape(node, inputs)

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Combine in float32."""
        return clamp_reals(node, self.combine(inputs[0], inputs[1]))

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Combine."""
        return clamp_torch(node, self.combine(inputs[0], inputs[1]))


def broadcast_shape(node: Node, inputs: Sequence[Tensor]) -> Shape:
    """Return the common shape; raises HubError if the inputs do not match."""
    first, second = (tensor.shape for tensor in inputs)
    sizes = zip_longest(reversed(first), reversed(second), fillvalue=1)
    shape = tuple(_common(pair) for pair in sizes)[::-1]
    if None in shape:
        raise HubError(
            f"node '{node.name}' ({node.op}): shapes {first} and {second} do not fit together"
        )
    return tuple(size for size in shape if size is not None)


def _common(pair: tuple[int | str, int | str]) -> int | str | None:
    different = [size for size in dict.fromkeys(pair) if size != 1] or [1]
    return different[0] if len(different) == 1 else None


def _channels(sums: NDArray[Any]) -> tuple[int, ...]:
    """Return the shape that lays a value for each channel beside the sums."""
    return (-1, *[1] * (sums.ndim - 2))
