"""The bodies of the CPU's nodes, field by field, for versions 3 and 4.

Version 3 as `kpu_model_*_layer_argument_t` of the K210 standalone SDK (lib/drivers/kpu.h), version
4 as `*_options` of nncase 0.2 (runtime/*_ops_body.h). Addresses of version 3 are bytes in main
memory; an upload's `kpu_row` is a row of the KPU's.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from compilers.kmodel.byte_reader import ByteReader
from compilers.kmodel.kmodel import CpuNode, Memory, MemoryRange, NodeValue

__all__ = [
    "CONVOLUTION",
    "code_of",
    "node_name",
    "read_node",
    "read_range",
    "write_node",
    "write_range",
]

CONVOLUTION: Mapping[int, int] = MappingProxyType({3: 10240, 4: 0x2002})
"""Code of the KPU's node by version."""

_DTYPES = ("float32", "uint8")
"""Element types as version 4 numbers them."""

_RANGE, _RANGE_FORMAT = "range", "4I"
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "i32": "i",
        "u32": "I",
        "f32": "f",
        "pads": "2i",
        "pads4": "8i",
        "shape": "4i",
        "sizes": "3I",  # width, height, channels
        "span": "2f",
        "table": "256s",
        _RANGE: _RANGE_FORMAT,
    }
)
"""Struct formats of fields. 'range' is a MemoryRange."""


@dataclass(frozen=True)
class _Form:
    """A kind of node. fields: kinds by name, in order. What follows them is data."""

    name: str
    fields: Mapping[str, str]


def _form(name: str, *groups: str) -> _Form:
    """Return a form. groups: texts such as 'range input output', a kind and names."""
    words = (group.split() for group in groups)
    return _Form(name, {field: kind for kind, *names in words for field in names})


_IN_OUT = "range input output"
_PADS = "pads padding_h padding_w"
_WINDOW = "i32 filter_h filter_w stride_h stride_w dilation_h dilation_w"
_OFFSETS = "i32 input_offset filter_offset output_mul output_shift output_offset"
_PAIR = ("range input_a input_b output", "u32 operator", "shape in_a_shape in_b_shape out_shape")
_ACTIVATION = "span fused_activation"

_FORMS_4: Mapping[int, _Form] = MappingProxyType(
    {
        0x00: _form("binary", *_PAIR, _ACTIVATION),
        0x01: _form("concat", "range output", "u32 inner_size outer_size inputs_count"),
        0x02: _form(
            *("conv2d", _IN_OUT, "shape in_shape", "i32 groups out_channels"),
            *(_PADS, _WINDOW, _ACTIVATION),
        ),
        0x03: _form("dequantize", _IN_OUT, "i32 zero_point", "f32 scale"),
        0x04: _form(
            "matmul", "range input_a input_b output", "i32 a_rows a_cols b_cols", _ACTIVATION
        ),
        0x05: _form("pad", _IN_OUT, "shape in_shape", "pads4 paddings", "u32 dtype pad_value"),
        0x06: _form("quantize", _IN_OUT, "i32 zero_point", "f32 scale"),
        0x07: _form("reduce", _IN_OUT, "u32 operator", "shape in_shape out_shape", "f32 start"),
        0x08: _form(
            *("reduce_window2d", _IN_OUT, "u32 operator", "shape in_shape"),
            *(_PADS, _WINDOW, "f32 start", _ACTIVATION),
        ),
        0x09: _form("memory_copy", _IN_OUT),
        0x0A: _form(
            *("resize_image", _IN_OUT, "shape in_shape"),
            "i32 out_h out_w mode align_corners",
        ),
        0x0B: _form("softmax", _IN_OUT, "i32 inner_size outer_size", "f32 beta"),
        0x0C: _form("transpose", _IN_OUT, "shape in_shape perm"),
        0x0D: _form(
            *("strided_slice", _IN_OUT, "shape in_shape begin end strides"),
            "i32 begin_mask end_mask ellipsis_mask new_axis_mask shrink_axis_mask",
        ),
        0x0E: _form("unary", _IN_OUT, "u32 operator"),
        0x0F: _form(
            *("quantized_conv2d", _IN_OUT, "shape in_shape", "i32 groups out_channels"),
            *(_PADS, _WINDOW, _OFFSETS),
        ),
        0x10: _form(
            *("quantized_matmul", "range input_a input_b output", "i32 a_rows a_cols b_cols"),
            "i32 input_a_offset input_b_offset output_mul output_shift output_offset",
        ),
        0x11: _form(
            *("quantized_binary", *_PAIR, "i32 input_a_offset input_a_mul input_a_shift"),
            "i32 input_b_offset input_b_mul input_b_shift output_offset output_mul output_shift",
        ),
        0x12: _form("table_lookup1d", "range input table output"),
        0x13: _form(
            *("conv2d_transpose", _IN_OUT, "shape in_shape out_shape", "i32 groups"),
            *(_PADS, _WINDOW, _ACTIVATION),
        ),
        0x14: _form("nnil_unary_method", _IN_OUT),
        0x1001: _form(
            *("cpu_conv2d", _IN_OUT, "shape in_shape", "i32 out_channels"),
            *(_PADS, _WINDOW, _ACTIVATION),
        ),
        0x1002: _form(
            "cpu_depthwise_conv2d", _IN_OUT, "shape in_shape", _PADS, _WINDOW, _ACTIVATION
        ),
        0x1003: _form(
            *("cpu_reduce_window2d", _IN_OUT, "u32 operator", "shape in_shape"),
            *(_PADS, _WINDOW, "f32 start", _ACTIVATION),
        ),
        0x1004: _form(
            *("cpu_quantized_conv2d", _IN_OUT, "shape in_shape", "i32 out_channels"),
            *(_PADS, _WINDOW, _OFFSETS),
        ),
        0x1005: _form(
            *("cpu_quantized_depthwise_conv2d", _IN_OUT, "shape in_shape"),
            *(_PADS, _WINDOW, _OFFSETS),
        ),
        0x2001: _form("kpu_upload", _IN_OUT, "shape in_shape"),
    }
)

