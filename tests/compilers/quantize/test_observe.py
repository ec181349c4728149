"""The ranges that calibrators choose."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compilers.quantize.histogram import measure
from compilers.quantize.observe import CALIBRATORS, observe
from compilers.quantize.rounding import squared_error
from compilers.schemes import DPU_POW2, W8A8_ASYM, W8A8_SYM
from zoo.errors import UnknownNameError

SCHEMES = (W8A8_ASYM, W8A8_SYM, DPU_POW2)
RANDOM = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def _values(random, outlier=1.0):
    values = random.standard_normal((1, 5000)).astype(np.float32) * random.uniform(0.01, 100)
    values = np.maximum(values, 0) if random.integers(2) else values
    values[0, 0] *= outlier
    return values


def _error(values, grid):
    return squared_error(values.astype(np.float64), 1, grid, grid.rounding)


@given(RANDOM, st.sampled_from(SCHEMES), st.sampled_from(sorted(CALIBRATORS)))
def test_grid_is_one_of_the_scheme(random, scheme, calibrator):
    grid = observe(measure(_values(random)), scheme, calibrator)
    assert (grid.bits, grid.signed) == (8, scheme.activation_signed)
    assert grid.rounding == scheme.activation_rounding
    assert grid.qmin <= grid.zero_point[0] <= grid.qmax
    assert grid.scale[0] == np.float32(grid.scale[0]) > 0
    if scheme.activation_symmetric:
        assert grid.zero_point == (0,)
    if scheme.scale == "power_of_two":
        assert np.log2(grid.scale[0]).is_integer()


@given(RANDOM, st.sampled_from((W8A8_ASYM, W8A8_SYM)))
def test_minmax_saturates_nothing(random, scheme):
    values = _values(random)
    grid = observe(measure(values), scheme, "minmax")
    levels = values / grid.scale[0] + grid.zero_point[0]
    assert np.all((levels > grid.qmin - 0.51) & (levels < grid.qmax + 0.51))


@given(RANDOM, st.sampled_from((W8A8_ASYM, W8A8_SYM)))
def test_mse_loses_no_more_than_minmax(random, scheme):
    values = _values(random, outlier=4.0)
    errors = {name: _error(values, observe(measure(values), scheme, name)) for name in CALIBRATORS}
    # The search sees bins as wide as 1/8 of a step, whose square is 1/64.
    assert errors["mse"] <= errors["minmax"] * (1 + 1 / 64)


def test_percentile_leaves_an_outlier_out():
    values = np.linspace(0, 1, 100_000, dtype=np.float32).reshape(1, -1).copy()
    values[0, 0] = 50
    assert observe(measure(values), W8A8_ASYM, "minmax").scale[0] == np.float32(50 / 255)
    assert observe(measure(values), W8A8_ASYM, "percentile").scale[0] == pytest.approx(
        1 / 255, rel=0.02
    )


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_percentile_keeps_a_signal_that_is_rare(scheme):
    values = np.zeros((1, 1_000_000), np.float32)
    values[0, :40] = np.linspace(0.5, 1, 40)
    grid = observe(measure(values), scheme, "percentile")
    assert grid.scale[0] * (grid.qmax - grid.zero_point[0]) >= 0.99


@given(RANDOM)
def test_fix_point_is_the_best_of_its_neighbours(random):
    values = _values(random)
    grid = observe(measure(values), DPU_POW2, "mse")
    best = _error(values, grid)
    for factor in (0.5, 2.0):
        other = replace(grid, scale=(grid.scale[0] * factor,))
        assert best <= _error(values, other) * (1 + 1 / 64)


@pytest.mark.parametrize(
    ("calibrator", "outlier", "scale"),
    [
        ("mse", 1.5, 1 / 128),
        ("mse", 200, 1.0),
        ("minmax", 1.5, 1 / 64),
        ("minmax", 200, 2.0),
        ("percentile", 200, 1 / 128),
    ],
)
def test_a_fix_point_saturates_as_much_as_its_calibrator_takes(calibrator, outlier, scale):
    values = np.linspace(0, 0.99, 200_000, dtype=np.float32).reshape(1, -1).copy()
    values[0, 0] = outlier
    assert observe(measure(values), DPU_POW2, calibrator).scale == (scale,)


def test_zeros_get_a_grid_too():
    grid = observe(measure(np.zeros((1, 4), np.float32)), W8A8_ASYM, "mse")
    assert (grid.scale, grid.zero_point) == ((1.0,), (0,))


def test_unknown_calibrator_is_named_with_the_known_ones():
    with pytest.raises(
        UnknownNameError,
        match=r"^unknown calibrator 'entropy'; known: auto, minmax, mse, percentile$",
    ):
        observe(measure(np.ones((1, 4), np.float32)), W8A8_ASYM, "entropy")
