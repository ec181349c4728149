"""Small networks for the K210's KPU, put together register by register, for its simulator.

Nothing here is the lowering's: the layout of images is that of the SDK's `get_kpu_row_layout`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from struct import pack

import numpy as np
from numpy.typing import NDArray

from compilers.kmodel.kmodel import Convolution, CpuNode, Kmodel, Memory, MemoryRange
from compilers.kmodel.node_forms import code_of
from compilers.kmodel.parameters import BatchNorm, Segment
from compilers.kmodel.registers import KpuLayer

Shape = tuple[int, int, int]

_MASKS = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")

LEAST = -(1 << 35)
PASS = (Segment(LEAST, 0, 0, 0), *[Segment(0, 1, 0, 0)] * 15)
"""Segments that store v as it is, from 0 to 255."""


def layout(width: int) -> tuple[int, int]:
    """Return channels side by side, and rows of a line."""
    return (4, 1) if width <= 16 else (2, 1) if width <= 32 else (1, -(-width // 64))


def image_bytes(shape: Shape) -> int:
    """Return what an image takes in the KPU's memory."""
    channels, height, width = shape
    group, rows = layout(width)
    return -(-channels // group) * rows * height * 64


def kpu_registers(source: Shape, output: Shape, **others: int) -> KpuLayer:
    """Return the registers of a layer between two images, in chunks of all weights."""
    group, rows = layout(source[2])
    output_group, output_rows = layout(output[2])
    layer = {
        "input_channels": source[0],
        "input_height": source[1],
        "input_width": source[2],
        "output_channels": output[0],
        "output_height": output[1],
        "output_width": output[2],
        "channels_per_load": output[0],
        "input_group": group,
        "input_line_rows": rows,
        "input_block_rows": rows * source[1],
        "output_group": output_group,
        "output_line_rows": output_rows,
        "output_block_rows": output_rows * output[1],
        "load_parameters": 1,
        "load_segments": 1,
        "load_coordinates": 1,
        "burst_size": 15,
        "channel_bytes": output[1] * output[2],
        "total_bytes": output[0] * output[1] * output[2],
    }
    return KpuLayer(**{**layer, **others})


def random_layer(
    rng: np.random.Generator, source: Shape, output: Shape, **others: int
) -> Convolution:
    """Return a layer with random numbers, whose values spread over its segments."""
    x_zero, w_zero = (int(zero) for zero in rng.integers(64, 192, 2))
    x_shift, w_shift = (int(shift) for shift in rng.integers(0, 3, 2))
    taps = 9 if others.get("kernel_type") else 1
    layer = kpu_registers(
        source,
        output,
        pad_value=x_zero,
        x_factor=-(w_zero << x_shift),
        w_factor=-(x_zero << w_shift),
        x_shift=x_shift,
        w_shift=w_shift,
        constant=taps * w_zero * x_zero,
        **others,
    )
    count = layer.weights_count
    spread = int(5000 * (count // output[0]) ** 0.5)
    norms = tuple(
        BatchNorm(int(factor), 14, int(offset))
        for factor, offset in zip(
            rng.integers(1 << 13, 1 << 15, output[0]),
            rng.integers(-spread, spread, output[0]),
            strict=True,
        )
    )
    starts = np.sort(rng.integers(-2 * spread, 2 * spread, 15))
    slopes = (200 / spread * (1 << 18) * rng.uniform(-0.5, 1.5, 15)).astype(np.int64)
    segments = (
        Segment(LEAST, 0, 0, int(rng.integers(256))),
        *(
            Segment(int(start), int(slope), 18, int(rng.integers(256)))
            for start, slope in zip(starts, slopes, strict=True)
        ),
    )
    weights = rng.integers(0, 256, count, dtype=np.uint8).tobytes()
    return Convolution(layer, norms, segments, weights)


def main(dtype: str, start: int, size: int) -> MemoryRange:
    """Return a place in main memory."""
    return MemoryRange(Memory.MAIN, dtype, start, size)


def kpu(start: int, size: int) -> MemoryRange:
    """Return a place in the KPU's memory."""
    return MemoryRange(Memory.KPU, "uint8", start, size)


def node(name: str, *, data: bytes = b"", **values: object) -> CpuNode:
    """Return a node of version 4."""
    return CpuNode(code_of(4, name), values, data)


@dataclass(frozen=True)
class KpuCase:
    """A file of version 4 and its inputs."""

    model: Kmodel
    inputs: tuple[NDArray[np.uint8], ...] = field(hash=False)


def _one_layer(
    seed: int, source: Shape, channels: int, pool_type: int, stride: int, **others: int
) -> KpuCase:
    """Return a layer that reads the input and writes the output, both as they are."""
    rng = np.random.default_rng(seed)
    output = channels, source[1] // stride, source[2] // stride
    behind = image_bytes(source) // 64
    layer = random_layer(rng, source, output, pool_type=pool_type, destination_row=behind, **others)
    result = main("uint8", 0, int(np.prod(output)))
    with_output = Convolution(
        layer.layer, layer.norms, layer.segments, layer.weights, main_output=result
    )
    model = Kmodel(
        version=4,
        main_bytes=-(-result.size_bytes // 8) * 8,
        outputs=(result,),
        nodes=(with_output,),
        inputs=(kpu(0, int(np.prod(source))),),
        input_shapes=((1, *source),),
    )
    return KpuCase(model, (rng.integers(0, 256, source, dtype=np.uint8),))


def _cpu_nodes() -> KpuCase:
    """Return one file with each of the CPU's nodes that a lowering uses, one after the other."""
    rng = np.random.default_rng(7)
    full = (float(np.finfo(np.float32).min), float(np.finfo(np.float32).max))
    shape = (1, 3, 4, 6)
    source, padded, sliced = main("uint8", 0, 72), main("uint8", 72, 144), main("uint8", 216, 54)
    turned, larger = main("uint8", 272, 54), main("uint8", 328, 216)
    joined, looked = main("uint8", 544, 270), main("uint8", 816, 270)
    levels, reals = main("float32", 1088, 1080), main("float32", 2168, 1080)
    table = MemoryRange(Memory.CONSTANT, "uint8", 0, 256)
    scale = MemoryRange(Memory.CONSTANT, "float32", 256, 4)
    place = pack("<4I", 1, 1, larger.start, 216) + pack("<4I", 1, 1, turned.start, 54)
    nodes = (
        node(
            "pad",
            input=source,
            output=padded,
            in_shape=shape,
            paddings=(0, 0, 0, 0, 0, 2, 1, 1),
            dtype=1,
            pad_value=77,
        ),
        node(
            "strided_slice",
            input=padded,
            output=sliced,
            in_shape=(1, 3, 6, 8),
            begin=(0, 0, 0, 1),
            end=(1, 3, 6, 7),
            strides=(1, 1, 1, 2),
            **dict.fromkeys(
                (
                    f"{kind}_mask"
                    for kind in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
                ),
                0,
            ),
        ),
        node("transpose", input=sliced, output=turned, in_shape=(1, 3, 6, 3), perm=(0, 2, 3, 1)),
        node(
            "resize_image",
            input=turned,
            output=larger,
            in_shape=(1, 6, 3, 3),
            out_h=6,
            out_w=6,
            mode=1,
            align_corners=0,
        ),
        node(
            "concat",
            output=joined,
            inner_size=1,
            outer_size=1,
            inputs_count=2,
            data=place + pack("<2i", 216, 54),
        ),
        node("table_lookup1d", input=joined, table=table, output=looked),
        node("dequantize", input=looked, output=levels, zero_point=131, scale=1.0),
        node(
            "binary",
            input_a=levels,
            input_b=scale,
            output=reals,
            operator=2,
            in_a_shape=(1, 1, 1, 270),
            in_b_shape=(1, 1, 1, 1),
            out_shape=(1, 1, 1, 270),
            fused_activation=full,
        ),
    )
    constants = rng.permutation(256).astype(np.uint8).tobytes() + pack("<f", 0.0123456789)
    model = Kmodel(
        version=4,
        main_bytes=3248,
        outputs=(reals, joined),
        nodes=nodes,
        inputs=(source,),
        input_shapes=(shape,),
        constants=constants + bytes(4),
    )
    return KpuCase(model, (rng.integers(0, 256, shape[1:], dtype=np.uint8),))


def _upload() -> KpuCase:
    """Return an image that the CPU uploads behind the KPU's first rows."""
    rng = np.random.default_rng(8)
    source, output = (5, 7, 20), (4, 7, 20)
    layer = random_layer(rng, source, output, source_row=3, destination_row=100)
    result = main("uint8", 704, 560)
    convolution = Convolution(
        layer.layer, layer.norms, layer.segments, layer.weights, main_output=result
    )
    upload = node(
        "kpu_upload", input=main("uint8", 0, 700), output=kpu(192, 1344), in_shape=(1, *source)
    )
    model = Kmodel(
        version=4,
        main_bytes=1264,
        outputs=(result,),
        nodes=(upload, convolution),
        inputs=(main("uint8", 0, 700),),
        input_shapes=((1, *source),),
    )
    return KpuCase(model, (rng.integers(0, 256, source, dtype=np.uint8),))


CASES: Mapping[str, KpuCase] = {
    **{
        f"pool {pool_type}": _one_layer(
            pool_type, (3, 8, 12), 5, pool_type, stride, kernel_type=pool_type % 2
        )
        for pool_type, stride in enumerate((1, 2, 2, 4, 4, 2, 2, 4, 1, 1))
    },
    **{
        f"width {width}": _one_layer(width, (6, 5, width), 3, 0, 1, kernel_type=1)
        for width in (4, 16, 17, 32, 33, 64, 65, 130)
    },
    "depthwise 3x3": _one_layer(20, (9, 6, 10), 9, 0, 1, kernel_type=1, depthwise=1),
    "depthwise 1x1": _one_layer(21, (9, 6, 10), 9, 0, 1, kernel_type=0, depthwise=1),
    "cpu": _cpu_nodes(),
    "upload": _upload(),
}
"""By name: each pool, each layout of lines, each node."""
