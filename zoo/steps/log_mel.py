"""log_mel: the logarithms of a signal's energies in mel bands, frame by frame."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import StepError
from zoo.parameters import is_integer, is_number
from zoo.step import Frame, PreStep
from zoo.steps.exponential import exp
from zoo.steps.fourier import cosines, power_spectrum
from zoo.steps.logarithm import log

__all__ = ["STEP"]

_TAPERS = {"hann": (0.5, 0.5), "hamming": (0.54, 0.46), "none": (1.0, 0.0)}
_ORDERS = ("frames_bands", "bands_frames")
_LARGEST = 1 << 16


class LogMel(PreStep):
    """Compute y[t, b] = (log(E[t, b] + offset) - mean) / std, in double precision, then float32.

        E[t, b] = sum over k of w[k, b] P[t, k], in order of k
        P[t, k] = |X[t, k]|**2, or |X[t, k]| for power 1
        X[t, :] = the transform of `fft` numbers: g[i] x[t hop + i], i < window, then zeros
        g[i] = a - (1 - a) cos(2 pi i / window), periodic; a = 0.5 (hann), 0.54 (hamming), 1 (none)
        w[k, b] = max(0, min((f - l) / (c - l), (r - f) / (r - c))),  f = k rate / fft
        l, c, r = F[b], F[b + 1], F[b + 2],   F[i] = 700 (exp(u[i]) - 1)
        u[i] = u0 + (u1 - u0) i / (bands + 1),   u = log(1 + f / 700) of low_hz and high_hz

    There are floor((N - window) / hop) + 1 frames. The mel scale is that of O'Shaughnessy 1987,
    "Speech Communication: Human and Machine", as in HTK (Young et al., "The HTK Book", 5.4): its
    factor 2595 cancels. It is torchaudio's MelSpectrogram with center=False, norm=None,
    mel_scale="htk" and window = fft. log, exp, cos and transform are those of zoo.steps, so that
    all forms compute the same bits.
    window, hop: samples.  fft: a power of two.  order: "frames_bands" or "bands_frames", the axes
    of the input.
    """

    name = "log_mel"
    takes = "signal"
    parameters = MappingProxyType(
        {
            "window": None,
            "hop": None,
            "fft": None,
            "bands": None,
            "low_hz": None,
            "high_hz": None,
            "taper": "hann",
            "power": 2,
            "offset": 1e-6,
            "mean": 0.0,
            "std": 1.0,
            "order": "frames_bands",
        }
    )
    cpp_header = Path(__file__).with_suffix(".hpp")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for invalid ones."""
        complete = super().complete(given)
        for problem in _problems(complete):
            raise StepError(f"contract step 'log_mel': {problem}")
        return complete

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with its input [frames, bands] or [bands, frames].

        Raises RecipeError for a signal shorter than the window, for a high_hz beyond half the rate,
        and for a band without any term of the transform.
        """
        assert frame.signal is not None  # `takes`
        p, samples = parameters, frame.signal.samples
        if len(samples) < p["window"]:
            raise StepError(
                f"contract step 'log_mel': the signal has {len(samples)} samples, the window "
                f"{p['window']}; begin the contract with step 'segment'"
            )
        weights = _weights(p, frame.signal.rate_hz)
        spectrum = power_spectrum(_windowed(samples, p))
        if p["power"] == 1:
            spectrum = np.sqrt(spectrum)
        energy = np.zeros((len(spectrum), p["bands"]))
        for k, row in enumerate(weights):
            energy += row * spectrum[:, k : k + 1]
        y = (log(energy + float(p["offset"])) - float(p["mean"])) / float(p["std"])
        laid = y if p["order"] == "frames_bands" else y.T
        return replace(frame, input_chw=np.ascontiguousarray(laid, np.float32))


def _problems(p: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the parameters."""
    counts = {name: p[name] for name in ("window", "hop", "fft", "bands")}
    problems = [
        f"{name} {value!r} must be a whole number from 1 to {_LARGEST}"
        for name, value in counts.items()
        if not is_integer(value) or not 0 < value <= _LARGEST
    ]
    numbers = ("low_hz", "high_hz", "offset", "mean", "std")
    problems += [
        f"{name} {p[name]!r} must be a number" for name in numbers if not is_number(p[name])
    ]
    choices = {"taper": tuple(_TAPERS), "power": (1, 2), "order": _ORDERS}
    problems += [
        f"{name} {p[name]!r}; allowed: {', '.join(map(repr, allowed))}"
        for name, allowed in choices.items()
        if p[name] not in allowed
    ]
    if problems:
        return problems
    fft, window = p["fft"], p["window"]
    if fft < 2 or fft & (fft - 1) or fft < window:
        problems.append(f"fft {fft} must be a power of two, and at least the window, {window}")
    if not 0 <= p["low_hz"] < p["high_hz"]:
        problems.append(f"low_hz {p['low_hz']} must be from 0 to below high_hz {p['high_hz']}")
    if p["offset"] <= 0 or p["std"] <= 0:
        problems.append(f"offset {p['offset']} and std {p['std']} must be above 0")
    return problems


def _windowed(samples: NDArray[np.float64], p: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return the tapered windows, [frames, fft]."""
    window, hop = p["window"], p["hop"]
    level, depth = _TAPERS[p["taper"]]
    taper = level - depth * cosines(window, window)
    frames = (len(samples) - window) // hop + 1
    places = hop * np.arange(frames)[:, np.newaxis] + np.arange(window)
    padded = np.zeros((frames, p["fft"]))
    padded[:, :window] = taper * samples[places]
    return padded


def _weights(p: Mapping[str, Any], rate_hz: int) -> NDArray[np.float64]:
    """Return [fft / 2 + 1, bands]."""
    fft, bands = p["fft"], p["bands"]
    if 2 * p["high_hz"] > rate_hz:
        raise StepError(
            f"contract step 'log_mel': high_hz {p['high_hz']} is beyond half the signal's rate, "
            f"{rate_hz} Hz; lower it"
        )
    ends = 1 + np.array([p["low_hz"], p["high_hz"]], np.float64) / 700
    low, high = log(ends)
    edges = 700 * (exp(low + (high - low) * np.arange(bands + 2) / (bands + 1)) - 1)
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    hz = np.arange(fft // 2 + 1)[:, np.newaxis] * float(rate_hz) / fft
    weights: NDArray[np.float64] = np.maximum(
        0, np.minimum((hz - left) / (centre - left), (right - hz) / (right - centre))
    )
    empty = np.flatnonzero(~weights.any(axis=0))
    if len(empty):
        raise StepError(
            f"contract step 'log_mel': nothing falls into band {empty[0]} of {bands}, narrower "
            f"than the transform's steps of {rate_hz / fft:g} Hz; take fewer bands or a larger fft"
        )
    return weights


STEP = LogMel()
