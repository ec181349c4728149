"""Histograms add up exactly, whatever the batches and their order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from compilers.quantize.histogram import HALF, measure, measure_divided, merge

REALS = st.floats(-1e6, 1e6, width=32)
SAMPLES = arrays.arrays(
    np.float32, st.tuples(st.integers(2, 6), st.integers(1, 20)), elements=REALS
)


@given(SAMPLES, st.data())
def test_parts_in_any_order_are_the_whole(values, data):
    cut = data.draw(st.integers(1, len(values) - 1))
    whole = measure(values)
    for parts in ((values[:cut], values[cut:]), (values[cut:], values[:cut])):
        merged = merge(measure(part) for part in parts)
        assert (merged.low, merged.high, merged.exponent) == (
            whole.low,
            whole.high,
            whole.exponent,
        )
        np.testing.assert_array_equal(merged.counts, whole.counts)


@given(
    arrays.arrays(np.float32, st.tuples(*[st.integers(1, 4)] * 4), elements=REALS),
    st.data(),
    st.integers(1, 5),
)
def test_values_need_not_be_divided_to_be_measured(values, data, stride):
    sizes = st.floats(2.0**-10, 2.0**10, width=32)
    divisors = data.draw(arrays.arrays(np.float32, values.shape[1], elements=sizes))
    found = measure_divided(values, divisors, stride)
    wanted = measure(values / divisors.reshape(-1, 1, 1), stride)
    assert (found.low, found.high, found.exponent) == (wanted.low, wanted.high, wanted.exponent)
    np.testing.assert_array_equal(found.counts, wanted.counts)


@given(SAMPLES)
def test_every_value_is_counted_in_its_bin(values):
    seen = measure(values)
    width = 2.0**seen.exponent / HALF
    middles, counts = seen.occurring()
    assert counts.sum() == values.size
    distances = np.abs(values.reshape(-1, 1).astype(np.float64) - middles)
    # A value on a bin's left edge belongs to it.
    assert np.all(distances.min(axis=1) <= width / 2)


def test_range_is_exact_even_where_a_stride_skips_values():
    values = np.arange(100, dtype=np.float32).reshape(1, 100)
    seen = measure(values, stride=7)
    assert (seen.low, seen.high) == (0, 99)
    assert seen.counts.sum() == 15


def test_zeros_do_not_coarsen_what_they_are_merged_with():
    small = np.full((1, 3), 1e-6, np.float32)
    merged = merge([measure(np.zeros((1, 5), np.float32)), measure(small)])
    assert merged.exponent == measure(small).exponent
    assert merged.counts[HALF] == 5


@pytest.mark.parametrize(("value", "word"), [(np.nan, "NaN"), (-np.inf, "infinite")])
def test_says_what_is_not_finite(value, word):
    with pytest.raises(ValueError, match=f"^{word}$"):
        measure(np.array([[0.0, value]], np.float32))


@given(SAMPLES, st.floats(0.01, 100))
def test_scaled_is_that_of_the_scaled_values(values, factor):
    found, wanted = measure(values).scaled(factor), measure(values * np.float32(factor))
    assert found.counts.sum() == wanted.counts.sum()
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), rel=1e-6)
    assert abs(found.exponent - wanted.exponent) <= 1
