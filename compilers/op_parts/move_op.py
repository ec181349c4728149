"""Ops that only move values: the same numpy moves reals and integers."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from zoo.graph import Node, Tensor
from zoo.op import Op

__all__ = ["MoveOp"]


class MoveOp(Op):
    """An op whose `run_float` computes nothing, so that integers go through it unchanged."""

    shares_quantization = True
    rounds = False

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,  # noqa: ARG002
    ) -> NDArray[Any]:
        """Move the integers."""
        return self.run_float(node, inputs)
