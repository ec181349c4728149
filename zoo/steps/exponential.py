"""exp and the logistic function in operations that IEEE 754 defines to the bit."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["exp", "sigmoid"]

_LOG2_E = 1.4426950408889634
_LN2_HIGH = 0.6931471804855391
_LN2_LOW = 7.440617110012397e-11
_FARTHEST = 708.0
_DEGREE = 13


def exp(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return exp(x).

        n = floor(x / ln 2 + 0.5),   r = (x - n ln2_high) - n ln2_low
        p = 1;  p = 1 + r p / k for k = 13 .. 1                     Taylor's series
        exp(x) = p 2**n, but 0 below -708, and exp(708) above 708; nan of nan

    Within 2 ulp of the real value. The two parts of ln 2 are after Cody and Waite 1980, "Software
    Manual for the Elementary Functions", chapter 6: n ln2_high is exact.
    """
    reduced = np.where(np.isnan(x), 0.0, np.clip(x, -_FARTHEST, _FARTHEST))
    n = np.floor(reduced * _LOG2_E + 0.5)
    r = (reduced - n * _LN2_HIGH) - n * _LN2_LOW
    p = np.ones_like(r)
    for k in range(_DEGREE, 0, -1):
        p = 1 + r * p / k
    powers = np.where(x < -_FARTHEST, 0.0, np.ldexp(p, n.astype(np.int64)))
    return np.where(np.isnan(x), np.nan, powers)


def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + e) for x >= 0 and e / (1 + e) below, with e = exp(-|x|)."""
    e = exp(-np.abs(x))
    return np.where(x < 0, e, 1.0) / (1 + e)
