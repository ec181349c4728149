"""share: the share of time for which a number passes a limit, such as PERCLOS."""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from zoo.step import Moment, Observer, TrackStep, ValueSpec
from zoo.steps.track_values import check_numbers, check_texts, item_of, needs_item, passes

__all__ = ["STEP"]

_DAY_S, _LARGEST = 86400, 1e9


class Share(TrackStep):
    """Add a value 0..1: for how much of the last time a number passed a limit.

    A photo's number counts until the next photo; nan counts neither as passing nor as time. nan
    until warm_up_s have passed since the first photo, and if no time counts.

    value, item: the number.  adds: the new value's name.  when: 'below', 'above', or 'beyond' for
    its magnitude.  window_s: length of the window.
    """

    name = "share"
    parameters = MappingProxyType(
        {
            "adds": None,
            "value": None,
            "item": 0,
            "when": "below",
            "limit": None,
            "window_s": 60.0,
            "warm_up_s": 60.0,
        }
    )
    cpp_header = Path(__file__).with_suffix(".hpp")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for ones that are out of range."""
        complete = super().complete(given)
        check_texts(self.name, complete, ("adds", "value"))
        times = {"window_s": (0, _DAY_S), "warm_up_s": (0, _DAY_S)}
        check_numbers(self.name, complete, {"limit": (-_LARGEST, _LARGEST), **times})
        return complete

    def adds(
        self, known: Mapping[str, ValueSpec], parameters: Mapping[str, Any]
    ) -> Mapping[str, ValueSpec]:
        """Return a scalar; raises RecipeError without the number."""
        needs_item(self.name, known, parameters)
        return {parameters["adds"]: ValueSpec()}

    def start(self, parameters: Mapping[str, Any]) -> Observer:
        """Return an observer that has seen nothing."""
        return _Share(parameters)


class _Share(Observer):
    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._parameters = parameters
        self._begin_s = math.nan
        self._seen: deque[tuple[float, float]] = deque()

    def observe(self, moment: Moment) -> Moment:
        if math.isnan(self._begin_s):
            self._begin_s = moment.time_s
        number = item_of(moment.values, self._parameters["value"], self._parameters["item"])
        self._seen.append((moment.time_s, number))
        share = self._share(moment.time_s)
        return replace(moment, values={**moment.values, self._parameters["adds"]: np.array(share)})

    def _share(self, time_s: float) -> float:
        begin_s = time_s - self._parameters["window_s"]
        while len(self._seen) > 1 and self._seen[1][0] <= begin_s:
            self._seen.popleft()
        if not time_s - self._begin_s >= self._parameters["warm_up_s"]:
            return math.nan
        when, limit = self._parameters["when"], self._parameters["limit"]
        counted_s = passed_s = 0.0
        for (photo_s, number), (next_s, _) in pairwise(self._seen):
            length_s = next_s - max(photo_s, begin_s)
            if not math.isnan(number):
                counted_s += length_s
                passed_s += length_s if passes(when, number, limit) else 0.0
        return passed_s / counted_s if counted_s > 0 else math.nan


STEP = Share()
