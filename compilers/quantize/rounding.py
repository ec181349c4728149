"""Rounding of parameters to a grid's integers, and its cost."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.fixed_point import saturate
from zoo.graph import Quantization

__all__ = ["squared_error", "to_integers"]

_ROUND: Mapping[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "half_even": np.rint,
    "half_up": lambda values: np.floor(values + 0.5),
    "two_stage": np.rint,
    "half_away": lambda values: np.copysign(np.floor(np.abs(values) + 0.5), values),
}


def to_integers(
    reals: NDArray[Any], grid: Quantization, rounding: str, low: int | None = None
) -> NDArray[Any]:
    """Return round(reals / scale) on a symmetric grid in its storage type.

    rounding: of ties, 'half_even', 'half_up' or 'half_away'.  Saturated to [qmin, qmax], or to
    [low, qmax] for a narrower range.
    """
    shape = [1] * reals.ndim
    if grid.axis is not None:
        shape[grid.axis] = -1
    levels = np.asarray(reals, np.float64) / np.asarray(grid.scale).reshape(shape)
    low = grid.qmin if low is None else low
    return saturate(_ROUND[rounding](levels), low, grid.qmax, grid.dtype)


def squared_error(
    values: NDArray[Any], counts: "NDArray[Any] | int", grid: Quantization, rounding: str
) -> float:
    """Return the sum of counts * (real - value)**2, where real is the value rounded to the grid.

    The grid has one scale.
    """
    scale, zero_point = grid.scale[0], grid.zero_point[0]
    integers = np.clip(_ROUND[rounding](values / scale) + zero_point, grid.qmin, grid.qmax)
    return float(np.sum(counts * ((integers - zero_point) * scale - values) ** 2))
