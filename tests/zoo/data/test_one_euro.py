import numpy as np
import pytest
from cpp_track import cpp_track
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zoo.data.one_euro import OneEuro, OneEuroParameters

RATE_HZ = 30
DEFAULTS = OneEuroParameters()


def smooth(series, parameters=DEFAULTS, unit=1.0):
    """Return [T, K] smoothed numbers of a series, RATE_HZ of them a second."""
    one_euro = OneEuro(parameters)
    return np.array(
        [one_euro.smooth(i / RATE_HZ, unit, row) for i, row in enumerate(np.array(series))]
    )


def test_at_rest_it_is_a_low_pass_of_first_order():
    step = np.r_[0.0, np.ones(60)][:, None]
    found = smooth(step, OneEuroParameters(cutoff_hz=2, beta=0))
    alpha = 1 / (1 + RATE_HZ / (2 * np.pi * 2))
    np.testing.assert_allclose(found[:, 0], 1 - (1 - alpha) ** np.arange(61), atol=1e-12)


def test_jitter_is_removed_from_what_rests():
    jitter = np.random.default_rng(0).normal(0, 0.005, (300, 20))
    assert smooth(jitter).std() < jitter.std() / 2


def test_what_moves_lags_less_with_beta():
    moving = np.linspace(0, 5, 5 * RATE_HZ)[:, None]  # a face's side in a second
    lags = [
        float(moving[-1, 0] - smooth(moving, OneEuroParameters(beta=beta))[-1, 0])
        for beta in (0, 1, 10)
    ]
    assert lags[0] > 2 * lags[1] > 4 * lags[2] > 0


def test_parameters_fit_every_resolution():
    series = np.cumsum(np.random.default_rng(0).normal(0, 0.1, (50, 4)), axis=0)
    np.testing.assert_allclose(smooth(8 * series, unit=8.0), 8 * smooth(series), rtol=1e-12)


def test_a_number_that_is_not_finite_starts_it_anew():
    found = smooth([[1.0, 1.0], [np.nan, 1.0], [5.0, 7.0], [5.0, 7.0]])
    assert np.isnan(found[1, 0])
    np.testing.assert_array_equal(found[2:], [[5, 7], [5, 7]])


def test_without_a_later_time_nothing_moves():
    one_euro = OneEuro(OneEuroParameters())
    for number in (1.0, 2.0):
        np.testing.assert_array_equal(one_euro.smooth(3.0, 1.0, np.array([number])), [1.0])


@pytest.fixture(scope="module")
def cpp(tmp_path_factory):
    return cpp_track(tmp_path_factory, "one_euro", {})


@pytest.mark.toolchain
@given(
    arrays(np.float64, st.tuples(st.integers(1, 12), st.just(6)), elements=st.floats(-1e4, 1e4)),
    # No clock counts less than nanoseconds; speeds over 1e-300 s overflow.
    st.lists(st.just(0.0) | st.floats(1e-9, 2), min_size=12, max_size=12),
    st.floats(1, 500),
    st.floats(0.01, 50),
    st.floats(0.01, 50),
)
def test_cpp_equals_python(cpp, numbers, steps_s, unit, cutoff_hz, beta):
    parameters = OneEuroParameters(cutoff_hz, beta)
    times = np.cumsum(steps_s).tolist()
    series = [(time_s, unit, row) for time_s, row in zip(times, numbers, strict=False)]
    one_euro = OneEuro(parameters)
    expected = [one_euro.smooth(*moment) for moment in series]
    np.testing.assert_array_equal(cpp.smooth(parameters, series), expected)
