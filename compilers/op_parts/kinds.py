"""Kinds of ops: border ops, ops that only move values, and ops with two broadcasting inputs.

Scale and zero point belong to tensors, so the hub itself reads and writes QuantizeLinear and
DequantizeLinear; `parse` and `express` of border ops are never called.
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from numpy.typing import NDArray

from zoo.errors import HubError
from zoo.graph import Node, Shape, Tensor
from zoo.op import OnnxCall, Op, Parsed

__all__ = ["BorderOp", "MoveOp", "broadcast_shape"]


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
