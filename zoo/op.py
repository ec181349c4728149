"""The interface of an op plugin: one file per op family with everything about it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

from zoo.errors import QuantizeError
from zoo.graph import Attribute, Node, Quantization, Shape, Tensor

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

__all__ = ["OnnxCall", "Op", "Parsed"]


@dataclass(frozen=True)
class OnnxCall:
    """One ONNX operator without protobuf.

    where: file and node, for messages.  inputs: in ONNX's order; None for an omitted optional
    input; constants include their data.
    """

    op_type: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Tensor | None, ...] = ()
    where: str = ""


@dataclass(frozen=True)
class Parsed:
    """An ONNX operator as a node: attributes, and the inputs that remain tensors."""

    inputs: tuple[Tensor, ...]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


class Op(ABC):
    """One op family: ONNX form, shape rule, float and integer semantics, quantization rule.

    `run_float` and `run_integer` define the op; no back end shares code with them. `run_torch`
    repeats `run_float` for training. Arrays have the layouts of zoo.graph; integer arrays have
    their storage type.
    """

    name: str
    onnx_types: tuple[str, ...]
    """ONNX operator types that `parse` accepts."""
    onnx_function: str = ""
    """One of these types as a function in ONNX's text form, if ONNX has no such operator.

    For example 'Bump (x) => (y) { ... }', composed of opset 21 operators. Hub files define it in
    the domain 'zoo'.
    """
    fuses_clamp: bool = False
    """Whether a following ReLU, ReLU6 or clip becomes the node's 'clamp' attribute."""
    shares_quantization: bool = False
    """Whether the output keeps the (first) input's quantization because values only move."""
    output_bits_max: int = 16
    """Most bits that the output may have. Where a scheme has more, not fixed point, it gets 8."""
    rounds: bool = True
    """Whether another runtime may round the integers differently; False if none are computed."""
    weight_input: int | None = None
    """Index of the weight among the inputs; the bias, if any, follows it."""
    weight_axis: int = 0
    """The weight's output channel axis."""
    family: str = ""
    """Family whose lowering is used if the op has none of its own, such as 'table'."""
    float_inputs: tuple[int, ...] = ()
    """Indices of constants that stay float because `fix_integers` folds them into a table."""

    @abstractmethod
    def parse(self, call: OnnxCall) -> Parsed:
        """Read the ONNX form. Raises UnsupportedOpError for an unsupported use."""

    @abstractmethod
    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write the ONNX form without 'clamp'; it may append new constants to `inputs`."""

    @abstractmethod
    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return the output's shape; raises HubError if the inputs do not match."""

    def reorder(self, node: Node, order: tuple[int, ...]) -> Node:  # noqa: ARG002
        """Return the node for images in another axis order, as in zoo.layout.

        An op whose attributes refer to axes rewrites them.
        """
        return node

    @abstractmethod
    def run_float(self, node: Node, inputs: Sequence["NDArray[Any]"]) -> "NDArray[Any]":
        """Compute the output in float32, 'clamp' included."""

    def run_torch(
        self,
        node: Node,
        inputs: Sequence["torch.Tensor"],  # noqa: ARG002
    ) -> "torch.Tensor":
        """Compute the same as `run_float`, differentiable in every real input.

        inputs: activations and constants, with one float type, on one device.
        An implementation imports torch inside the function: only training needs it. Raises
        QuantizeError if the op has none.
        """
        raise QuantizeError(
            f"node '{node.name}': op '{self.name}' has no torch form, so the node cannot be "
            "trained; use --quant ptq, or give the op plugin a run_torch"
        )

    @abstractmethod
    def run_integer(
        self,
        node: Node,
        inputs: Sequence["NDArray[Any]"],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> "NDArray[Any]":
        """Compute the output's integers from the inputs' with `node.integer`, without floats."""

    def fix_integers(
        self,
        node: Node,  # noqa: ARG002
        inputs: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,  # noqa: ARG002
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the node's integer constants, a pure function of the tensors' quantization."""
        return {}

    def factor_error(
        self,
        node: Node,  # noqa: ARG002
        inputs: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,  # noqa: ARG002
    ) -> "NDArray[Any] | float":
        """Return the ratio of multiplier * 2**-shift to the real factor, broadcast to the output.

        It is 1 if power-of-two scales are exact; if not (a mean of 3 values), its 24 bits decide
        how ties are rounded.
        """
        return 1.0

    def gain(
        self,
        node: Node,  # noqa: ARG002
        inputs: Sequence[Tensor],
        output: Tensor,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return the maximum change of the output before rounding, in its steps.

        One number per input: the change when all integers of that input change by one step;
        infinite if unknown.
        """
        return (1.0 if self.shares_quantization else inf,) * len(inputs)

    def fixed_quantization(self, node: Node) -> Quantization | None:  # noqa: ARG002
        """Return the output's quantization if the op's range is known (softmax: 1/256)."""
        return None

    def macs(self, node: Node, inputs: Sequence[Tensor], output: Tensor) -> int:  # noqa: ARG002
        """Return multiply-accumulates for one sample."""
        return 0
