"""Clip: a ReLU, ReLU6 or Clip that could not be fused into another node."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import new_parameter, operand, parameter, real
from compilers.op_parts.arithmetic import quantize_real
from zoo.errors import QuantizeError, UnsupportedOpError
from zoo.graph import Node, Shape, Tensor, quantization_of
from zoo.op import OnnxCall, Op, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class Clip(Op):
    """y = min(max(x, low), high).

    attributes: low, high, reals, infinite if open.  integer: range, the bounds as integers.
    """

    name = "clip"
    onnx_types = ("Relu", "Clip")
    shares_quantization = True
    rounds = False

    def parse(self, call: OnnxCall) -> Parsed:
        """Read Relu, or Clip with constant bounds."""
        low, high = (0.0, math.inf) if call.op_type == "Relu" else _bounds(call)
        return Parsed((operand(call),), {"low": low, "high": high})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write Relu if that suffices, otherwise Clip with the finite bounds."""
        low, high = real(node, "low"), real(node, "high")
        if (low, high) == (0.0, math.inf):
            return OnnxCall("Relu", {}, tuple(inputs))
        minimum = new_parameter(node, "min", low) if math.isfinite(low) else None
        maximum = (new_parameter(node, "max", high),) if math.isfinite(high) else ()
        return OnnxCall("Clip", {}, (*inputs, minimum, *maximum))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:  # noqa: ARG002
        """Return the input's shape."""
        return inputs[0].shape

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Clip the reals."""
        low, high = np.float32(real(node, "low")), np.float32(real(node, "high"))
        clipped: NDArray[Any] = np.clip(inputs[0], low, high)
        return clipped

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Clip; the gradient passes at the bounds."""
        return inputs[0].clamp(real(node, "low"), real(node, "high"))

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,  # noqa: ARG002
    ) -> NDArray[Any]:
        """Clip the integers."""
        low, high = node.integer["range"]
        clipped: NDArray[Any] = np.clip(inputs[0], low, high)
        return clipped

    def fix_integers(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the range; raises QuantizeError if input and output quantization differ."""
        stored = quantization_of(output)
        if quantization_of(inputs[0]) != stored:
            raise QuantizeError(
                f"node '{node.name}' (clip): '{inputs[0].name}' and '{output.name}' need one "
                "quantization; put a requantize node between them"
            )
        bounds = real(node, "low"), real(node, "high")
        return {"range": (quantize_real(bounds[0], stored), quantize_real(bounds[1], stored))}


def _bounds(call: OnnxCall) -> tuple[float, float]:
    return _bound(call, 1, "min", -math.inf), _bound(call, 2, "max", math.inf)


def _bound(call: OnnxCall, index: int, role: str, where_open: float) -> float:
    values = parameter(call, index, role)
    if values is None:
        return where_open
    if values.size != 1:
        raise UnsupportedOpError(
            f"{call.where}: Clip has a {role} of shape {values.shape}; only one number is supported"
        )
    return float(values.reshape(-1)[0])


OP = Clip()
