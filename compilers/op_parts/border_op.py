"""Ops at the border between reals and integers, which have no ONNX form of their own.

Scale and zero point belong to tensors, so the hub itself reads and writes QuantizeLinear and
DequantizeLinear; `parse` and `express` are never called.
"""

from collections.abc import Sequence

from zoo.errors import HubError
from zoo.graph import Node, Shape, Tensor
from zoo.op import OnnxCall, Op, Parsed

__all__ = ["BorderOp"]


class BorderOp(Op):
    """An element-wise op whose whole meaning is its tensors' quantization."""

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
