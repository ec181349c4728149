"""What the CPU computes for the nodes of a .kmodel, as the SDK's runtimes do.

Version 3: lib/drivers/kpu.c of the K210 standalone SDK. Version 4: nncase 0.2's runtime there
(lib/nncase/v0/include/kernels/neutral/neutral_kernels.h).
"""

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from compilers.kmodel.byte_reader import ByteReader
from compilers.kmodel.kmodel import ROW_BYTES, CpuNode, MemoryRange
from compilers.kmodel.kpu_memory import ImageLayout, uploaded_image
from compilers.kmodel.memory import KmodelMemory
from compilers.kmodel.node_forms import read_range

__all__ = ["CPU_KERNELS"]

_ROW = "kpu_row"
_PRODUCT = 2
"""Among the operators of version 4's binary node."""
_MASKS = ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
_LEVELS = 256
_LARGEST = 4096
"""Side of an image; no real one comes near."""

CpuKernel = Callable[[CpuNode, KmodelMemory], None]
"""Runs a node on its memory; raises ValueError for what does not fit together."""


def _range(node: CpuNode, name: str) -> MemoryRange:
    return cast(MemoryRange, node.values[name])


def _ints(node: CpuNode, name: str) -> tuple[int, ...]:
    return cast(tuple[int, ...], node.values[name])


def _int(node: CpuNode, name: str) -> int:
    return cast(int, node.values[name])


def _float(node: CpuNode, name: str) -> np.float32:
    return np.float32(cast(float, node.values[name]))


