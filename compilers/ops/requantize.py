"""Requantize: the same values in another quantization."""

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from compilers.op_parts.arithmetic import centred, clamp_reals, factors, fix_storing, store
from compilers.op_parts.kinds import BorderOp
from zoo.graph import Node, Tensor, quantization_of

__all__ = ["OP"]


class Requantize(BorderOp):
    """y = clip(round((q - z_in) * s_in / s_out) + z_out, *range).

    integer: multiplier, shift (s_in / s_out), range, or as in compilers.op_parts.two_stage.
    """

    name = "requantize"
    fuses_clamp = True

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Return the reals, clamped."""
        return clamp_reals(node, inputs[0])

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> NDArray[Any]:
        """Rescale the integers."""
        return store(node, centred(inputs[0], tensors[0]), output)

    def fix_integers(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor
    ) -> Mapping[str, tuple[int, ...]]:
        """Return multiplier, shift and range."""
        return fix_storing(node, [quantization_of(inputs[0]).scale[0]], output)

    def gain(
        self,
        node: Node,
        inputs: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return the factor."""
        return (float(factors(node)[0]),)


OP = Requantize()
