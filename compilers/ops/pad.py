"""Pad: a border of one constant value."""

import math
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import (
    integers,
    integers_parameter,
    new_parameter,
    operand,
    parameter,
    real,
)
from zoo.errors import QuantizeError, UnsupportedOpError
from zoo.graph import Node, Shape, Tensor, quantization_of
from zoo.op import OnnxCall, Op, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class Pad(Op):
    """A border of any width around all axes except the batch.

    attributes: before, after, a width per axis; value.  integer: value, which represents the real
    value exactly (the zero point represents 0).
    """

    name = "pad"
    onnx_types = ("Pad",)
    shares_quantization = True
    rounds = False

    def parse(self, call: OnnxCall) -> Parsed:
        """Read Pad of opset 11; refuses modes other than constant, and negative widths."""
        x = operand(call)
        mode = call.attributes.get("mode", "constant")
        if mode != "constant":
            raise UnsupportedOpError(
                f"{call.where}: Pad of '{x.name}' has mode '{mode}'; only 'constant' is "
                "supported: train with zero padding"
            )
        before, after = _widths(call, x)
        constant = parameter(call, 2, "constant_value")
        value = 0.0 if constant is None else float(constant.reshape(-1)[0])
        if not math.isfinite(value):
            raise UnsupportedOpError(
                f"{call.where}: Pad of '{x.name}' has the value {value}; only finite values are "
                "supported: pad in the pooling that follows"
            )
        return Parsed((x,), {"before": before, "after": after, "value": value})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write Pad of opset 11."""
        widths = integers(node, "before") + integers(node, "after")
        pads = new_parameter(node, "pads", widths)
        value = new_parameter(node, "constant_value", real(node, "value"))
        return OnnxCall("Pad", {"mode": "constant"}, (*inputs, pads, value))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return the sizes, borders included."""
        batch, *sizes = inputs[0].shape
        _, *widths = _borders(node)
        return (batch, *(int(s) + sum(w) for s, w in zip(sizes, widths, strict=True)))

    def reorder(self, node: Node, order: tuple[int, ...]) -> Node:
        """Return the node with its widths in the new order."""
        widths = {
            side: tuple(integers(node, side)[axis] for axis in order)
            for side in ("before", "after")
        }
        return node.with_attributes(**widths)

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Surround the values."""
        return _surround(node, inputs[0], real(node, "value"))

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Surround the values."""
        from torch.nn import functional as F

        # PyTorch counts the axes from the last.
        borders = reversed(_borders(node))
        return F.pad(inputs[0], tuple(chain.from_iterable(borders)), value=real(node, "value"))

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,  # noqa: ARG002
    ) -> NDArray[Any]:
        """Surround the integers."""
        return _surround(node, inputs[0], node.integer["value"][0])

    def fix_integers(
        self,
        node: Node,
        inputs: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the value's integer; raises QuantizeError if it has none."""
        stored, value = quantization_of(output), real(node, "value")
        level = value / stored.scale[0] + stored.zero_point[0]
        whole = round(level)
        same = np.float32(stored.scale[0]) * np.float32(whole - stored.zero_point[0])
        if not (same == np.float32(value) and stored.qmin <= whole <= stored.qmax):
            raise QuantizeError(
                f"node '{node.name}' (pad): the value {value:g} would be the integer {level:g} of "
                f"'{output.name}'; only whole numbers from {stored.qmin} to {stored.qmax} can be "
                "stored: pad with 0"
            )
        return {"value": (whole,)}


def _surround(node: Node, x: NDArray[Any], value: float) -> NDArray[Any]:
    return np.pad(x, _borders(node), constant_values=value)


def _borders(node: Node) -> tuple[tuple[int, int], ...]:
    """Return (before, after) for each axis."""
    return tuple(zip(integers(node, "before"), integers(node, "after"), strict=True))


def _widths(call: OnnxCall, x: Tensor) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the border before and after each axis."""
    rank = len(x.shape)
    pads = integers_parameter(call, 1, "pads") or ()
    axes = integers_parameter(call, 3, "axes") or tuple(range(rank))
    if len(pads) != 2 * len(axes) or any(not -rank <= axis < rank for axis in axes):
        raise UnsupportedOpError(
            f"{call.where}: Pad of '{x.name}' {x.shape} has {len(pads)} pads for the axes {axes}; "
            "each axis needs two: export the file again"
        )
    before, after = [0] * rank, [0] * rank
    for axis, start, end in zip(axes, pads[: len(axes)], pads[len(axes) :], strict=True):
        before[axis], after[axis] = start, end
    if min(before + after) < 0 or before[0] or after[0]:
        raise UnsupportedOpError(
            f"{call.where}: Pad of '{x.name}' {x.shape} by {tuple(before)} before and "
            f"{tuple(after)} after the axes; only widths of 0 and more are supported, and 0 for "
            "the batch: crop with Slice"
        )
    return tuple(before), tuple(after)


OP = Pad()
