"""Dense layer: y = x @ w.T + bias."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import constant, operand
from compilers.op_parts.arithmetic import clamp_torch
from compilers.op_parts.kinds import WeightedOp
from zoo.errors import HubError, UnsupportedOpError
from zoo.graph import Node, Shape, Tensor
from zoo.op import OnnxCall, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class Dense(WeightedOp):
    """y[n, k] = bias[k] + sum over c of x[n, c] * w[k, c].

    x: [N, C].  w: [K, C].  bias: [K], optional.  integer: as in compilers.op_parts.arithmetic.
    """

    name = "dense"
    onnx_types = ("Gemm",)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read Gemm with a constant weight, transposed to [K, C]."""
        x = operand(call)
        if len(x.shape) != 2:
            raise UnsupportedOpError(
                f"{call.where}: {call.op_type} reads '{x.name}' of shape {x.shape}; only [N, C] "
                "is supported: flatten before it"
            )
        return Parsed((x, *_gemm_constants(call)))

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:  # noqa: ARG002
        """Write Gemm."""
        return OnnxCall("Gemm", {"transB": 1}, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return [N, K]."""
        x, weight = inputs[0].shape, inputs[1].shape
        if x[1] != weight[1] or any(bias.shape != weight[:1] for bias in inputs[2:]):
            raise HubError(
                f"node '{node.name}' (dense): input {x}, weight {weight} and bias "
                f"{[bias.shape for bias in inputs[2:]]} do not fit together"
            )
        return (x[0], weight[0])

    def sums(self, node: Node, x: NDArray[Any], weight: NDArray[Any]) -> NDArray[Any]:  # noqa: ARG002
        """Multiply."""
        product: NDArray[Any] = x @ weight.T
        return product

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Multiply."""
        from torch.nn import functional as F

        return clamp_torch(node, F.linear(*inputs))

    def macs(self, node: Node, inputs: Sequence[Tensor], output: Tensor) -> int:  # noqa: ARG002
        """Return one multiply-accumulate for each weight."""
        return int(inputs[1].shape[0]) * int(inputs[1].shape[1])


def _gemm_constants(call: OnnxCall) -> tuple[Tensor, ...]:
    """Return weight [K, C] and bias [K], multiplied by alpha and beta."""
    weight = constant(call, 1, "weight", 2)
    if not call.attributes.get("transB", 0):
        weight = _transposed(weight)
    alpha, beta = (float(call.attributes.get(name, 1.0)) for name in ("alpha", "beta"))
    if call.attributes.get("transA", 0):
        raise UnsupportedOpError(
            f"{call.where}: Gemm has transA = 1, which mixes the samples of a batch; only "
            "transA = 0 is supported"
        )
    scaled = _times(call, weight, alpha)
    if len(call.inputs) < 3 or call.inputs[2] is None:
        return (scaled,)
    return scaled, _times(call, _bias(call, int(weight.shape[0])), beta)


def _bias(call: OnnxCall, outputs: int) -> Tensor:
    """Return [K] from a constant that broadcasts to [N, K], the same for every sample."""
    bias = operand(call, 2)
    if bias.data is None or bias.shape not in ((outputs,), (1, outputs), (), (1,), (1, 1)):
        raise UnsupportedOpError(
            f"{call.where}: Gemm has the bias '{bias.name}' of shape {bias.shape}; only constants "
            f"of shape ({outputs},), (1, {outputs}) or one value are supported: export with the "
            "trained weights inside"
        )
    quantization = bias.quantization
    if quantization and quantization.axis is not None:
        quantization = replace(quantization, axis=0)
    data = np.broadcast_to(bias.data.reshape(-1), (outputs,)).copy()
    return replace(bias, shape=(outputs,), data=data, quantization=quantization)


def _transposed(weight: Tensor) -> Tensor:
    quantization = weight.quantization
    if quantization and quantization.axis is not None:
        quantization = replace(quantization, axis=1 - quantization.axis)
    data = None if weight.data is None else np.ascontiguousarray(weight.data.T)
    return replace(weight, shape=weight.shape[::-1], quantization=quantization, data=data)


def _times(call: OnnxCall, tensor: Tensor, factor: float) -> Tensor:
    if factor == 1.0 or tensor.data is None:
        return tensor
    if tensor.quantization:
        raise UnsupportedOpError(
            f"{call.where}: Gemm multiplies the quantized '{tensor.name}' by {factor:g}; only "
            "alpha = beta = 1 is supported there"
        )
    return replace(tensor, data=tensor.data * np.float32(factor))


OP = Dense()
