"""Progress of long-running work: libraries report it, callers may show it."""

import logging
from collections.abc import Callable
from time import monotonic

__all__ = ["PROGRESS", "Countdown", "report"]

PROGRESS = logging.getLogger("zoo.progress")
"""Receives one INFO record per line; silent without a handler."""

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


def _duration(seconds: float) -> str:
    if seconds < _FEW * _MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < _FEW * _HOUR_S:
        return f"{seconds / _MINUTE_S:.0f} min"
    return f"{seconds / _HOUR_S:.1f} h"
