"""log_mel against the definition in numpy's own functions, and its C++ form bit by bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals import signal_frame

from zoo.errors import RecipeError
from zoo.steps.fourier import cosines, power_spectrum, sines
from zoo.steps.log_mel import STEP
from zoo.steps.logarithm import log

USUAL = {"window": 400, "hop": 160, "fft": 512, "bands": 40, "low_hz": 20, "high_hz": 7600}
NOISE = np.random.default_rng(0).uniform(-1, 1, 16000)


def made(samples, given_, rate_hz=16000):
    return STEP.apply(signal_frame(samples, rate_hz), STEP.complete(given_)).input_chw


def by_definition(samples, p, rate_hz=16000):
    """Return the same by numpy's FFT, cosine and logarithm."""
    count = (len(samples) - p["window"]) // p["hop"] + 1
    taper = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(p["window"]) / p["window"])
    rows = [samples[t * p["hop"] :][: p["window"]] * taper for t in range(count)]
    power = np.abs(np.fft.rfft(rows, p["fft"])) ** 2
    low, high = (2595 * np.log10(1 + p[name] / 700) for name in ("low_hz", "high_hz"))
    mel = np.linspace(low, high, p["bands"] + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    hz = np.arange(p["fft"] // 2 + 1) * rate_hz / p["fft"]
    weights = [np.interp(hz, edges[b : b + 3], [0, 1, 0]) for b in range(p["bands"])]
    return np.log(power @ np.array(weights).T + 1e-6)


def test_the_definition():
    found = made(NOISE, USUAL)
    assert found.shape == (98, 40)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, by_definition(NOISE, USUAL), atol=1e-5)


def test_a_tone_is_in_its_band():
    tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)
    edges = 700 * (np.exp(np.linspace(*np.log(1 + np.array([20, 7600]) / 700), 42)) - 1)
    band = made(tone, USUAL).mean(axis=0).argmax()
    assert edges[band] < 1000 < edges[band + 2]


def test_orders_and_scales():
    usual = made(NOISE, USUAL)
    np.testing.assert_array_equal(made(NOISE, {**USUAL, "order": "bands_frames"}), usual.T)
    scaled = made(NOISE, {**USUAL, "mean": 2.0, "std": 4.0})
    np.testing.assert_allclose(scaled, (usual - 2) / 4, atol=1e-6)
    silence = made(np.zeros(400), {**USUAL, "offset": 0.5})
    np.testing.assert_allclose(silence, np.log(0.5), rtol=1e-7)


@st.composite
def parameters(draw):
    window = draw(st.integers(16, 64))
    return {
        "window": window,
        "hop": draw(st.integers(1, 40)),
        "fft": draw(st.sampled_from([64, 128])),
        "bands": draw(st.integers(1, 5)),
        "low_hz": draw(st.sampled_from([0, 20, 125.5])),
        "high_hz": draw(st.sampled_from([3000, 4000.0])),
        "taper": draw(st.sampled_from(["hann", "hamming", "none"])),
        "power": draw(st.sampled_from([1, 2])),
        "offset": draw(st.sampled_from([1e-12, 1e-6, 1])),
        "mean": draw(st.sampled_from([0, -3.5])),
        "std": draw(st.sampled_from([1, 2.25])),
        "order": draw(st.sampled_from(["frames_bands", "bands_frames"])),
    }


@pytest.mark.toolchain
@settings(max_examples=60)
@given(p=parameters(), count=st.integers(64, 200), seed=st.integers(0, 1 << 20))
def test_cpp_equals_numpy(cpp, p, count, seed):
    samples = np.random.default_rng(seed).uniform(-1, 1, count)
    samples[: count // 3] = 0
    expected = made(samples, p, 8000)
    found = cpp.log_mel(samples, 8000, STEP.complete(p), expected.shape)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.toolchain
def test_cpp_equals_numpy_for_a_second(cpp):
    expected = made(NOISE, USUAL)
    found = cpp.log_mel(NOISE, 16000, STEP.complete(USUAL), expected.shape)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("size", [2, 4, 64, 1024])
def test_the_transform(size):
    rows = np.random.default_rng(size).uniform(-1, 1, (3, size))
    expected = np.abs(np.fft.rfft(rows)) ** 2
    np.testing.assert_allclose(power_spectrum(rows), expected, atol=1e-13 * size)


@pytest.mark.parametrize("whole", [1, 2, 3, 7, 400, 512])
def test_cosine_and_sine(whole):
    k = np.arange(2 * whole)
    np.testing.assert_allclose(cosines(2 * whole, whole), np.cos(2 * np.pi * k / whole), atol=4e-15)
    np.testing.assert_allclose(sines(2 * whole, whole), np.sin(2 * np.pi * k / whole), atol=4e-15)
    assert cosines(1, whole)[0] == 1


@given(st.floats(min_value=5e-324, max_value=1e308))
def test_the_logarithm(x):
    expected = np.log(x)
    assert abs(log(np.array([x]))[0] - expected) <= 2 * np.spacing(abs(expected))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"fft": 500}, "fft 500 must be a power of two, and at least the window, 400"),
        ({"fft": 256}, "fft 256 must be a power of two, and at least the window, 400"),
        ({"hop": 0}, "hop 0 must be a whole number from 1 to 65536"),
        ({"bands": 4.5}, "bands 4.5 must be a whole number"),
        ({"low_hz": 8000}, "low_hz 8000 must be from 0 to below high_hz 7600"),
        ({"taper": "blackman"}, "taper 'blackman'; allowed: 'hann', 'hamming', 'none'"),
        ({"power": 3}, "power 3; allowed: 1, 2"),
        ({"offset": 0}, "offset 0 and std 1.0 must be above 0"),
        ({"order": "mel"}, "order 'mel'; allowed: 'frames_bands', 'bands_frames'"),
        ({"high_hz": "8k"}, "high_hz '8k' must be a number"),
    ],
)
def test_parameters_that_cannot_be_are_refused(wrong, message):
    with pytest.raises(RecipeError, match=f"'log_mel': {message}"):
        STEP.complete({**USUAL, **wrong})


@pytest.mark.parametrize(
    ("count", "wrong", "message"),
    [
        (
            399,
            {},
            "the signal has 399 samples, the window 400; begin the contract with",
        ),
        (400, {"high_hz": 9000}, "high_hz 9000 is beyond half the signal's rate, 16000 Hz; l"),
        (
            400,
            {"bands": 400},
            "nothing falls into band . of 400, narrower .* of 31.25 Hz; take few",
        ),
    ],
)
def test_signals_that_do_not_fit_are_refused(count, wrong, message):
    with pytest.raises(RecipeError, match=f"'log_mel': {message}"):
        made(NOISE[:count], {**USUAL, **wrong})
