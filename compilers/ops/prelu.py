"""PRelu: y = x if x >= 0, else slope * x, with a learned slope per channel.

He et al. 2015, "Delving Deep into Rectifiers", section 2.1.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import operand
from compilers.op_parts.arithmetic import dequantize
from zoo.errors import UnsupportedOpError
from zoo.graph import Node, Shape, Tensor
from zoo.op import OnnxCall, Op, Parsed
from zoo.table_op import gain_of_table, look_up, tabulate

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class PRelu(Op):
    """A rectifier of x [N, C, ...]; the slope may stay float because integers only use the tables.

    inputs: x; slope, constant, one value or one for each of C.
    integer['table']: [C * 2**bits], for each channel a table as in zoo.table_op.
    """

    name = "prelu"
    onnx_types = ("PRelu",)
    float_inputs = (1,)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read PRelu; refuses slopes that are computed, or differ along H or W."""
        x, slope = operand(call), operand(call, 1)
        aligned = (1,) * (len(x.shape) - len(slope.shape)) + slope.shape
        allowed = [(1, channels, *(1,) * (len(x.shape) - 2)) for channels in (1, *x.shape[1:2])]
        if slope.data is None or aligned not in allowed:
            kind = "computed" if slope.data is None else "constant"
            raise UnsupportedOpError(
                f"{call.where}: PRelu of '{x.name}' {x.shape} has the {kind} slope '{slope.name}' "
                f"{slope.shape}; only constants with one value, or one per channel such as "
                "(C, 1, 1), are supported: train with nn.PReLU(C)"
            )
        return Parsed((x, slope))

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:  # noqa: ARG002
        """Write PRelu."""
        return OnnxCall("PRelu", {}, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:  # noqa: ARG002
        """Return the shape of x."""
        return inputs[0].shape

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:  # noqa: ARG002
        """Compute the rectifier in float32."""
        x, slope = inputs
        return np.where(x < 0, x * slope, x)

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":  # noqa: ARG002
        """Compute the rectifier."""
        import torch

        x, slope = inputs
        return torch.where(x < 0, x * slope, x)

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> NDArray[Any]:
        """Look every integer up in its channel's table."""
        tables = np.split(np.array(node.integer["table"]), inputs[0].shape[1])
        channels = [
            look_up(table, inputs[0][:, channel], tensors[0], output)
            for channel, table in enumerate(tables)
        ]
        return np.stack(channels, axis=1)

    def fix_integers(
        self,
        node: Node,  # noqa: ARG002
        inputs: Sequence[Tensor],
        output: Tensor,
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the tables of all channels, concatenated."""
        x, slope = inputs
        reals = np.asarray(slope.data)
        if slope.quantization:
            reals = dequantize(reals, slope.quantization)
        slopes = np.broadcast_to(reals.astype(np.float64).reshape(-1), (int(x.shape[1]),))
        tables = (_tabulate_slope(value, x, output) for value in slopes)
        return {"table": tuple(chain.from_iterable(tables))}

    def gain(
        self,
        node: Node,
        inputs: Sequence[Tensor],
        output: Tensor,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return the steepest step of all tables."""
        return gain_of_table(node, inputs)


def _tabulate_slope(slope: float, x: Tensor, output: Tensor) -> tuple[int, ...]:
    return tabulate(lambda reals: np.where(reals < 0, reals * slope, reals), x, output)


OP = PRelu()
