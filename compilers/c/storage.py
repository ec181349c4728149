"""How tensors lie in memory: images as [H, W, C], others in the Graph's order; no batch.

Channels last make the sums of convolutions run over neighbouring bytes, which compilers turn into
vector instructions.
"""

from collections.abc import Sequence
from math import prod

from zoo.errors import UnsupportedOpError
from zoo.graph import Shape, Tensor

__all__ = ["axis_strides", "c_type", "sizes", "stored_axes", "stored_shape"]

_IMAGE_AXES = (1, 2, 0)  # of [C, H, W]
_C_TYPES = {"uint8": "uint8_t", "int8": "int8_t"}


def sizes(shape: Shape) -> tuple[int, ...]:
    """Return the sizes without the batch, in the Graph's order."""
    return tuple(int(size) for size in shape[1:])


def stored_axes(rank: int) -> tuple[int, ...]:
    """Return the axes of `sizes` in the order in which they are stored, the outermost first."""
    return _IMAGE_AXES if rank == len(_IMAGE_AXES) else tuple(range(rank))


def stored_shape(shape: Shape) -> tuple[int, ...]:
    """Return the sizes as stored, such as [H, W, C]."""
    found = sizes(shape)
    return tuple(found[axis] for axis in stored_axes(len(found)))


def axis_strides(found: Sequence[int]) -> tuple[int, ...]:
    """Return how many elements apart neighbours along each axis of `sizes` are."""
    axes = stored_axes(len(found))
    strides = {
        axis: prod(found[inner] for inner in axes[place + 1 :]) for place, axis in enumerate(axes)
    }
    return tuple(strides[axis] for axis in range(len(found)))


def c_type(tensor: Tensor) -> str:
    """Return the element type in C; raises UnsupportedOpError for others than 8-bit integers."""
    if tensor.quantization is None or tensor.dtype not in _C_TYPES:
        raise UnsupportedOpError(
            f"tensor '{tensor.name}' is {tensor.dtype}; the C back end computes with 8-bit "
            "activations only: quantize the whole graph, as by --quant ptq"
        )
    return _C_TYPES[tensor.dtype]
