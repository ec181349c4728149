"""Addition of two tensors, such as a residual; either may broadcast."""

import operator
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arithmetic import centred, factors, integer_range
from compilers.op_parts.kinds import PairOp
from compilers.op_parts.two_stage import fix_two_stage, store_two_stage
from zoo.fixed_point import TWO_STAGE, fix_aligned, round_divide, round_shift, saturate
from zoo.graph import Node, Tensor, quantization_of

__all__ = ["OP"]

_WEIGHT_MAX = 255


class Add(PairOp):
    """y = a + b.

    y = clip(round((m_a (q_a - z_a) + m_b (q_b - z_b)) * 2**-shift) + z_out, *range), rounded once.
    integer: multiplier (m_a, m_b), shift, range; m / 2**shift = s_in / s_out.

    On a K210 (compilers.op_parts.two_stage): acc = w_a q_a + w_b q_b, a 1x1 convolution of both
    tensors, with weight (w_a, w_b) up to 255 as near to s_a / s_b as they can be. bn_add holds the
    zero points.
    """

    name = "add"
    onnx_types = ("Add",)
    combine = staticmethod(operator.add)
    signs = (1, 1)
    """Of both inputs."""

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> NDArray[Any]:
        """Add with one rounding, or as on a K210."""
        stored = quantization_of(output)
        if stored.rounding == TWO_STAGE:
            w_a, w_b = node.integer["weight"]
            sums = w_a * inputs[0].astype(np.int64) + w_b * inputs[1].astype(np.int64)
            return store_two_stage(node, sums, node.integer["bn_add"])
        first, second = (
            centred(integers, tensor) * multiplier
            for integers, tensor, multiplier in zip(
                inputs, tensors, node.integer["multiplier"], strict=True
            )
        )
        levels = round_shift(first + second, node.integer["shift"][0], stored.rounding)
        low, high = node.integer["range"]
        return saturate(levels + np.int64(stored.zero_point[0]), low, high, stored.dtype)

    def fix_integers(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor
    ) -> Mapping[str, tuple[int, ...]]:
        """Return a multiplier for each input, their shift, and the range, or a K210's constants."""
        stored = quantization_of(output)
        limits = integer_range(node, stored)
        if stored.rounding == TWO_STAGE:
            return self._weights(inputs, output, limits)
        ratios = [quantization_of(tensor).scale[0] / stored.scale[0] for tensor in inputs]
        multiplier, shift = fix_aligned(ratios)
        signed = tuple(m * sign for m, sign in zip(multiplier, self.signs, strict=True))
        return {"multiplier": signed, "shift": shift, "range": limits}

    def _weights(
        self, inputs: Sequence[Tensor], output: Tensor, limits: tuple[int, int]
    ) -> Mapping[str, tuple[int, ...]]:
        grids, stored = [quantization_of(tensor) for tensor in inputs], quantization_of(output)
        first, second = (grid.scale[0] for grid in grids)
        if first > second:
            w_b, w_a = _nearest(second / first)
        else:
            w_a, w_b = _nearest(first / second)
        # One factor for both: the error of the ratio is shared between the inputs.
        factor = (first + second) / (w_a + w_b) / stored.scale[0]
        fixed = fix_two_stage([factor], limits, stored)
        weight = w_a * self.signs[0], w_b * self.signs[1]
        zero = sum(w * grid.zero_point[0] for w, grid in zip(weight, grids, strict=True))
        product = np.array(-zero * fixed["bn_multiplier"][0])
        add = int(round_divide(product, 1 << fixed["bn_shift"][0], "half_up"))
        return {"weight": weight, "bn_add": (add,), **fixed}

    def gain(
        self,
        node: Node,
        inputs: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return both factors."""
        weights = np.array(node.integer.get("weight", (1, 1)))
        first, second = np.abs(factors(node) * weights).tolist()
        return first, second


def _nearest(ratio: float) -> tuple[int, int]:
    """Return two integers up to 255 with this ratio, at most 1, the first at least 1."""
    nearest = Fraction(ratio).limit_denominator(_WEIGHT_MAX)
    if nearest == 0:
        return 1, _WEIGHT_MAX
    return nearest.numerator, nearest.denominator


OP = Add()
