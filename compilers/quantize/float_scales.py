"""Float scales of weights, and the bias in steps of the accumulator.

    s_w[k] = max |w[k]| / qmax,  s_bias[k] = s_in * s_w[k]

Scales with a smaller squared error saturate the largest weights, which matter most: with 4 bits,
PFLD's landmarks then had a larger error, also where each channel's scale was the one with the
smallest error of sums after error-compensating rounding.
"""

import numpy as np

from compilers.quantize.weighted import Weighted
from zoo.fixed_point import TWO_STAGE
from zoo.graph import Quantization
from zoo.scheme import Scheme

__all__ = ["fit_float_scales"]

# Nearly dead channels: the bias must fit into 32 bits of s_bias, and zoo.fixed_point must be able
# to represent the factor from accumulator to output, s_in * s_w / s_out. With 29 bits for its
# fraction, as in compilers.op_parts.two_stage, a smaller one would make the bias inexact.
_BIAS_STEPS_MAX = 2.0**30
_FACTOR_MIN = 2.0**-30
_TWO_STAGE_FACTOR_MIN = 2.0**-17


def fit_float_scales(
    weighted: Weighted, scale_in: float, scale_out: float, scheme: Scheme
) -> tuple[Quantization, Quantization]:
    """Return the quantizations of weight and bias; scale_in, scale_out: of the activations."""
    weights, biases = weighted.rows(scheme.weight_per_channel)
    qmax = (1 << (scheme.weight_bits - 1)) - 1
    for_bias = np.abs(biases).max(axis=1) / (scale_in * _BIAS_STEPS_MAX)
    is_two_stage = scheme.activation_rounding == TWO_STAGE
    for_factor = scale_out / scale_in * (_TWO_STAGE_FACTOR_MIN if is_two_stage else _FACTOR_MIN)
    least = np.maximum(for_bias, for_factor)
    scales = np.maximum(np.abs(weights).max(axis=1) / qmax, least).astype(np.float32)
    sums = np.float32(scale_in) * scales
    zeros = (0,) * len(scales)
    axis = (weighted.axis, 0) if scheme.weight_per_channel else (None, None)
    return (
        Quantization(tuple(scales.tolist()), zeros, scheme.weight_bits, axis=axis[0]),
        Quantization(tuple(sums.tolist()), zeros, scheme.bias_bits, axis=axis[1]),
    )
