"""Fix points worth a try, against their definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compilers.quantize.power_of_two import (
    fix_point_of,
    is_power_of_two,
    with_fix_points,
    worthwhile_fix_points,
)
from zoo.graph import Quantization

GRID = Quantization((1.0,), (0,))


def _saturates(real, point):
    return not -128.5 <= real * 2.0**point <= 127.5


@given(st.floats(-1000, 0), st.floats(0, 1000))
def test_the_first_is_the_finest_that_does_not_saturate(low, high):
    first = worthwhile_fix_points(low, high, GRID)[0]
    assert not _saturates(low, first)
    assert not _saturates(high, first)
    if first < 12:
        assert _saturates(low, first + 1) or _saturates(high, first + 1)


@pytest.mark.parametrize(
    ("largest", "points"), [(1.0, range(6, 11)), (0.05, range(11, 13)), (0.0, range(12, 13))]
)
def test_there_are_five_up_to_twelve(largest, points):
    assert worthwhile_fix_points(0.0, largest, GRID) == points


@given(st.lists(st.integers(-20, 20), min_size=1, max_size=3))
def test_scales_are_powers_of_two(points):
    grid = with_fix_points(GRID, *points)
    assert all(is_power_of_two(scale) for scale in grid.scale)
    assert fix_point_of(grid) == points[0]
    assert len(grid.zero_point) == len(points)


def test_other_scales_are_none():
    assert not is_power_of_two(0.3)
