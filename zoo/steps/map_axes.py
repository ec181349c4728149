"""The axes of outputs that are maps."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import StepError
from zoo.step import ValueSpec

__all__ = ["channels_first", "map_shape"]


def map_shape(
    step: str, output: str, channels: str, known: Mapping[str, ValueSpec]
) -> tuple[int, int, int]:
    """Return channels, rows and columns of an output; raises RecipeError if it is no maps.

    channels: 'first' or 'last', where its axis of channels is. Two axes are a single map.
    """
    spec = known.get(output)
    lengths = [n for n in spec.shape if n is not None] if spec else []
    if len(lengths) == 2:
        lengths = [1, *lengths] if channels == "first" else [*lengths, 1]
    if spec is None or len(lengths) != 3 or spec.dtype not in ("float32", "float64"):
        form = "[K, rows, columns]" if channels == "first" else "[rows, columns, K]"
        raise StepError(
            f"contract step '{step}': output '{output}' is {spec or 'absent'}; expected maps "
            f"{form} of numbers; known here: {', '.join(known)}"
        )
    first, second, third = lengths
    return (first, second, third) if channels == "first" else (third, first, second)


def channels_first(output: NDArray[Any], channels: str) -> NDArray[np.float64]:
    """Return [K, rows, columns]."""
    maps = output.astype(np.float64)
    if maps.ndim == 2:
        return maps[None]
    return maps if channels == "first" else np.ascontiguousarray(maps.transpose(2, 0, 1))
