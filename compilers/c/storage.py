"""Tensors in memory: as in the Graph after `channels_last`, without the batch.

With channels last, convolutions sum over neighbouring bytes, which compilers vectorise.
"""

from collections.abc import Mapping, Sequence
from math import prod
from types import MappingProxyType

from zoo.errors import UnsupportedOpError
from zoo.graph import Shape, Tensor

__all__ = [
    "ACCUMULATOR",
    "C_TYPES",
    "c_type",
    "channels_first_axes",
    "is_wide",
    "sizes",
    "strides_of",
]

ACCUMULATOR = "int32"
C_TYPES: Mapping[str, str] = MappingProxyType(
    {"uint8": "uint8_t", "int8": "int8_t", "uint16": "uint16_t", "int16": "int16_t"}
)


def sizes(shape: Shape) -> tuple[int, ...]:
    """Return the sizes without the batch."""
    return tuple(int(size) for size in shape[1:])


def strides_of(found: Sequence[int]) -> tuple[int, ...]:
    """Return the strides of the axes, in elements."""
    return tuple(prod(found[axis + 1 :]) for axis in range(len(found)))


def channels_first_axes(tensor: Tensor) -> tuple[int, ...]:
    """Return the axes of `sizes`, channels first, the network's own order."""
    rank = len(tensor.shape) - 1
    return (rank - 1, *range(rank - 1)) if tensor.layout == "NHWC" else tuple(range(rank))


def c_type(tensor: Tensor) -> str:
    """Return the element type in C; raises UnsupportedOpError for anything but integers of 8 or
    16 bits.

    A layer can also leave its sums as they are, int32.
    """
    if tensor.quantization is not None and tensor.dtype == ACCUMULATOR:
        return "int32_t"
    if tensor.quantization is None or tensor.dtype not in C_TYPES:
        raise UnsupportedOpError(
            f"tensor '{tensor.name}' is {tensor.dtype}; the C back end computes with integers "
            "of 8 and 16 bits only: quantize the whole graph with --quant ptq"
        )
    return C_TYPES[tensor.dtype]


def is_wide(tensor: Tensor) -> bool:
    """Whether the integers have 16 bits."""
    return tensor.dtype in ("uint16", "int16")
