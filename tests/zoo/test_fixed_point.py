import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.errors import QuantizeError
from zoo.fixed_point import (
    fix_aligned,
    fix_factors,
    rescale,
    round_divide,
    round_shift,
    saturate,
)

int32 = st.integers(-(2**31) + 1, 2**31 - 1)
factors = st.floats(2.0**-30, 2.0**29, width=32)
roundings = st.sampled_from(["half_even", "half_up"])


def rounded(exact: Fraction, rounding: str) -> int:
    """Round exactly; Fraction's own round() is half to even."""
    return round(exact) if rounding == "half_even" else math.floor(exact + Fraction(1, 2))


@given(factors)
def test_factor_is_a_normalised_pair_as_near_as_31_bits_allow(factor):
    (multiplier,), (shift,) = fix_factors([factor])
    assert 2**30 <= multiplier < 2**31
    assert abs(Fraction(multiplier, 2**shift) / Fraction(factor) - 1) <= Fraction(1, 2**31)


@given(st.integers(-30, 29))
def test_power_of_two_is_exact(exponent):
    assert fix_factors([2.0**exponent]) == ((2**30,), (30 - exponent,))


@given(st.lists(factors, min_size=1, max_size=4))
def test_aligned_factors_share_a_shift(scales):
    multipliers, (shift,) = fix_aligned(scales)
    assert max(multipliers) < 2**31
    for multiplier, scale in zip(multipliers, scales, strict=True):
        assert abs(multiplier - Fraction(scale) * 2**shift) <= Fraction(1, 2)


@given(int32, st.integers(2**30, 2**31 - 1), st.integers(1, 62), roundings)
def test_rescale_is_exact(accumulator, multiplier, shift, rounding):
    exact = Fraction(accumulator * multiplier, 2**shift)
    got = rescale(np.array([accumulator]), multiplier, shift, rounding)
    assert got.tolist() == [rounded(exact, rounding)]


@given(
    st.lists(st.integers(-(2**47) + 1, 2**47 - 1), min_size=1, max_size=4),
    st.one_of(st.integers(2**30, 2**31 - 1), st.just(2**30)),
    st.integers(1, 62),
    roundings,
)
def test_rescale_is_exact_for_sums_of_16_bit_activations(sums, multiplier, shift, rounding):
    got = rescale(np.array(sums), multiplier, shift, rounding)
    for accumulator, found in zip(sums, got.tolist(), strict=True):
        exact = rounded(Fraction(accumulator * multiplier, 2**shift), rounding)
        if abs(exact) < 2**31:
            assert found == exact
        else:  # it saturates whatever stores it
            assert abs(found) >= 2**31 - 1
            assert (found > 0) == (exact > 0)


@given(st.integers(-(2**40), 2**40), st.integers(1, 20), roundings)
def test_round_shift_is_exact(product, shift, rounding):
    got = round_shift(np.array([product]), shift, rounding)
    assert got.tolist() == [rounded(Fraction(product, 2**shift), rounding)]


@given(st.integers(-1000, 1000), st.integers(1, 6), roundings)
def test_ties_are_rounded_as_asked(half, shift, rounding):
    tie = (2 * half + 1) * 2 ** (shift - 1)
    got = round_shift(np.array([tie]), shift, rounding)
    assert got.tolist() == [rounded(Fraction(tie, 2**shift), rounding)]


@given(st.integers(-(2**40), 2**40), st.integers(1, 2**20), roundings)
def test_round_divide_is_exact(numerator, divisor, rounding):
    got = round_divide(np.array([numerator]), divisor, rounding)
    assert got.tolist() == [rounded(Fraction(numerator, divisor), rounding)]


@given(st.lists(int32, min_size=1, max_size=5), roundings)
def test_channels_have_their_own_pairs(values, rounding):
    scales = [0.01 * (index + 1) for index in range(len(values))]
    multipliers, shifts = (np.array(part) for part in fix_factors(scales))
    got = rescale(np.array(values), multipliers, shifts, rounding)
    alone = [
        rescale(np.array([value]), int(m), int(s), rounding)[0]
        for value, m, s in zip(values, multipliers, shifts, strict=True)
    ]
    assert got.tolist() == alone


@pytest.mark.parametrize("factor", [0.0, -1.0, math.nan, math.inf])
def test_factor_that_is_no_scale_ratio(factor):
    with pytest.raises(QuantizeError, match=rf"scale ratio {factor} is not positive and finite"):
        fix_factors([factor])


def test_factor_that_is_too_large():
    factor = 2.0**31
    with pytest.raises(
        QuantizeError,
        match=rf"scale ratio {factor} needs a shift of -1; allowed are 1 to 62: .* recalib",
    ):
        fix_factors([factor])


@given(st.floats(2.0**-80, 2.0**-32), int32)
def test_tiny_factors_have_as_many_bits_as_the_largest_shift_leaves(factor, accumulator):
    (multiplier,), (shift,) = fix_factors([factor])
    assert (0 <= multiplier <= 2**30, shift) == (True, 62)
    assert abs(Fraction(multiplier, 2**shift) - Fraction(factor)) <= Fraction(1, 2**63)
    assert rescale(np.array([accumulator]), multiplier, shift, "half_even").tolist() == [0]


@pytest.mark.parametrize(
    ("dtype", "low", "high", "storage"),
    [("int8", -128, 127, "int8"), ("uint8", 0, 255, "uint8"), ("int4", -8, 7, "int8")],
)
def test_saturate(dtype, low, high, storage):
    got = saturate(np.array([-1000, 0, 1000]), low, high, dtype)
    assert got.tolist() == [low, 0, high]
    assert got.dtype == storage
