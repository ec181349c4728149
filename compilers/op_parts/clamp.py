"""The fused ReLU, ReLU6 or clip: attribute 'clamp' = (low, high), reals, infinite where open."""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.affine import quantize_real
from zoo.graph import Node, Quantization

__all__ = ["Bounds", "clamp_of", "clamp_reals", "integer_range"]

Bounds = tuple[float, float]

OPEN: Bounds = (-np.inf, np.inf)


def clamp_of(node: Node) -> Bounds:
    """Return the node's bounds, infinite where nothing is fused."""
    return cast(Bounds, node.attributes.get("clamp", OPEN))


def clamp_reals(node: Node, reals: NDArray[Any]) -> NDArray[Any]:
    """Clip the reals to the node's bounds."""
    low, high = clamp_of(node)
    if (low, high) == OPEN:
        return reals
    clamped: NDArray[Any] = np.clip(reals, np.float32(low), np.float32(high))
    return clamped


def integer_range(node: Node, quantization: Quantization) -> tuple[int, int]:
    """Return the lowest and highest integer of the output: integer['range'].

    Rounding is monotone, hence round(clip(x, a, b)) = clip(round(x), round(a), round(b)).
    """
    low, high = clamp_of(node)
    return quantize_real(low, quantization), quantize_real(high, quantization)
