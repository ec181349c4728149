"""The fused ReLU, ReLU6 or clip: attribute 'clamp' = (low, high), reals, infinite where open."""

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.affine import quantize_real
from zoo.graph import Node, Quantization

if TYPE_CHECKING:
    import torch

__all__ = ["OPEN", "Bounds", "clamp_of", "clamp_reals", "clamp_torch", "integer_range"]

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


def clamp_torch(node: Node, reals: "torch.Tensor") -> "torch.Tensor":
    """Clip the reals as `clamp_reals` does; on a bound itself the gradient passes."""
    low, high = clamp_of(node)
    return reals if (low, high) == OPEN else reals.clamp(low, high)


def integer_range(node: Node, quantization: Quantization) -> tuple[int, int]:
    """Return the lowest and highest integer of the output: integer['range'].

    Rounding is monotone, hence round(clip(x, a, b)) = clip(round(x), round(a), round(b)).
    """
    low, high = clamp_of(node)
    return quantize_real(low, quantization), quantize_real(high, quantization)
