"""The last step of an integer op: from its accumulator to the integers that are stored.

y = clip(round(acc * multiplier * 2**-shift) + z_out, *range)
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.affine import quantization_of
from compilers.op_parts.clamp import integer_range
from zoo.fixed_point import fix_factors, rescale, saturate
from zoo.graph import Node, Tensor

__all__ = ["factors", "fix_ratio", "store"]


def fix_ratio(node: Node, scale: float, output: Tensor) -> Mapping[str, tuple[int, ...]]:
    """Return multiplier and shift of scale / s_out, and the range; scale: the accumulator's."""
    stored = quantization_of(output)
    multiplier, shift = fix_factors([scale / stored.scale[0]])
    return {"multiplier": multiplier, "shift": shift, "range": integer_range(node, stored)}


def factors(node: Node) -> NDArray[np.float64]:
    """Return multiplier * 2**-shift for each pair of the node's."""
    multiplier, shift = (np.array(node.integer[key]) for key in ("multiplier", "shift"))
    real: NDArray[np.float64] = np.ldexp(multiplier.astype(np.float64), -shift)
    return real


def store(
    node: Node, accumulator: NDArray[Any], output: Tensor, along: tuple[int, ...] = (-1,)
) -> NDArray[Any]:
    """Return the output's integers. along: shape that lays the factors beside the accumulator."""
    multiplier = np.array(node.integer["multiplier"], np.int64).reshape(along)
    shift = np.array(node.integer["shift"], np.int64).reshape(along)
    stored = quantization_of(output)
    low, high = node.integer["range"]
    levels = rescale(accumulator, multiplier, shift, stored.rounding)
    return saturate(levels + stored.zero_point[0], low, high, stored.dtype)
