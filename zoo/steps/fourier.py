"""The discrete Fourier transform in operations that IEEE 754 defines to the bit."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["cosines", "power_spectrum", "sines"]

_HALF_PI = 1.5707963267948966
_TERMS = 10


def cosines(count: int, whole: int) -> NDArray[np.float64]:
    """Return [count], cos(2 pi k / whole) for k = 0 .. count - 1, within 2 ulp.

        q = floor(4 k / whole),   r = 4 k - q whole                  integers: quarter and rest
        a = (pi / 2) min(r, whole - r) / whole                       at most pi / 4
        c = 1;  c = 1 - a a c / ((2 j - 1) 2 j) for j = 10 .. 1      Taylor's series of cos
        s = 1;  s = 1 - a a s / (2 j (2 j + 1)) for j = 10 .. 1      of sin, s a

    c and s a change places where r > whole - r; the quarter gives sign and function.
    """
    return _turned(count, whole, 0)


def sines(count: int, whole: int) -> NDArray[np.float64]:
    """Return [count], sin(2 pi k / whole), as `cosines`."""
    return _turned(count, whole, 3)


def _turned(count: int, whole: int, quarters: int) -> NDArray[np.float64]:
    """Return cos(2 pi k / whole + quarters pi / 2)."""
    k = np.arange(count, dtype=np.int64)
    quarter, rest = 4 * k // whole, 4 * k % whole
    is_far = rest > whole - rest
    a = _HALF_PI * np.where(is_far, whole - rest, rest) / whole
    c, s = np.ones_like(a), np.ones_like(a)
    for j in range(_TERMS, 0, -1):
        c = 1 - a * a * c / ((2 * j - 1) * (2 * j))
        s = 1 - a * a * s / (2 * j * (2 * j + 1))
    s = s * a
    cos, sin = np.where(is_far, s, c), np.where(is_far, c, s)
    quarter = (quarter + quarters) % 4
    return np.choose(quarter, [cos, -sin, -cos, sin])


def power_spectrum(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return [N, size / 2 + 1], the squared magnitudes of the transforms of rows [N, size].

    size: a power of two from 2 on. Radix 2, decimation in time (Cooley and Tukey 1965, "An
    Algorithm for the Machine Calculation of Complex Fourier Series"): the rows in bit-reversed
    order, then for half = 1, 2, 4, ..

        t = w b,   a, b = a + t, a - t                               w = exp(-pi i j / half)

    with t = (w.re b.re - w.im b.im) + i (w.re b.im + w.im b.re).
    """
    rows, size = x.shape
    order = _bit_reversed(size)
    real, imaginary = x[:, order], np.zeros_like(x)
    cos, sin = cosines(size, size), sines(size, size)
    half = 1
    while half < size:
        step = size // (2 * half)
        w_real, w_imaginary = cos[: size // 2 : step], -sin[: size // 2 : step]
        re, im = (part.reshape(rows, -1, 2, half) for part in (real, imaginary))
        t_real = w_real * re[:, :, 1] - w_imaginary * im[:, :, 1]
        t_imaginary = w_real * im[:, :, 1] + w_imaginary * re[:, :, 1]
        real = np.stack((re[:, :, 0] + t_real, re[:, :, 0] - t_real), 2).reshape(rows, size)
        imaginary = np.stack((im[:, :, 0] + t_imaginary, im[:, :, 0] - t_imaginary), 2).reshape(
            rows, size
        )
        half *= 2
    count = size // 2 + 1
    real, imaginary = real[:, :count], imaginary[:, :count]
    return real * real + imaginary * imaginary


def _bit_reversed(size: int) -> NDArray[np.int64]:
    order = np.zeros(1, np.int64)
    while len(order) < size:
        order = np.concatenate((2 * order, 2 * order + 1))
    return order
