"""Orders of axes: the Graph's NCHW, XIR's NHWC."""

from collections.abc import Sequence

from compilers.xmodel.scope import Scope

__all__ = ["CHANNELS_FIRST", "CHANNELS_LAST", "moved"]

CHANNELS_FIRST = (0, 3, 1, 2)
"""From NHWC to NCHW."""
CHANNELS_LAST = (0, 2, 3, 1)
"""From NCHW to NHWC."""


def moved(scope: Scope, name: str, op: str, order: Sequence[int]) -> str:
    """Add a transpose: axis i of the result is axis order[i] of `op`."""
    shape = tuple(scope.shape(op)[axis] for axis in order)
    return scope.add(name, "transpose", shape, {"input": (op,)}, {"order": tuple(order)})
