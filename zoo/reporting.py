"""Progress of long-running work: libraries report it, callers may show it."""

import logging
from collections.abc import Callable
from time import monotonic

__all__ = ["PROGRESS", "SILENCE_S", "Countdown", "TrainingReports", "report"]

PROGRESS = logging.getLogger("zoo.progress")
"""Receives one INFO record per line; silent without a handler."""

SILENCE_S = 60
"""After which a training tells a line even within an epoch."""

_MINUTE_S, _HOUR_S = 60, 3600
_FEW = 1.5
"""Of a unit, below which the smaller one is told."""


def report(line: str) -> None:
    """Report progress."""
    PROGRESS.info(line)


class Countdown:
    """How long the rest of some equal rounds takes, at the pace since its making.

    rounds: all of them.  done: how many were done before, as of a training that goes on.
    """

    def __init__(
        self, rounds: int, done: float = 0, clock: Callable[[], float] = monotonic
    ) -> None:
        self._rounds, self._before, self._clock = rounds, done, clock
        self._start_s = clock()

    def after(self, done: float) -> str:
        """Return ', about 12 min left' once so many rounds are done; '' after the last one."""
        made, left = done - self._before, self._rounds - done
        if made <= 0 or left <= 0:
            return ""
        return f", about {_duration((self._clock() - self._start_s) / made * left)} left"


class TrainingReports:
    """Reports each epoch of a training, and long ones in between, with the time left.

    name: of the training, such as 'distillation'.  Epochs count from 0 here, from 1 in reports.
    """

    def __init__(self, name: str, epochs: int, clock: Callable[[], float] = monotonic) -> None:
        self._name, self._epochs, self._clock = name, epochs, clock
        self._countdown, self._told_s = Countdown(epochs, clock=clock), clock()

    def during(self, epoch: int, share: float) -> None:
        """Report which share of an epoch is done, 0..1, if nothing was told for `SILENCE_S`."""
        if share < 1 and self._clock() - self._told_s >= SILENCE_S:
            self._tell(epoch, f"{100 * share:.0f} % done", epoch + share)

    def after(self, epoch: int, found: str) -> None:
        """Report the end of an epoch. found: by it, such as 'loss 0.123'."""
        self._tell(epoch, found, epoch + 1)

    def _tell(self, epoch: int, found: str, done: float) -> None:
        self._told_s = self._clock()
        told = f"{self._name}, epoch {epoch + 1} of {self._epochs}: {found}"
        report(f"{told}{self._countdown.after(done)}")


def _duration(seconds: float) -> str:
    if seconds < _FEW * _MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < _FEW * _HOUR_S:
        return f"{seconds / _MINUTE_S:.0f} min"
    return f"{seconds / _HOUR_S:.1f} h"
