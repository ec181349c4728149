"""Affine quantization of arrays: q = saturate(round(x / scale) + zero_point).

The arithmetic is that of ONNX QuantizeLinear and DequantizeLinear: division, rounding and product
in float32, the zero point added after rounding.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import QuantizeError
from zoo.fixed_point import saturate
from zoo.graph import Quantization, Tensor

__all__ = ["centred", "dequantize", "quantization_of", "quantize", "quantize_real"]


def quantization_of(tensor: Tensor) -> Quantization:
    """Return the tensor's quantization; raises QuantizeError where it holds reals."""
    if tensor.quantization is None:
        raise QuantizeError(
            f"tensor '{tensor.name}' has no quantization beside quantized ones; "
            "quantize the whole graph"
        )
    return tensor.quantization


def quantize(reals: NDArray[Any], quantization: Quantization) -> NDArray[Any]:
    """Return integers of the storage type, saturated to the quantization's range."""
    levels = np.asarray(reals, np.float32) / _scales(quantization, reals.ndim)
    rounded = np.floor(levels + np.float32(0.5))
    if quantization.rounding == "half_even":
        rounded = np.rint(levels)
    shifted = rounded.astype(np.float64) + _zero_points(quantization, reals.ndim)
    # numpy makes scalars of arrays without axes.
    return np.asarray(saturate(shifted, quantization.qmin, quantization.qmax, quantization.dtype))


def dequantize(integers: NDArray[Any], quantization: Quantization) -> NDArray[np.float32]:
    """Return scale * (q - zero_point) in float32."""
    rank = integers.ndim
    levels = integers.astype(np.int64) - _zero_points(quantization, rank)
    reals: NDArray[np.float32] = levels.astype(np.float32) * _scales(quantization, rank)
    return reals


def centred(integers: NDArray[Any], tensor: Tensor) -> NDArray[np.int64]:
    """Return q - zero_point as int64."""
    levels: NDArray[np.int64] = integers.astype(np.int64) - _zero_points(
        quantization_of(tensor), integers.ndim
    )
    return levels


def quantize_real(real: float, quantization: Quantization) -> int:
    """Return the integer that stands for one real; infinities saturate."""
    return int(quantize(np.array(real, np.float32), quantization))


def _zero_points(quantization: Quantization, rank: int) -> NDArray[np.int64]:
    return _along_axis(np.array(quantization.zero_point, np.int64), quantization, rank)


def _scales(quantization: Quantization, rank: int) -> NDArray[np.float32]:
    return _along_axis(np.array(quantization.scale, np.float32), quantization, rank)


def _along_axis(values: NDArray[Any], quantization: Quantization, rank: int) -> NDArray[Any]:
    if quantization.axis is None:
        return values.reshape((1,) * rank)
    shape = [1] * rank
    shape[quantization.axis] = len(values)
    return values.reshape(shape)
