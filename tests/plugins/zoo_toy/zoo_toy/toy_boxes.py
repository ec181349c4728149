"""toy_boxes: a box with a label for each column of the region that has a high score."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import RecipeError
from zoo.step import Frame, PostStep, ValueSpec

__all__ = ["STEP"]


class ToyBoxes(PostStep):
    """Add a row for each of K columns of the region whose score is above 0.

    'boxes': [N, 4] x, y, width, height in photo pixels, column i from (x0 + i width / K) / 256 on.
    'labels': [N] texts.  'columns': [N] integers.

    output: the network's output of K scores.  names: the labels, for the columns in turn.
    """

    name = "toy_boxes"
    parameters = MappingProxyType({"output": None, "names": None})
    cpp_header = Path(__file__).with_suffix(".hpp")

    def adds(
        self,
        known: Mapping[str, ValueSpec],  # noqa: ARG002
        parameters: Mapping[str, Any],  # noqa: ARG002
    ) -> Mapping[str, ValueSpec]:
        """Return rows whose number depends on the picture."""
        return {
            "boxes": ValueSpec((None, 4)),
            "labels": ValueSpec((None,), "str"),
            "columns": ValueSpec((None,), "int64"),
        }

    def apply(
        self, values: Mapping[str, NDArray[Any]], frame: Frame, parameters: Mapping[str, Any]
    ) -> Mapping[str, NDArray[Any]]:
        """Return the rows; raises RecipeError without a region or the output."""
        scores, region = values.get(parameters["output"]), frame.region
        if region is None or scores is None:
            raise RecipeError(
                f"contract step 'toy_boxes': it needs an output '{parameters['output']}', and a "
                "step before the network that sets the region"
            )
        columns = np.flatnonzero(scores > 0).astype(np.int64)
        edges = (region.x0_q8 + np.arange(scores.size + 1.0) * region.width_q8 / scores.size) / 256
        boxes = np.empty((len(columns), 4))
        boxes[:, 0] = edges[columns]
        boxes[:, 1] = region.y0_q8 / 256
        boxes[:, 2] = edges[columns + 1] - edges[columns]
        boxes[:, 3] = region.height_q8 / 256
        names = parameters["names"]
        labels = np.array([names[column % len(names)] for column in columns], np.str_)
        return {"boxes": boxes, "labels": labels, "columns": columns}


STEP = ToyBoxes()
