"""Products with a constant matrix along the last axis, as convolutions with 1 x 1 kernels."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod
from types import MappingProxyType

import numpy as np

from compilers.hub.compose.parts import Parts
from zoo.graph import Tensor

__all__ = ["COMPOSITIONS"]

_MATRIX_AXES = 2


def _matmul(parts: Parts) -> None:
    """Write [N, C] @ [C, K] as a Gemm, [N, .., T, C] @ [C, K] as a convolution.

    Other products are left to their op.
    """
    x, weight = parts.tensor(), parts.tensor(1)
    if weight.data is None or len(weight.shape) != _MATRIX_AXES:
        return
    if len(x.shape) == _MATRIX_AXES:
        parts.nodes.append(replace(parts.node, op_type="Gemm"))
        return
    *outer, channels = parts.sizes()
    rows, outputs = prod(outer), int(weight.shape[1])
    if channels != weight.shape[0]:
        raise parts.refusal(
            f"'{x.name}' {x.shape} and '{weight.name}' {weight.shape} do not fit together",
            "export the file again",
        )
    moved = parts.add("Transpose", parts.reshape(parts.input(), (rows, channels)), perm=(0, 2, 1))
    image = parts.reshape(moved, (channels, 1, rows))
    result = parts.add("Conv", image, parts.known(_kernel(weight)))
    back = parts.add("Transpose", parts.reshape(result, (outputs, rows)), perm=(0, 2, 1))
    parts.give(back if len(outer) == 1 else parts.reshape(back, (*outer, outputs)))


def _kernel(weight: Tensor) -> Tensor:
    """Return [K, C, 1, 1] of a constant [C, K]."""
    assert weight.data is not None
    data = np.ascontiguousarray(weight.data.T)[:, :, None, None]
    grid = weight.quantization
    if grid is not None and grid.axis is not None:
        grid = replace(grid, axis=1 - grid.axis)
    return replace(weight, shape=data.shape, data=data, quantization=grid)


COMPOSITIONS: Mapping[str, Callable[[Parts], None]] = MappingProxyType({"MatMul": _matmul})
