"""Subtraction of two tensors; either may broadcast."""

import operator
from collections.abc import Mapping, Sequence

from compilers.ops.add import Add
from zoo.graph import Node, Tensor

__all__ = ["OP"]


class Sub(Add):
    """y = a - b: an addition whose second multiplier is negative."""

    name = "sub"
    onnx_types = ("Sub",)
    combine = staticmethod(operator.sub)

    def fix_integers(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the constants of an addition, the second multiplier negative."""
        sum_integers = super().fix_integers(node, inputs, output)
        first, second = sum_integers["multiplier"]
        return {**sum_integers, "multiplier": (first, -second)}


OP = Sub()
