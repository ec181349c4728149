"""Softmax: y[k] = exp(x[k]) / sum over j of exp(x[j]), along one axis.

The integer form computes no exponential: with integers q of x, exp(x[k] - max x) is the table entry
of the distance max q - q[k], one of 2**bits.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import integer, operand
from zoo.errors import UnsupportedOpError
from zoo.fixed_point import fix_factors, round_divide, saturate
from zoo.graph import Node, Quantization, Shape, Tensor, quantization_of
from zoo.op import OnnxCall, Op, Parsed
from zoo.table_op import require_8_bits

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]

# The sum of up to 4096 entries fits in 32 bits. Rounding an entry by half of 2**-20 changes y by at
# most 2**-21 per class, so 4096 classes stay within 1 LSB of 1/256, including the final rounding.
_FRACTION_BITS = 20


class Softmax(Op):
    """Probabilities along any axis except the batch. attribute: axis, >= 1.

    integer: table[d] = round(2**20 * exp(-s_in * d)); 1 / s_out ~ multiplier * 2**-shift;
    y[k] = round(table[d[k]] * multiplier / (sum(table[d]) * 2**shift)) + z_out.
    """

    name = "softmax"
    onnx_types = ("Softmax",)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read Softmax of opset 13; refuses the batch axis."""
        x = operand(call)
        axis, rank = int(call.attributes.get("axis", -1)), len(x.shape)
        if not (-rank < axis < rank and axis % rank):
            raise UnsupportedOpError(
                f"{call.where}: Softmax along axis {axis} of '{x.name}' {x.shape}; only axes 1 to "
                f"{rank - 1} are supported, axis 0 is the batch: put the classes on axis 1"
            )
        return Parsed((x,), {"axis": axis % rank})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write Softmax."""
        return OnnxCall("Softmax", node.attributes, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:  # noqa: ARG002
        """Return the input's shape."""
        return inputs[0].shape

    def reorder(self, node: Node, order: tuple[int, ...]) -> Node:
        """Return the node with its axis renamed."""
        return node.with_attributes(axis=order.index(integer(node, "axis")))

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Compute the probabilities in float32."""
        axis, x = integer(node, "axis"), inputs[0]
        powers = np.exp(x - x.max(axis, keepdims=True))
        y: NDArray[Any] = powers / powers.sum(axis, keepdims=True)
        return y

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Compute the probabilities."""
        return inputs[0].softmax(integer(node, "axis"))

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,
    ) -> NDArray[Any]:
        """Look up the exponentials and divide each by their sum."""
        axis, q, stored = integer(node, "axis"), inputs[0].astype(np.int64), quantization_of(output)
        powers = np.array(node.integer["table"], np.int64)[q.max(axis, keepdims=True) - q]
        (multiplier,), (shift,) = node.integer["multiplier"], node.integer["shift"]
        divisor = powers.sum(axis, keepdims=True) << shift
        levels = round_divide(powers * multiplier, divisor, stored.rounding)
        return saturate(levels + stored.zero_point[0], stored.qmin, stored.qmax, stored.dtype)

    def fix_integers(
        self,
        node: Node,  # noqa: ARG002
        inputs: Sequence[Tensor],
        output: Tensor,
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the exponentials of all distances, and the output's factor."""
        require_8_bits(inputs[0])
        read = quantization_of(inputs[0])
        powers = np.exp(-read.scale[0] * np.arange(1 << read.bits))
        multiplier, shift = fix_factors([1 / quantization_of(output).scale[0]])
        table = tuple(int(power) for power in np.rint(powers * (1 << _FRACTION_BITS)))
        return {"table": table, "multiplier": multiplier, "shift": shift}

    def gain(
        self,
        node: Node,  # noqa: ARG002
        inputs: Sequence[Tensor],
        output: Tensor,
    ) -> tuple[float, ...]:
        """Return half the ratio of the scales.

        dy[k] = y[k] * (dx[k] - sum of y[j] * dx[j]), at most y[k] * (1 - y[k]) * 2 max |dx|.
        """
        return (0.5 * quantization_of(inputs[0]).scale[0] / quantization_of(output).scale[0],)

    def fixed_quantization(self, node: Node) -> Quantization:  # noqa: ARG002
        """Return steps of 1/256 from 0: the output is known to lie in [0, 1]."""
        return Quantization((1 / 256,), (0,), signed=False)


OP = Softmax()
