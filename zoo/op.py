"""What an op plugin provides: one file per op family, everything about it in one place."""

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

    where: file and node, for messages.  inputs: in ONNX's order; an omitted optional input is
    None; constants carry their data.
    """

    op_type: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Tensor | None, ...] = ()
    where: str = ""


@dataclass(frozen=True)
class Parsed:
    """What of an ONNX operator becomes the node: attributes, and the inputs that stay tensors."""

    inputs: tuple[Tensor, ...]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


class Op(ABC):
    """One op family: ONNX form, shape rule, float and integer meaning, quantization rule.

    `run_float` and `run_integer` are the living definition of the op; no back end shares code
    with them. `run_torch` says `run_float` again for training. Arrays have the layouts of
    zoo.graph; integer arrays come in their storage type.
    """

    name: str
    onnx_types: tuple[str, ...]
    """ONNX operator types that `parse` takes."""
    fuses_clamp: bool = False
    """Whether a following ReLU, ReLU6 or clip becomes the node's 'clamp' attribute."""
    shares_quantization: bool = False
    """Whether the output has its (first) input's quantization, because values only move."""
    rounds: bool = True
    """Whether another runtime may round the integers another way; False where none are computed."""
    weight_input: int | None = None
    """Index of the weight among the inputs; the bias, where there is one, follows it."""
    weight_axis: int = 0
    """Axis of the weight that counts output channels."""
    family: str = ""
    """What lowers the op where it has no lowering of its own, such as 'table'."""
    float_inputs: tuple[int, ...] = ()
    """Indices of constants that stay float, because `fix_integers` puts them into a table."""

    @abstractmethod
    def parse(self, call: OnnxCall) -> Parsed:
        """Read the ONNX form. Raises UnsupportedOpError for a use that the op lacks."""

    @abstractmethod
    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write the ONNX form without 'clamp'; new constants may follow `inputs`."""

    @abstractmethod
    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return the output's shape; raises HubError where the inputs do not fit together."""

    def reorder(self, node: Node, order: tuple[int, ...]) -> Node:  # noqa: ARG002
        """Return the node for images in another order of axes, as in zoo.layout.

        An op whose attributes name or count axes rewrites them.
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
        """Compute what `run_float` does, differentiable in every real input.

        inputs: activations and constants alike, of one float type, on one device.
        An implementation imports torch inside the function: only training needs it. Raises
        QuantizeError where the op has none.
        """
        raise QuantizeError(
            f"node '{node.name}': op '{self.name}' has no torch form, so that the node cannot be "
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
        """Compute the output's integers from the inputs' with `node.integer`; no float math."""

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
        """Return multiplier * 2**-shift over the real factor, which broadcasts to the output.

        It is 1 where power-of-two scales are exact; where they are not (a mean of 3 values), its
        31 bits decide how ties are rounded.
        """
        return 1.0

    def gain(
        self,
        node: Node,  # noqa: ARG002
        inputs: Sequence[Tensor],
        output: Tensor,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return by how much the output changes at most, in its steps, before it is rounded.

        One number for each of `inputs`, per step by which all integers of that input change;
        infinite where it is not known.
        """
        return (1.0 if self.shares_quantization else inf,) * len(inputs)

    def fixed_quantization(self, node: Node) -> Quantization | None:  # noqa: ARG002
        """Return the output's quantization where the op's range is known (softmax: 1/256)."""
        return None

    def macs(self, node: Node, inputs: Sequence[Tensor], output: Tensor) -> int:  # noqa: ARG002
        """Return multiply-accumulates for one sample."""
        return 0
