"""landmarks: from the network's coordinates to the photo's pixels."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import StepError, suggest
from zoo.parameters import check_choice, is_integer, is_numbers, refuse
from zoo.step import Frame, PostStep, Region, TurnedRegion, ValueSpec, seen_region

__all__ = ["STEP", "to_photo"]

_ORDERS = ("xyxy", "xxyy", "yxyx", "yyxx")


class Landmarks(PostStep):
    """Add value 'landmarks': [count, 2] float64 photo pixels, pixel centres at integers.

    output: the network's output of coordinates. One named 'landmarks' is replaced.
    count: number of landmarks.
    mean: points [x, y] that the output is relative to, such as those of an average face; none if
    it is relative to the region. Differences to a mean are small, so 8 bits resolve them finely.
    order: how the first two landmarks are laid out: 'xyxy' is x0, y0, x1, y1, ..., 'xxyy' is x0,
    x1, ..., y0, y1, ...; 'yxyx' and 'yyxx' have y before x.
    numbers: of each landmark, x and y among them; further ones, such as z, come last and are left
    out.
    normalized: whether coordinates are 0..1 across the region, not in pixels of the input.
    """

    name = "landmarks"
    parameters = MappingProxyType(
        {
            "output": "landmarks",
            "count": None,
            "mean": (),
            "order": "xyxy",
            "numbers": 2,
            "normalized": True,
        }
    )
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for impossible ones."""
        complete = super().complete(given)
        count, mean = complete["count"], complete["mean"]
        for name, least in (("count", 1), ("numbers", 2)):
            if not is_integer(complete[name]) or complete[name] < least:
                refuse(self.name, complete, name, f"an integer above {least - 1}")
        if not isinstance(complete["output"], str):
            refuse(self.name, complete, "output", "the name of an output")
        check_choice(self.name, complete, "order", _ORDERS)
        if not isinstance(complete["normalized"], bool):
            refuse(self.name, complete, "normalized", "true or false")
        if not isinstance(mean, list | tuple) or (mean and not _are_places(mean, count)):
            raise StepError(
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
        output, count, numbers = (parameters[name] for name in ("output", "count", "numbers"))
        if output not in values:
            raise StepError(
                f"contract step 'landmarks': there is no output '{output}'"
                f"{suggest(output, values)}; name it in `output`"
            )
        size = values[output].size
        region = frame.turned_region or seen_region(self.name, frame)
        if size != numbers * count:
            raise StepError(
                f"contract step 'landmarks': output '{output}' has {size} numbers; {count} "
                f"landmarks of {numbers} numbers each have {numbers * count}: correct `count` or "
                "`numbers`"
            )
        points = _ordered(values[output].astype(np.float64).ravel(), numbers, parameters["order"])
        if parameters["mean"]:
            points = points + np.array(parameters["mean"], np.float64)
        if not parameters["normalized"]:
            height, width = frame.image_hwc.shape[:2]
            points = points / np.array([width, height], np.float64)
        return {"landmarks": to_photo(points, region)}


def to_photo(normalized: NDArray[Any], region: Region | TurnedRegion) -> NDArray[np.float64]:
    """Return [..., 2] coordinates within a region as photo pixels.

        x = (x0 + u width) / 256 - 0.5,  y = (y0 + v height) / 256 - 0.5

    and in a turned one, in this order of operations,

        x = (x0 + u across_x + v down_x) / 256 - 0.5,  y = (y0 + u across_y + v down_y) / 256 - 0.5

    The half accounts for pixel i covering [i, i + 1) in a region but lying at i in landmarks.
    """
    places = normalized.astype(np.float64)
    origin = np.array([region.x0_q8, region.y0_q8], np.float64)
    if isinstance(region, TurnedRegion):
        across = np.array([region.across_x_q8, region.across_y_q8], np.float64)
        down = np.array([region.down_x_q8, region.down_y_q8], np.float64)
        pixels = origin + places[..., :1] * across + places[..., 1:] * down
    else:
        pixels = origin + places * np.array([region.width_q8, region.height_q8], np.float64)
    return pixels / 256 - 0.5


def _ordered(output: NDArray[np.float64], numbers: int, order: str) -> NDArray[np.float64]:
    """Return x and y of each landmark, [count, 2]."""
    is_planar = order in ("xxyy", "yyxx")
    points = output.reshape(numbers, -1).T if is_planar else output.reshape(-1, numbers)
    return points[:, [1, 0] if order.startswith("y") else [0, 1]]


def _is_place(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and is_numbers(value)


def _are_places(mean: Sequence[object], count: int) -> bool:
    return len(mean) == count and all(map(_is_place, mean))


STEP = Landmarks()
