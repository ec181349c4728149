"""Quantization of arrays against exact rational arithmetic."""

from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compilers.op_parts.arithmetic import centred, dequantize, quantize, quantize_real
from zoo.errors import QuantizeError
from zoo.graph import Quantization, Tensor, quantization_of

EXACT_SCALES = st.integers(-8, 2).map(lambda exponent: 2.0**exponent)
REALS = st.integers(-4000, 4000).map(lambda count: count / 16)


@given(real=REALS, scale=EXACT_SCALES, zero_point=st.integers(-128, 127), half_up=st.booleans())
def test_definition(real, scale, zero_point, half_up):
    rounding = "half_up" if half_up else "half_even"
    grid = Quantization((scale,), (zero_point,), rounding=rounding)
    ratio = Fraction(real) / Fraction(scale)
    level = floor(ratio + Fraction(1, 2)) if half_up else round(ratio)
    expected = min(max(level + zero_point, -128), 127)
    assert quantize_real(real, grid) == expected
    assert quantize(np.float32([real]), grid).tolist() == [expected]


@given(level=st.integers(-128, 127), scale=EXACT_SCALES, zero_point=st.integers(-128, 127))
def test_dequantize_is_exact_for_powers_of_two(level, scale, zero_point):
    grid = Quantization((scale,), (zero_point,))
    assert dequantize(np.int8([level]), grid).tolist() == [(level - zero_point) * scale]


@given(level=st.integers(0, 255), scale=st.floats(2**-10, 4, width=32), zero=st.integers(0, 255))
def test_integers_survive_reals(level, scale, zero):
    grid = Quantization((scale,), (zero,), signed=False)
    assert quantize(dequantize(np.uint8([level]), grid), grid).tolist() == [level]


def test_scales_along_an_axis():
    grid = Quantization((0.5, 2.0), (0, 1), axis=0)
    integers = quantize(np.float32([[1, 2, 100], [1, 4, -2]]), grid)
    # 1 / 2 + 1 is rounded before the zero point is added: 0 + 1.
    assert integers.tolist() == [[2, 4, 127], [1, 3, 0]]
    assert dequantize(integers, grid).tolist() == [[1, 2, 63.5], [0, 4, -2]]


@pytest.mark.parametrize(("real", "expected"), [(np.inf, 127), (-np.inf, -128)])
def test_infinities_saturate(real, expected):
    assert quantize_real(real, Quantization((0.5,), (7,))) == expected


def test_arrays_without_axes_stay_arrays():
    found = quantize(np.float32(1.0), Quantization((0.5,), (0,), signed=False))
    assert isinstance(found, np.ndarray)
    assert (found.dtype, found.shape) == (np.uint8, ())


def test_centred():
    grid = Quantization((0.5,), (200,), signed=False)
    tensor = Tensor("x", (2,), "uint8", quantization=grid)
    assert centred(np.uint8([0, 255]), tensor).tolist() == [-200, 55]


def test_tensors_of_reals_are_named():
    with pytest.raises(QuantizeError) as caught:
        quantization_of(Tensor("stem", (2,)))
    assert str(caught.value) == (
        "tensor 'stem' is float beside quantized tensors; quantize the whole graph"
    )
