"""Computed shapes: exporters write x.view(x.size(0), -1) as arithmetic on Shape(x).

An unknown batch is 0, which Reshape interprets as "unchanged".
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.graph import Shape
from zoo.op import OnnxCall

__all__ = ["fold_sizes", "sizes_of"]

Sizes = NDArray[Any]


def sizes_of(call: OnnxCall, shape: Shape) -> Sizes:
    """Return the result of Shape-15, int64, with an unknown batch as 0."""
    part = slice(call.attributes.get("start", 0), call.attributes.get("end"))
    return np.array([0 if isinstance(size, str) else size for size in shape][part], np.int64)


def fold_sizes(call: OnnxCall) -> Sizes | None:
    """Return a selection or concatenation of int64 lists; None for other operators."""
    lists = [tensor.data for tensor in call.inputs if tensor and tensor.data is not None]
    are_sizes = all(data.dtype == np.int64 and data.ndim < 2 for data in lists)
    if call.op_type not in _OPERATORS or len(lists) != len(call.inputs) or not are_sizes:
        return None
    try:
        return np.asarray(_OPERATORS[call.op_type](*lists))
    except (IndexError, ValueError, TypeError):
        return None


def _slice(
    sizes: Sizes,
    starts: Sizes,
    ends: Sizes,
    _axes: Sizes | None = None,
    steps: Sequence[int] | Sizes = (1,),
) -> Sizes:
    return sizes[int(starts[0]) : int(ends[0]) : int(steps[0])]


_OPERATORS: Mapping[str, Callable[..., Sizes]] = MappingProxyType(
    {
        "Concat": lambda *parts: np.concatenate(parts),
        "Gather": lambda sizes, indices: sizes[indices],
        "Slice": _slice,
        "Squeeze": lambda size, *_axes: size.reshape(()),
        "Unsqueeze": lambda size, _axes: size.reshape(1),
    }
)
