"""Float scales of weights, and the bias in steps of the accumulator.

    s_w[k] = max |w[k]| / qmax,  s_bias[k] = s_in * s_w[k]

or, where the calibrator is 'mse', the s_w below that has the least squared error.
"""

import numpy as np
from numpy.typing import NDArray

from compilers.quantize.weighted import Weighted
from zoo.graph import Quantization
from zoo.scheme import Scheme

__all__ = ["fit_float_scales"]

_SHRINKS = tuple(np.linspace(1.0, 0.5, 26))

# Nearly dead channels: the bias must fit into 32 bits of s_bias, and the factor from accumulator
# to output, s_in * s_w / s_out, must be one that zoo.fixed_point can write.
_BIAS_STEPS_MAX = 2.0**30
_FACTOR_MIN = 2.0**-30

Array = NDArray[np.float64]


def fit_float_scales(
    weighted: Weighted, scale_in: float, scale_out: float, scheme: Scheme, calibrator: str
) -> tuple[Quantization, Quantization]:
    """Return the quantizations of weight and bias; scale_in, scale_out: of the activations."""
    weights, biases = weighted.rows(scheme.weight_per_channel)
    qmax = (1 << (scheme.weight_bits - 1)) - 1
    scales = np.abs(weights).max(axis=1) / qmax
    if calibrator == "mse":
        scales = _least_error(weights, scales, scheme.weight_qmin, qmax)
    for_bias = np.abs(biases).max(axis=1) / (scale_in * _BIAS_STEPS_MAX)
    for_factor = scale_out / scale_in * _FACTOR_MIN
    scales = np.maximum(scales, np.maximum(for_bias, for_factor)).astype(np.float32)
    axis = weighted.axis if scheme.weight_per_channel else None
    return (
        _grid(scales, scheme.weight_bits, axis),
        _grid(np.float32(scale_in) * scales, scheme.bias_bits, None if axis is None else 0),
    )


def _least_error(weights: Array, largest: Array, qmin: int, qmax: int) -> Array:
    """Return for each row the scale, at most `largest`, with the least squared error."""
    candidates = [largest * shrink for shrink in _SHRINKS]
    errors = [_squared_error(weights, scales, qmin, qmax) for scales in candidates]
    best: Array = np.choose(np.argmin(errors, axis=0), candidates)
    return best


def _squared_error(weights: Array, scales: Array, qmin: int, qmax: int) -> Array:
    steps = np.where(scales > 0, scales, 1.0)[:, np.newaxis]
    kept = np.clip(np.rint(weights / steps), qmin, qmax) * steps
    error: Array = np.sum((kept - weights) ** 2, axis=1)
    return error


def _grid(scales: NDArray[np.float32], bits: int, axis: int | None) -> Quantization:
    zeros = (0,) * len(scales)
    return Quantization(tuple(float(scale) for scale in scales), zeros, bits, axis=axis)
