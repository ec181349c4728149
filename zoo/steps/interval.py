"""interval: events during which a number passes a limit, such as blinks."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zoo.parameters import is_numbers, refuse
from zoo.step import Event, Moment, Observer, TrackStep, ValueSpec
from zoo.steps.track_values import check_numbers, check_texts, item_of, needs_item, passes

__all__ = ["STEP"]

_DAY_S, _LARGEST = 86400, 1e9


class Interval(TrackStep):
    """Add events: intervals in which a number passes a limit.

    One begins in the photo whose number passes limits[0], and ends in the next one whose number
    does not pass limits[1], is nan, or is missing because the object was lost. It is an event if
    shortest_s <= its length < longest_s, and is among the states for as long as it would be one.

        confidence = sum of c over its N photos / (N + 1)
        c = 1/2 + 1/2 clamp((number - limits[0]) / (sure - limits[0]), 0, 1)

    so a number that only just passes counts half, and a single photo proves little.

    event: its name.  value, item: the number.  when: 'below', 'above', or 'beyond' for its
    magnitude.  sure: where nothing is left to doubt.
    """

    name = "interval"
    parameters = MappingProxyType(
        {
            "event": None,
            "value": None,
            "item": 0,
            "when": "below",
            "limits": None,
            "sure": None,
            "shortest_s": 0.0,
            "longest_s": float(_DAY_S),
        }
    )
    cpp_header = Path(__file__).with_suffix(".hpp")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for ones that are out of range."""
        complete = super().complete(given)
        check_texts(self.name, complete, ("event", "value"))
        limits, sign = complete["limits"], -1 if complete["when"] == "below" else 1
        if not is_numbers(limits) or len(limits) != 2 or sign * (limits[0] - limits[1]) < 0:
            least = "at least" if sign < 0 else "at most"
            refuse(self.name, complete, "limits", f"[begin, end], the end {least} the begin")
        numbers = {"sure": (-_LARGEST, _LARGEST)}
        times = {"shortest_s": (0, _DAY_S), "longest_s": (0, _DAY_S)}
        check_numbers(self.name, complete, {**numbers, **times})
        if sign * (complete["sure"] - limits[0]) <= 0:
            refuse(self.name, complete, "sure", f"a number that passes {limits[0]:g}, the limit")
        if complete["shortest_s"] >= complete["longest_s"]:
            refuse(self.name, complete, "longest_s", "a longer time than shortest_s")
        return complete

    def adds(
        self, known: Mapping[str, ValueSpec], parameters: Mapping[str, Any]
    ) -> Mapping[str, ValueSpec]:
        """Return no value; raises RecipeError without the number."""
        needs_item(self.name, known, parameters)
        return {}

    def makes(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the event."""
        return (parameters["event"],)

    def start(self, parameters: Mapping[str, Any]) -> Observer:
        """Return an observer that has seen nothing."""
        return _Interval(parameters)


class _Interval(Observer):
    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._parameters = parameters
        self._begin_s = self._last_s = math.nan
        self._photos, self._clearness = 0, 0.0

    def observe(self, moment: Moment) -> Moment:
        number = item_of(moment.values, self._parameters["value"], self._parameters["item"])
        self._last_s = moment.time_s
        limit = self._parameters["limits"][1 if self._photos else 0]
        if not passes(self._parameters["when"], number, limit):
            return replace(moment, events=(*moment.events, *self.end()))
        if not self._photos:
            self._begin_s = moment.time_s
        self._photos += 1
        self._clearness += self._clear(number)
        states = (self._parameters["event"],) if self._is_event() else ()
        return replace(moment, states=(*moment.states, *states))

    def end(self) -> tuple[Event, ...]:
        photos, self._photos = self._photos, 0
        clearness, self._clearness = self._clearness, 0.0
        if not photos or not self._is_event():
            return ()
        confidence = clearness / (photos + 1)
        return (Event(self._parameters["event"], self._begin_s, self._last_s, confidence),)

    def _is_event(self) -> bool:
        length_s = self._last_s - self._begin_s
        return bool(self._parameters["shortest_s"] <= length_s < self._parameters["longest_s"])

    def _clear(self, number: float) -> float:
        begin, sure = float(self._parameters["limits"][0]), float(self._parameters["sure"])
        size = abs(number) if self._parameters["when"] == "beyond" else number
        part = (size - begin) / (sure - begin)
        return 0.5 + 0.5 * min(max(part, 0.0), 1.0)


STEP = Interval()
