"""Frames of signals."""

import numpy as np

from zoo.step import Frame, Signal


def signal_frame(samples, rate_hz=16000):
    signal = Signal(np.asarray(samples, np.float64), rate_hz)
    return Frame(np.zeros((0, 0, 3), np.uint8), (0, 0, len(samples), 1), signal=signal)
