"""Table ops: functions of one number, computed in integers by lookup.

Such an op defines its real function once (`activate`). The float form, the integer table, a
training form and the proof's bounds follow from it. Every back end with tables supports the op
without extra code; a specific lowering may still be registered.
"""

import math
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import PluginError, QuantizeError, UnsupportedOpError
from zoo.graph import Node, Shape, Tensor, quantization_of
from zoo.op import OnnxCall, Op, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["TableOp", "gain_of_table", "look_up", "require_8_bits", "tabulate"]

_STEP = 1e-4
"""Half the interval for measuring a slope."""


class TableOp(Op):
    """y = f(x) for every element; integer['table'] as defined by `tabulate`.

    By default it reads and writes the ONNX operator `onnx_types[0]` with its attributes.
    """

    family = "table"

    def domain(self, node: Node) -> tuple[float, float]:  # noqa: ARG002
        """Return the least and the largest number for which the function has a value.

        Where a grid holds others, quantization puts a clip in front: runtimes that compute with
        reals would store an arbitrary integer for NaN.
        """
        return -math.inf, math.inf

    @abstractmethod
    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:
        """Compute the function in the precision of x, which may have any shape."""

    def parse(self, call: OnnxCall) -> Parsed:
        """Read the ONNX form; the node's attributes are ONNX's."""
        if not call.inputs or call.inputs[0] is None:
            raise UnsupportedOpError(
                f"{call.where}: {call.op_type} has no input 0; the file is damaged, export it again"
            )
        return Parsed((call.inputs[0],), call.attributes)

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write the ONNX form; the node's attributes are ONNX's."""
        return OnnxCall(self.onnx_types[0], node.attributes, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:  # noqa: ARG002
        """Return the input's shape."""
        return inputs[0].shape

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Compute the function in float32; it may be infinite, or NaN."""
        return self.evaluate(node, inputs[0])

    def evaluate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:
        """Return `activate` of x; raises PluginError if it returns another shape, or no reals."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            y = np.asarray(self.activate(node, x))
        if y.shape != x.shape or y.dtype.kind != "f":
            raise PluginError(
                f"op '{self.name}': its `activate` returns {y.dtype} {list(y.shape)} for "
                f"{x.dtype} {list(x.shape)}; expected the same shape and a float type: repair "
                "the plugin"
            )
        return y.astype(x.dtype, copy=False)

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Compute the function in numpy, and its slope by central differences in float64.

        An op with a native torch form, as in torch.nn.functional, overrides this.
        """
        import torch

        def compute(x: torch.Tensor) -> torch.Tensor:
            wide = x.detach().cpu().numpy().astype(np.float64)
            return torch.from_numpy(self.evaluate(node, wide)).to(x)

        class Tabulated(torch.autograd.Function):
            @staticmethod
            def forward(context: Any, x: torch.Tensor) -> torch.Tensor:  # noqa: ANN401
                context.save_for_backward(x)
                return compute(x)

            @staticmethod
            def backward(context: Any, gradient: torch.Tensor) -> torch.Tensor:  # noqa: ANN401
                (x,) = context.saved_tensors
                wide = x.double()
                rise = compute(wide + _STEP) - compute(wide - _STEP)
                return gradient * (rise / (2 * _STEP)).to(gradient)

        y: torch.Tensor = Tabulated.apply(inputs[0])  # type: ignore[no-untyped-call]
        return y

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> NDArray[Any]:
        """Look every integer up."""
        return look_up(node.integer["table"], inputs[0], tensors[0], output)

    def fix_integers(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the table."""
        low, high = self.domain(node)
        return {
            "table": tabulate(lambda x: self.evaluate(node, x.clip(low, high)), inputs[0], output)
        }

    def gain(
        self,
        node: Node,
        inputs: Sequence[Tensor],
        output: Tensor,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return the steepest step of the table."""
        return gain_of_table(node, inputs)


def gain_of_table(node: Node, inputs: Sequence[Tensor]) -> tuple[float, ...]:
    """Return zoo.op.Op.gain of a node with one or more consecutive tables."""
    steps = np.abs(np.diff(node.integer["table"]))
    return float(steps.max()), *(0.0,) * (len(inputs) - 1)


def tabulate(
    activate: Callable[[NDArray[Any]], NDArray[Any]], source: Tensor, output: Tensor
) -> tuple[int, ...]:
    """Return the output's integer for each integer q of the source, in ascending order.

    table[q - qmin] = clip(round(f(s_in * (q - z_in)) / s_out) + z_out, qmin_out, qmax_out),
    computed in float64. Raises QuantizeError for more than 256 entries, and where f has no value.
    """
    require_8_bits(source)
    read, stored = quantization_of(source), quantization_of(output)
    x = np.float64(read.scale[0]) * (np.arange(read.qmin, read.qmax + 1) - read.zero_point[0])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        levels = _known(activate(x), source) / np.float64(stored.scale[0])
    rounded = np.rint(levels) if stored.rounding == "half_even" else np.floor(levels + 0.5)
    table = np.clip(rounded + stored.zero_point[0], stored.qmin, stored.qmax)
    return tuple(int(entry) for entry in table)


def _known(values: NDArray[Any], source: Tensor) -> NDArray[Any]:
    if np.isnan(values).any():
        raise QuantizeError(
            f"a function of tensor '{source.name}' is undefined for some values of the tensor's "
            "grid; state where it is defined in the op's `domain`"
        )
    return values


def look_up(
    table: Sequence[int] | NDArray[Any], values: NDArray[Any], source: Tensor, output: Tensor
) -> NDArray[Any]:
    """Return the entries for the source's integers, in the output's storage type."""
    return np.asarray(table, quantization_of(output).dtype)[
        values.astype(np.int64) - quantization_of(source).qmin
    ]


def require_8_bits(tensor: Tensor) -> None:
    """Raise QuantizeError if a table with an entry for each integer would be too large."""
    bits = quantization_of(tensor).bits
    if bits > 8:
        raise QuantizeError(
            f"tensor '{tensor.name}' has {bits} bits and feeds a table op; tables take at most 8 "
            "bits: quantize activations to 8 bits"
        )
