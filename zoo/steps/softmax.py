"""softmax: from scores to probabilities."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.step import Frame, PostStep, ValueSpec
from zoo.steps.exponential import exp
from zoo.steps.vector import vector_length

__all__ = ["STEP"]


class Softmax(PostStep):
    """Add value 'probabilities': [N] float64, exp(x - max x) over their sum in order of index.

    output: N scores, in one axis. All are nan if one of the scores is nan or infinite.
    """

    name = "softmax"
    parameters = MappingProxyType({"output": None})
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")
    kotlin_parts = (Path(__file__).with_name("exponential.kt"),)

    def adds(
        self, known: Mapping[str, ValueSpec], parameters: Mapping[str, Any]
    ) -> Mapping[str, ValueSpec]:
        """Return [N]; raises RecipeError for an output that is no vector."""
        return {
            "probabilities": ValueSpec((vector_length(self.name, parameters["output"], known),))
        }

    def apply(
        self,
        values: Mapping[str, NDArray[Any]],
        frame: Frame,  # noqa: ARG002
        parameters: Mapping[str, Any],
    ) -> Mapping[str, NDArray[Any]]:
        """Return the probabilities; `adds` has checked the output."""
        scores = values[parameters["output"]].ravel().astype(np.float64)
        if not np.isfinite(scores).all():
            return {"probabilities": np.full(len(scores), np.nan)}
        powers = exp(scores - scores.max())
        return {"probabilities": powers / np.add.accumulate(powers)[-1]}


STEP = Softmax()
