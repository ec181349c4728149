"""Split, which has many outputs, as one Slice per output."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

import numpy as np

from compilers.op_parts.arguments import integers_parameter, operand
from zoo.errors import UnsupportedOpError
from zoo.graph import Tensor
from zoo.op import OnnxCall

__all__ = ["slices_of_split"]


def slices_of_split(call: OnnxCall, count: int) -> Iterator[OnnxCall]:
    """Yield the Slice of each of `count` outputs.

    Sizes are given, or equal with a smaller last one if needed (ONNX opset 18).
    Raises UnsupportedOpError if the batch is split, or the sizes do not match the axis.
    """
    x = operand(call)
    axis = int(call.attributes.get("axis", 0)) % len(x.shape)
    size = x.shape[axis]
    if axis == 0 or isinstance(size, str):
        raise UnsupportedOpError(
            f"{call.where}: Split of the batch; only other axes are supported: keep the batch whole"
        )
    sizes = integers_parameter(call, 1, "sizes") or _equal(size, count)
    if len(sizes) != count or sum(sizes) != size or min(sizes) < 1:
        raise UnsupportedOpError(
            f"{call.where}: Split of {size} values of axis {axis} into {count} outputs of "
            f"{list(sizes)}; the sizes must be positive and add up: export the file again"
        )
    for start, end in pairwise(accumulate(sizes, initial=0)):
        bounds = (("start", start), ("end", end), ("axis", axis))
        constants = (_constant(role, value) for role, value in bounds)
        yield OnnxCall("Slice", {}, (x, *constants), call.where)


def _equal(size: int, count: int) -> Sequence[int]:
    part = -(-size // count)
    return [*[part] * (count - 1), size - part * (count - 1)]


def _constant(role: str, value: int) -> Tensor:
    return Tensor(role, (1,), "int64", data=np.array([value], np.int64))
