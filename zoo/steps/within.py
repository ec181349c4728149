"""within: a number, as long as another one is within limits."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from zoo.parameters import is_integer, is_numbers, refuse
from zoo.step import Moment, Observer, TrackStep, ValueSpec
from zoo.steps.track_values import check_texts, item_of, needs_item

__all__ = ["STEP"]


class Within(TrackStep):
    """Add a value: a number where limits[0] <= another one <= limits[1], nan elsewhere.

    Eyes that are seen from the side are an example: how open they look says nothing then.
    value, item: the number.  of, of_item: the other one.  adds: the new value's name.
    """

    name = "within"
    parameters = MappingProxyType(
        {"adds": None, "value": None, "item": 0, "of": None, "of_item": 0, "limits": None}
    )
    cpp_header = Path(__file__).with_suffix(".hpp")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for ones that are out of range."""
        complete = super().complete(given)
        check_texts(self.name, complete, ("adds", "value", "of"))
        if not is_integer(complete["of_item"]) or complete["of_item"] < 0:
            refuse(self.name, complete, "of_item", "an index from 0")
        limits = complete["limits"]
        if not is_numbers(limits) or len(limits) != 2 or limits[0] > limits[1]:
            refuse(self.name, complete, "limits", "[low, high]")
        return complete

    def adds(
        self, known: Mapping[str, ValueSpec], parameters: Mapping[str, Any]
    ) -> Mapping[str, ValueSpec]:
        """Return a scalar; raises RecipeError without both numbers."""
        needs_item(self.name, known, parameters)
        other = {"value": parameters["of"], "item": parameters["of_item"]}
        needs_item(self.name, known, other)
        return {parameters["adds"]: ValueSpec()}

    def start(self, parameters: Mapping[str, Any]) -> Observer:
        """Return an observer, which remembers nothing."""
        return _Within(parameters)


class _Within(Observer):
    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._parameters = parameters

    def observe(self, moment: Moment) -> Moment:
        p = self._parameters
        other = item_of(moment.values, p["of"], p["of_item"])
        is_within = p["limits"][0] <= other <= p["limits"][1]
        number = item_of(moment.values, p["value"], p["item"]) if is_within else np.nan
        return replace(moment, values={**moment.values, p["adds"]: np.array(number)})


STEP = Within()
