"""rate: how often an event of an earlier step happens, and how long it takes."""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from zoo.parameters import refuse
from zoo.step import Event, Moment, Observer, TrackStep, ValueSpec
from zoo.steps.track_values import check_numbers, check_texts

__all__ = ["STEP"]

_DAY_S = 86400


class Rate(TrackStep):
    """Add two values about the events of a name that ended in the last time.

    Their number per minute of the window, or of the time since the first photo if that is shorter;
    nan until warm_up_s have passed since then. And their mean length in seconds, nan without any.

    event: of an earlier step.  adds: the names of both values.  window_s: length of the window.
    """

    name = "rate"
    parameters = MappingProxyType(
        {"adds": None, "event": None, "window_s": 60.0, "warm_up_s": 60.0}
    )
    cpp_header = Path(__file__).with_suffix(".hpp")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for ones that are out of range."""
        complete = super().complete(given)
        check_texts(self.name, complete, ("event",))
        names = complete["adds"]
        if not isinstance(names, list | tuple) or len(names) != 2 or names[0] == names[1]:
            refuse(self.name, complete, "adds", "two names")
        check_texts(self.name, dict(enumerate(names)), (0, 1))
        check_numbers(self.name, complete, {"window_s": (1, _DAY_S), "warm_up_s": (1, _DAY_S)})
        return complete

    def adds(
        self,
        known: Mapping[str, ValueSpec],  # noqa: ARG002
        parameters: Mapping[str, Any],
    ) -> Mapping[str, ValueSpec]:
        """Return two scalars."""
        return dict.fromkeys(parameters["adds"], ValueSpec())

    def counts(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the event."""
        return (parameters["event"],)

    def start(self, parameters: Mapping[str, Any]) -> Observer:
        """Return an observer that has seen nothing."""
        return _Rate(parameters)


class _Rate(Observer):
    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._parameters = parameters
        self._begin_s = math.nan
        self._ended: deque[Event] = deque()

    def observe(self, moment: Moment) -> Moment:
        if math.isnan(self._begin_s):
            self._begin_s = moment.time_s
        name, window_s = self._parameters["event"], self._parameters["window_s"]
        self._ended.extend(event for event in moment.events if event.name == name)
        while self._ended and self._ended[0].end_s <= moment.time_s - window_s:
            self._ended.popleft()
        seen_s = moment.time_s - self._begin_s
        rate = math.nan
        if seen_s >= self._parameters["warm_up_s"]:
            rate = 60 * len(self._ended) / min(seen_s, window_s)
        numbers = (np.array(rate), np.array(self._mean_s()))
        added = dict(zip(self._parameters["adds"], numbers, strict=True))
        return replace(moment, values={**moment.values, **added})

    def _mean_s(self) -> float:
        total_s = 0.0
        for event in self._ended:
            total_s += event.end_s - event.begin_s
        return total_s / len(self._ended) if self._ended else math.nan


STEP = Rate()
