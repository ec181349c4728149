"""softmax: from scores to probabilities."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.step import Frame, PostStep, ValueSpec
from zoo.steps.vector import vector_length

__all__ = ["STEP", "exp"]

_LOG2_E = 1.4426950408889634
_LN2_HIGH = 0.6931471804855391
_LN2_LOW = 7.440617110012397e-11
_LOWEST = -708.0
_DEGREE = 13


class Softmax(PostStep):
    """Add value 'probabilities': [N] float64, exp(x - max x) over their sum in order of index.

    output: N scores, in one axis. All are nan if one of the scores is nan or infinite.
    """

    name = "softmax"
    parameters = MappingProxyType({"output": None})
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

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


def exp(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return exp(x) for x <= 0 in operations that IEEE 754 defines to the bit.

        n = floor(x / ln 2 + 0.5),   r = (x - n ln2_high) - n ln2_low
        p = 1;  p = 1 + r p / k for k = 13 .. 1                     Taylor's series
        exp(x) = p 2**n, but 0 below -708

    Within 2 ulp of the real value. The two parts of ln 2 are after Cody and Waite 1980, "Software
    Manual for the Elementary Functions", chapter 6: n ln2_high is exact.
    """
    small = x < _LOWEST
    reduced = np.where(small, 0.0, x)
    n = np.floor(reduced * _LOG2_E + 0.5)
    r = (reduced - n * _LN2_HIGH) - n * _LN2_LOW
    p = np.ones_like(r)
    for k in range(_DEGREE, 0, -1):
        p = 1 + r * p / k
    return np.where(small, 0.0, np.ldexp(p, n.astype(np.int64)))


STEP = Softmax()
