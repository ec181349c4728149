"""toy_place: from a normalised position to the photo's pixels."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import RecipeError
from zoo.step import Frame, PostStep, ValueSpec

__all__ = ["STEP"]


class ToyPlace(PostStep):
    """Add value 'place': [2] float64 photo pixels, x = (x0 + u width) / 256.

    output: the network's output u, v with 0..1 across the region.
    """

    name = "toy_place"
    parameters = MappingProxyType({"output": None})
    cpp_header = Path(__file__).with_suffix(".hpp")

    def adds(
        self,
        known: Mapping[str, ValueSpec],  # noqa: ARG002
        parameters: Mapping[str, Any],  # noqa: ARG002
    ) -> Mapping[str, ValueSpec]:
        """Return [2]."""
        return {"place": ValueSpec((2,))}

    def apply(
        self, values: Mapping[str, NDArray[Any]], frame: Frame, parameters: Mapping[str, Any]
    ) -> Mapping[str, NDArray[Any]]:
        """Return the place; raises RecipeError without a region or for another output."""
        normalized = values.get(parameters["output"])
        if frame.region is None or normalized is None or normalized.shape != (2,):
            raise RecipeError(
                f"contract step 'toy_place': it needs an output '{parameters['output']}' of two "
                "numbers, and step 'crop' before the network"
            )
        origin = np.array([frame.region.x0_q8, frame.region.y0_q8], np.float64)
        sides = np.array([frame.region.width_q8, frame.region.height_q8], np.float64)
        return {"place": (origin + normalized.astype(np.float64) * sides) / 256}


STEP = ToyPlace()
