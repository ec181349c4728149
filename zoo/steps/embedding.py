"""embedding: a vector of length 1."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.step import Frame, PostStep, ValueSpec
from zoo.steps.vector import vector_length

__all__ = ["STEP"]

_SHORTEST = 1e-12


class Embedding(PostStep):
    """Add value 'embedding': [N] float64, x / max(length, 1e-12).

    length = the root of the sum of the squares, in order of index. The dot product of two
    embeddings is the cosine of the angle between them.

    output: N numbers, in one axis.
    """

    name = "embedding"
    parameters = MappingProxyType({"output": None})
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def adds(
        self, known: Mapping[str, ValueSpec], parameters: Mapping[str, Any]
    ) -> Mapping[str, ValueSpec]:
        """Return [N]; raises RecipeError for an output that is no vector."""
        return {"embedding": ValueSpec((vector_length(self.name, parameters["output"], known),))}

    def apply(
        self,
        values: Mapping[str, NDArray[Any]],
        frame: Frame,  # noqa: ARG002
        parameters: Mapping[str, Any],
    ) -> Mapping[str, NDArray[Any]]:
        """Return the vector; `adds` has checked the output."""
        vector = values[parameters["output"]].ravel().astype(np.float64)
        length = float(np.sqrt(np.add.accumulate(vector * vector)[-1]))
        return {"embedding": vector / (length if length > _SHORTEST else _SHORTEST)}


STEP = Embedding()