_FLAT = "u32 flags input output"
_POOL = (
    "sizes in_shape out_shape",
    "u32 kernel_width kernel_height stride_width stride_height padding_width padding_height",
)
_NEAREST = (_FLAT, "sizes in_shape", "u32 out_width out_height align_corners")

_FORMS_3: Mapping[int, _Form] = MappingProxyType(
    {
        1: _form("add", "u32 flags input_a input_b output count"),
        2: _form(
            *("quantized_add", "u32 flags input_a input_b output count"),
            "i32 input_a_offset input_a_mul input_a_shift input_b_offset input_b_mul input_b_shift",
            "i32 output_offset output_mul output_shift",
        ),
        5: _form("global_average_pool2d", _FLAT, "u32 kernel_size channels"),
        8: _form("quantized_max_pool2d", _FLAT, *_POOL),
        9: _form("average_pool2d", _FLAT, *_POOL, "u32 activation"),
        11: _form("quantize", _FLAT, "u32 count", "f32 scale bias"),
        12: _form("dequantize", _FLAT, "u32 count", "f32 scale bias"),
        13: _form("requantize", _FLAT, "u32 count", "table table"),
        14: _form("l2_normalization", _FLAT, "u32 channels"),
        15: _form("softmax", _FLAT, "u32 channels"),
        16: _form("concat", "u32 flags output inputs_count"),
        17: _form("quantized_concat", "u32 flags output inputs_count"),
        18: _form("fully_connected", _FLAT, "u32 in_channels out_channels activation"),
        20: _form("tensorflow_flatten", _FLAT, "sizes shape"),
        22: _form("resize_nearest_neighbor", *_NEAREST),
        23: _form("quantized_resize_nearest_neighbor", *_NEAREST),
        24: _form("channelwise_dequantize", _FLAT, "u32 channels channel_size"),
        25: _form("logistic", _FLAT, "u32 channels"),
        10241: _form("kpu_add_padding", "u32 flags input kpu_row channels"),
        10242: _form("kpu_remove_padding", _FLAT, "u32 channels"),
        10243: _form("kpu_upload", "u32 flags input kpu_row width height channels"),
    }
)

_FORMS: Mapping[int, Mapping[int, _Form]] = MappingProxyType({3: _FORMS_3, 4: _FORMS_4})
_CODES = MappingProxyType(
    {
        (version, form.name): code
        for version, forms in _FORMS.items()
        for code, form in forms.items()
    }
)


def code_of(version: int, name: str) -> int:
    """Return a node's code; raises KeyError for a name that the version does not have."""
    return _CODES[version, name]


def node_name(version: int, code: int) -> str:
    """Return the name of a node's kind, 'unknown CODE' for another code."""
    form = _FORMS[version].get(code)
    return f"unknown {code:#x}" if form is None else form.name


def read_node(version: int, code: int, body: ByteReader) -> CpuNode:
    """Return the node; all of the body is data if its kind is unknown."""
    form = _FORMS[version].get(code)
    values = {name: _read(body, kind, name) for name, kind in form.fields.items()} if form else {}
    return CpuNode(code, values, body.take(body.rest, "data"))


def write_node(version: int, node: CpuNode) -> bytes:
    """Return the body; raises ValueError for values beyond their types."""
    form = _FORMS[version].get(node.code)
    pieces = [_write(kind, node.values[name]) for name, kind in form.fields.items()] if form else ()
    return b"".join((*pieces, node.data))


def read_range(reader: ByteReader, what: str) -> MemoryRange:
    """Return a range of version 4; raises ValueError for an unknown memory or type."""
    memory, dtype, start, size_bytes = reader.unpack(_RANGE_FORMAT, what)
    if memory not in iter(Memory) or dtype >= len(_DTYPES):
        raise ValueError(
            f"{what} is in memory {memory} and of type {dtype}; known are memories 0 to "
            f"{max(Memory)} and types 0 to {len(_DTYPES) - 1}"
        )
    return MemoryRange(Memory(memory), _DTYPES[dtype], start, size_bytes)


def write_range(place: MemoryRange) -> bytes:
    """Return the range as version 4 stores it."""
    return _pack(
        _RANGE_FORMAT, place.memory, _DTYPES.index(place.dtype), place.start, place.size_bytes
    )


def _read(body: ByteReader, kind: str, name: str) -> NodeValue:
    if kind == _RANGE:
        return read_range(body, name)
    values = body.unpack(_KINDS[kind], name)
    return values if len(values) > 1 else values[0]


def _write(kind: str, value: NodeValue) -> bytes:
    if isinstance(value, MemoryRange):
        return write_range(value)
    return _pack(_KINDS[kind], *(value if isinstance(value, tuple) else (value,)))


def _pack(form: str, *values: object) -> bytes:
    try:
        return struct.pack(f"<{form}", *values)
    except struct.error as error:
        raise ValueError(f"{values} do not fit into '{form}' ({error})") from error
