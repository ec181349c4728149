"""landmarks: from the network's normalised coordinates to the photo's pixels."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import RecipeError, suggest
from zoo.parameters import is_integer, is_numbers
from zoo.step import Frame, PostStep, Region, ValueSpec

__all__ = ["STEP", "to_photo"]


class Landmarks(PostStep):
    """Add value 'landmarks': [count, 2] float64 photo pixels, pixel centres at integers.

    output: the network's output x0, y0, x1, y1, ... with 0..1 across the region. An output named
    'landmarks' is replaced.
    count: number of landmarks.
    mean: points [x, y] that the output is relative to, such as those of an average face; none if
    it is relative to the region. Differences to a mean are small, so 8 bits resolve them finely.
    """

    name = "landmarks"
    parameters = MappingProxyType({"output": "landmarks", "count": None, "mean": ()})
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for an impossible count or mean."""
        complete = super().complete(given)
        count, mean = complete["count"], complete["mean"]
        if not is_integer(count) or count < 1:
            raise RecipeError(
                f"contract step 'landmarks': count is {count!r}; an integer above 0 is needed"
            )
        if not isinstance(mean, list | tuple) or (mean and not _are_places(mean, count)):
            raise RecipeError(
                f"contract step 'landmarks': mean must be a list of {count} places [x, y], or left "
                "out"
            )
        return complete

    def adds(
        self,
        known: Mapping[str, ValueSpec],  # noqa: ARG002
        parameters: Mapping[str, Any],
    ) -> Mapping[str, ValueSpec]:
        """Return [count, 2]."""
        return {"landmarks": ValueSpec((parameters["count"], 2))}

    def apply(
        self, values: Mapping[str, NDArray[Any]], frame: Frame, parameters: Mapping[str, Any]
    ) -> Mapping[str, NDArray[Any]]:
        """Return the landmarks; raises RecipeError for a missing or wrong output."""
        output, count = parameters["output"], parameters["count"]
        if output not in values:
            raise RecipeError(
                f"contract step 'landmarks': there is no output '{output}'"
                f"{suggest(output, values)}; name it by `output`"
            )
        size = values[output].size
        if frame.region is None or size != 2 * count:
            raise RecipeError(
                f"contract step 'landmarks': output '{output}' has {size} numbers; {count} "
                "landmarks need two numbers each, and step 'crop' before the network"
            )
        normalized = values[output].reshape(count, 2).astype(np.float64)
        if parameters["mean"]:
            normalized = normalized + np.array(parameters["mean"], np.float64)
        return {"landmarks": to_photo(normalized, frame.region)}


def to_photo(normalized: NDArray[Any], region: Region) -> NDArray[np.float64]:
    """Return [..., 2] coordinates within a region as photo pixels.

        x = (x0 + u width) / 256 - 0.5,  y = (y0 + v height) / 256 - 0.5

    The half accounts for pixel i covering [i, i + 1) in a region but lying at i in landmarks.
    """
    origin = np.array([region.x0_q8, region.y0_q8], np.float64)
    sides = np.array([region.width_q8, region.height_q8], np.float64)
    pixels: NDArray[np.float64] = (origin + normalized.astype(np.float64) * sides) / 256
    return pixels - 0.5


def _is_place(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and is_numbers(value)


def _are_places(mean: Sequence[object], count: int) -> bool:
    return len(mean) == count and all(map(_is_place, mean))


STEP = Landmarks()
