"""The natural logarithm in operations that IEEE 754 defines to the bit."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["log"]

_LN2_HIGH = 0.6931471804855391
_LN2_LOW = 7.440617110012397e-11
_SQRT_HALF = 0.7071067811865476
_TERMS = 11


def log(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the natural logarithm of positive finite numbers.

        x = m 2**e,  sqrt(1/2) <= m < sqrt(2),   s = (m - 1) / (m + 1)
        p = 1/23;  p = p s s + 1 / (2 k + 1) for k = 10 .. 0             the series of artanh
        log(x) = e ln2_high + (2 s p + e ln2_low)

    Within 2 ulp of the real value. The parts of ln 2 are those of zoo.steps.exponential.
    """
    m, e = np.frexp(np.asarray(x, np.float64))
    is_low = m < _SQRT_HALF
    m = np.where(is_low, 2 * m, m)
    e = np.where(is_low, e - 1, e).astype(np.float64)
    s = (m - 1) / (m + 1)
    p = np.full_like(s, 1 / (2 * _TERMS + 1))
    for k in range(_TERMS - 1, -1, -1):
        p = p * s * s + 1 / (2 * k + 1)
    found: NDArray[np.float64] = e * _LN2_HIGH + (2 * s * p + e * _LN2_LOW)
    return found
