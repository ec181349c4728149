"""relative: a number compared with what is usual for the tracked object."""

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from zoo.parameters import check_choice
from zoo.step import Moment, Observer, TrackStep, ValueSpec
from zoo.steps.track_values import check_numbers, check_texts, item_of, needs_item

__all__ = ["STEP"]

_FORMS = ("ratio", "difference")
_DAY_S = 86400


class Relative(TrackStep):
    """Add a value: a number relative to a quantile of it over the last time, its baseline b.

    form 'ratio': (number / b - zero) / (1 - zero), so that b becomes 1 and zero * b becomes 0; nan
    unless b > 0. 'difference': number - b. b is the ceil(quantile * N)th smallest of the N finite
    numbers of the window, this photo's included (nearest rank). nan until warm_up_s have passed
    since the first of them.

    value, item: the number.  adds: the new value's name.  window_s: length of the window.
    """

    name = "relative"
    parameters = MappingProxyType(
        {
            "adds": None,
            "value": None,
            "item": 0,
            "form": "ratio",
            "quantile": 0.5,
            "zero": 0.0,
            "window_s": 300.0,
            "warm_up_s": 5.0,
        }
    )
    cpp_header = Path(__file__).with_suffix(".hpp")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for ones that are out of range."""
        complete = super().complete(given)
        check_texts(self.name, complete, ("adds", "value"))
        check_choice(self.name, complete, "form", _FORMS)
        ranges = {"quantile": (0, 1), "zero": (0, 0.99)}
        times = {"window_s": (0, _DAY_S), "warm_up_s": (0, _DAY_S)}
        check_numbers(self.name, complete, {**ranges, **times})
        return complete

    def adds(
        self, known: Mapping[str, ValueSpec], parameters: Mapping[str, Any]
    ) -> Mapping[str, ValueSpec]:
        """Return a scalar; raises RecipeError without the number."""
        needs_item(self.name, known, parameters)
        return {parameters["adds"]: ValueSpec()}

    def start(self, parameters: Mapping[str, Any]) -> Observer:
        """Return an observer that has seen nothing."""
        return _Relation(parameters)


class _Relation(Observer):
    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._parameters = parameters
        self._begin_s = math.nan
        self._seen: deque[tuple[float, float]] = deque()
        self._sorted: list[float] = []

    def observe(self, moment: Moment) -> Moment:
        number = item_of(moment.values, self._parameters["value"], self._parameters["item"])
        if math.isfinite(number):
            self._add(moment.time_s, number)
        relation = self._relation(moment.time_s, number)
        return replace(
            moment, values={**moment.values, self._parameters["adds"]: np.array(relation)}
        )

    def _add(self, time_s: float, number: float) -> None:
        if math.isnan(self._begin_s):
            self._begin_s = time_s
        while self._seen and self._seen[0][0] < time_s - self._parameters["window_s"]:
            old = self._seen.popleft()[1]
            del self._sorted[bisect_left(self._sorted, old)]
        self._seen.append((time_s, number))
        insort(self._sorted, number)

    def _relation(self, time_s: float, number: float) -> float:
        known = time_s - self._begin_s >= self._parameters["warm_up_s"]
        if not known or not self._sorted:
            return math.nan
        rank = math.ceil(self._parameters["quantile"] * len(self._sorted))
        usual: float = self._sorted[max(rank, 1) - 1]
        if self._parameters["form"] == "difference":
            return number - usual
        zero = self._parameters["zero"]
        return float((number / usual - zero) / (1 - zero)) if usual > 0 else math.nan


STEP = Relative()
