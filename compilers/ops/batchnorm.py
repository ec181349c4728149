"""Batch normalisation with trained statistics; compilers.passes.fold_batchnorm removes it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import constant, operand, real
from zoo.errors import HubError, QuantizeError, UnsupportedOpError
from zoo.graph import Node, Shape, Tensor
from zoo.op import OnnxCall, Op, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]

_EPSILON = 1e-5
_ROLES = ("scale", "bias", "mean", "variance")


class BatchNorm(Op):
    """y = (x - mean) / sqrt(variance + epsilon) * scale + bias, per channel.

    inputs: x [N, C, ...], then scale, bias, mean and variance, [C] each.  attributes: epsilon.
    """

    name = "batchnorm"
    onnx_types = ("BatchNormalization",)
    float_inputs = (1, 2, 3, 4)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read BatchNormalization; refuses training mode and computed statistics."""
        if call.attributes.get("training_mode", 0):
            raise UnsupportedOpError(
                f"{call.where}: BatchNormalization is in training mode; only trained statistics "
                "are supported: call model.eval() before the export"
            )
        statistics = tuple(constant(call, i, role, 1) for i, role in enumerate(_ROLES, start=1))
        epsilon = float(np.float32(call.attributes.get("epsilon", _EPSILON)))
        return Parsed((operand(call), *statistics), {"epsilon": epsilon})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write BatchNormalization."""
        return OnnxCall("BatchNormalization", {"epsilon": real(node, "epsilon")}, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return the input's shape."""
        shape = inputs[0].shape
        if len(shape) < 2 or any(tensor.shape != (shape[1],) for tensor in inputs[1:]):
            raise HubError(
                f"node '{node.name}' (batchnorm): input {shape} and statistics "
                f"{[tensor.shape for tensor in inputs[1:]]} do not fit together"
            )
        return shape

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Normalise in float32."""
        x = inputs[0]
        along = (-1,) + (1,) * (x.ndim - 2)
        scale, bias, mean, variance = (values.reshape(along) for values in inputs[1:])
        deviation = np.sqrt(variance + np.float32(real(node, "epsilon")))
        normalised: NDArray[Any] = (x - mean) / deviation * scale + bias
        return normalised

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Normalise with the given statistics, which are ordinary inputs."""
        x, *statistics = inputs
        along = (-1,) + (1,) * (x.ndim - 2)
        scale, bias, mean, variance = (values.reshape(along) for values in statistics)
        return (x - mean) / (variance + real(node, "epsilon")).sqrt() * scale + bias

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],  # noqa: ARG002
        tensors: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,  # noqa: ARG002
    ) -> NDArray[Any]:
        """Refuse: there is no integer form."""
        raise QuantizeError(
            f"node '{node.name}': batch normalisation has no integer form; quantize the graph "
            "after compilers.passes.fold_batchnorm"
        )


OP = BatchNorm()
