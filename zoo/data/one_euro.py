"""The one-euro filter, which programs smooth landmarks by. The C++ form is the app's core."""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

__all__ = ["OneEuro", "OneEuroParameters"]


@dataclass(frozen=True)
class OneEuroParameters:
    """Parameters after Casiez, Roussel and Vogel, CHI 2012.

    cutoff_hz: of numbers that rest; less removes more jitter.  beta: how much the cutoff rises with
    speed; more lags less.  speed_cutoff_hz: of the speed itself.
    """

    cutoff_hz: float = 1.0
    beta: float = 10.0
    speed_cutoff_hz: float = 1.0


class OneEuro:
    """Smooths an array of numbers from moment to moment, each by itself.

    Algorithm 1 of the paper, with speeds in units of the object's own size, so that parameters fit
    every resolution: with a(f) = 1 / (1 + 1 / (2 pi f dt)),

        speed  = a(speed_cutoff_hz) (x - smooth) / dt + (1 - a(speed_cutoff_hz)) speed
        cutoff = cutoff_hz + beta |speed| / unit
        smooth = a(cutoff) x + (1 - a(cutoff)) smooth
    """

    def __init__(self, parameters: OneEuroParameters) -> None:
        self._parameters = parameters
        self._time_s = 0.0
        self._smooth: NDArray[np.float64] | None = None
        self._speed = np.zeros(0)

    def smooth(
        self, time_s: float, unit: float, numbers: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the smoothed numbers. unit: the size that speeds are measured in.

        The first numbers stay as they are, and so do those after one that is not finite. Without a
        later time, the last ones stay.
        """
        if not np.isfinite(numbers).all():
            self._smooth = None
            return numbers
        if self._smooth is None:
            self._time_s, self._smooth, self._speed = time_s, numbers, np.zeros_like(numbers)
            return numbers
        elapsed_s = time_s - self._time_s
        if elapsed_s > 0:
            p, self._time_s = self._parameters, time_s
            alpha = _weight(np.array(p.speed_cutoff_hz), elapsed_s)
            self._speed = _low_pass(alpha, (numbers - self._smooth) / elapsed_s, self._speed)
            cutoff_hz = p.cutoff_hz + p.beta * (np.abs(self._speed) / unit)
            self._smooth = _low_pass(_weight(cutoff_hz, elapsed_s), numbers, self._smooth)
        return self._smooth


def _weight(cutoff_hz: NDArray[np.float64], elapsed_s: float) -> NDArray[np.float64]:
    """Return the weight of a new number in a low pass."""
    turn = 2 * pi * cutoff_hz * elapsed_s
    weight: NDArray[np.float64] = turn / (turn + 1)
    return weight


def _low_pass(
    alpha: NDArray[np.float64], now: NDArray[np.float64], before: NDArray[np.float64]
) -> NDArray[np.float64]:
    passed: NDArray[np.float64] = alpha * now + (1 - alpha) * before
    return passed