def _input(node: CpuNode, memory: KmodelMemory, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return the input's elements in a shape that a node states."""
    content = memory.at(_range(node, "input"))
    if min(shape) < 1 or prod(shape) > content.size:
        raise ValueError(f"its input has {content.size} elements, its shape is {list(shape)}")
    return content[: prod(shape)].reshape(shape)


def _store(node: CpuNode, memory: KmodelMemory, values: NDArray[Any]) -> None:
    memory.store(_range(node, "output"), values)


def _dequantize(node: CpuNode, memory: KmodelMemory) -> None:
    """y = (q - zero_point) * (1 / scale), in float32."""
    levels = memory.at(_range(node, "input")).astype(np.int64) - _int(node, "zero_point")
    with np.errstate(all="ignore"):
        _store(node, memory, levels.astype(np.float32) * (np.float32(1) / _float(node, "scale")))


def _copy(node: CpuNode, memory: KmodelMemory) -> None:
    _store(node, memory, memory.at(_range(node, "input")))


def _binary(node: CpuNode, memory: KmodelMemory) -> None:
    """Float products of shapes that broadcast."""
    if _int(node, "operator") != _PRODUCT:
        raise ValueError(
            f"its operator is {_int(node, 'operator')}; only products are computed here"
        )
    factors = []
    for name in ("a", "b"):
        shape = _ints(node, f"in_{name}_shape")
        content = memory.at(_range(node, f"input_{name}"))
        if prod(shape) != content.size:
            raise ValueError(f"input {name} has {content.size} elements, shape {list(shape)}")
        factors.append(content.reshape(shape))
    shape = np.broadcast_shapes(*(factor.shape for factor in factors))
    memory.require_size(_range(node, "output"), prod(shape))
    low, high = cast(tuple[float, float], node.values["fused_activation"])
    with np.errstate(all="ignore"):
        _store(node, memory, np.clip(factors[0] * factors[1], np.float32(low), np.float32(high)))


def _concat(node: CpuNode, memory: KmodelMemory) -> None:
    count, outer, inner = (
        _int(node, name) for name in ("inputs_count", "outer_size", "inner_size")
    )
    reader = ByteReader(node.data)
    places = [read_range(reader, f"input {i}") for i in range(min(count, len(node.data)))]
    lengths = [length for (length,) in reader.rows(count, "i", "lengths")]
    parts = []
    for place, length in zip(places, lengths, strict=True):
        content, taken = memory.at(place).view(np.uint8), outer * length * inner
        if not 1 <= taken <= content.size:
            raise ValueError(f"an input of {content.size} bytes has {taken} concatenated")
        parts.append(content[:taken].reshape(outer, -1))
    _store(node, memory, np.concatenate(parts, axis=1))


def _resize(node: CpuNode, memory: KmodelMemory) -> None:
    """The nearest pixel to the left and above, by a float32 scale."""
    if not _int(node, "mode"):
        raise ValueError("it is bilinear; only the nearest pixel is computed here")
    image = _input(node, memory, _ints(node, "in_shape"))
    rows, columns = (
        _sources(size, _int(node, name))
        for size, name in zip(image.shape[2:], ("out_h", "out_w"), strict=True)
    )
    memory.require_size(_range(node, "output"), prod(image.shape[:2]) * rows.size * columns.size)
    _store(node, memory, image[:, :, rows][..., columns])


def _sources(size: int, wanted: int) -> NDArray[np.int64]:
    if not 1 <= wanted <= _LARGEST:
        raise ValueError(f"its output has a size of {wanted}; allowed are 1 to {_LARGEST}")
    scale = np.float32(size) / np.float32(wanted)
    places = np.floor(np.arange(wanted, dtype=np.float32) * scale).astype(np.int64)
    return np.asarray(np.minimum(places, size - 1), np.int64)


def _pad(node: CpuNode, memory: KmodelMemory) -> None:
    """Pads with a constant byte."""
    image = _input(node, memory, _ints(node, "in_shape"))
    pads = np.array(_ints(node, "paddings")).reshape(4, 2)
    if pads.min() < 0 or pads.max() > _LARGEST:
        raise ValueError(f"it pads by {pads.ravel().tolist()}; allowed are 0 to {_LARGEST}")
    if _range(node, "input").dtype != "uint8":
        raise ValueError("it pads float32; only uint8 is computed here")
    memory.require_size(_range(node, "output"), prod((pads.sum(axis=1) + image.shape).tolist()))
    value = _int(node, "pad_value") & 255
    _store(node, memory, np.pad(image, pads, constant_values=value))


def _slice(node: CpuNode, memory: KmodelMemory) -> None:
    image = _input(node, memory, _ints(node, "in_shape"))
    if any(_int(node, f"{name}_mask") for name in _MASKS) or min(_ints(node, "strides")) < 1:
        raise ValueError("it has masks or strides below 1, which are not computed here")
    limits = zip(*(_ints(node, name) for name in ("begin", "end", "strides")), strict=True)
    _store(node, memory, image[tuple(slice(*limit) for limit in limits)])


def _transpose(node: CpuNode, memory: KmodelMemory) -> None:
    order = _ints(node, "perm")
    if sorted(order) != [0, 1, 2, 3]:
        raise ValueError(f"its order of axes is {list(order)}")
    _store(node, memory, _input(node, memory, _ints(node, "in_shape")).transpose(order))


def _lookup(node: CpuNode, memory: KmodelMemory) -> None:
    table = memory.at(_range(node, "table"))
    if table.size != _LEVELS or table.dtype != np.uint8:
        raise ValueError(f"its table has {table.size} entries; allowed are {_LEVELS}, uint8")
    _store(node, memory, table[memory.at(_range(node, "input")).view(np.uint8)])


def _upload_4(node: CpuNode, memory: KmodelMemory) -> None:
    batch, *shape = _ints(node, "in_shape")
    image = _input(node, memory, (batch, *shape))
    if batch != 1:
        raise ValueError(f"it uploads {batch} images; only one is uploaded here")
    layout = uploaded_image((shape[0], shape[1], shape[2]), _range(node, "output").start)
    layout.write(memory.kpu, image[0])


def _main(node: CpuNode, memory: KmodelMemory, name: str, dtype: str, count: int) -> NDArray[Any]:
    """Return elements of main memory that version 3 names by their address."""
    return memory.main_at(_int(node, name), dtype, count)


def _dequantize_3(node: CpuNode, memory: KmodelMemory) -> None:
    """y = q * scale + bias, in float32."""
    count = _int(node, "count")
    levels = _main(node, memory, "input", "uint8", count).astype(np.float32)
    with np.errstate(all="ignore"):
        reals = levels * _float(node, "scale") + _float(node, "bias")
    _main(node, memory, "output", "float32", count)[:] = reals


def _requantize_3(node: CpuNode, memory: KmodelMemory) -> None:
    count = _int(node, "count")
    table = np.frombuffer(cast(bytes, node.values["table"]), np.uint8)
    taken = table[_main(node, memory, "input", "uint8", count)]
    _main(node, memory, "output", "uint8", count)[:] = taken


def _concat_3(node: CpuNode, memory: KmodelMemory) -> None:
    count = _int(node, "inputs_count")
    places = np.frombuffer(node.data[: 8 * count], "<u4").reshape(-1, 2)
    if not count or len(places) != count:
        raise ValueError(f"it has {count} inputs and {len(node.data)} bytes")
    joined = np.concatenate([memory.main_at(a, "uint8", size) for a, size in places.tolist()])
    _main(node, memory, "output", "uint8", joined.size)[:] = joined


def _resize_3(node: CpuNode, memory: KmodelMemory) -> None:
    width, height, channels = _ints(node, "in_shape")
    image = _main(node, memory, "input", "uint8", channels * height * width)
    rows = _sources(height, _int(node, "out_height"))
    columns = _sources(width, _int(node, "out_width"))
    taken = image.reshape(channels, height, width)[:, rows][..., columns]
    _main(node, memory, "output", "uint8", taken.size)[:] = taken.ravel()


def _upload_3(node: CpuNode, memory: KmodelMemory) -> None:
    shape = _int(node, "channels"), _int(node, "height"), _int(node, "width")
    image = _main(node, memory, "input", "uint8", prod(shape)).reshape(shape)
    uploaded_image(shape, _int(node, _ROW) * ROW_BYTES).write(memory.kpu, image)


def _add_padding(node: CpuNode, memory: KmodelMemory) -> None:
    """Each byte becomes the first pixel of a channel of 4x4."""
    layout = _pixels(node, _int(node, _ROW))
    image = layout.read(memory.kpu)
    image[:, 0, 0] = _main(node, memory, "input", "uint8", len(image))
    layout.write(memory.kpu, image)


def _remove_padding(node: CpuNode, memory: KmodelMemory) -> None:
    """The first of every 16 bytes."""
    channels = _int(node, "channels")
    taken = _main(node, memory, "input", "uint8", 16 * (channels - 1) + 1)[::16]
    _main(node, memory, "output", "uint8", channels)[:] = taken


def _pixels(node: CpuNode, row: int) -> ImageLayout:
    return uploaded_image((_int(node, "channels"), 4, 4), row * ROW_BYTES)


CPU_KERNELS: Mapping[tuple[int, str], CpuKernel] = MappingProxyType(
    {
        (3, "dequantize"): _dequantize_3,
        (3, "kpu_add_padding"): _add_padding,
        (3, "kpu_remove_padding"): _remove_padding,
        (3, "kpu_upload"): _upload_3,
        (3, "quantized_concat"): _concat_3,
        (3, "quantized_resize_nearest_neighbor"): _resize_3,
        (3, "requantize"): _requantize_3,
        (4, "binary"): _binary,
        (4, "concat"): _concat,
        (4, "dequantize"): _dequantize,
        (4, "kpu_upload"): _upload_4,
        (4, "memory_copy"): _copy,
        (4, "pad"): _pad,
        (4, "resize_image"): _resize,
        (4, "strided_slice"): _slice,
        (4, "table_lookup1d"): _lookup,
        (4, "transpose"): _transpose,
    }
)
"""By version and name of the node's kind."""
