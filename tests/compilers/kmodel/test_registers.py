"""Fields of the KPU's registers, at the bits that the SDK's kpu.h gives them."""

import struct

import pytest
from hypothesis import given
from kmodels import layers

from compilers.kmodel.registers import KpuLayer, pack_registers, unpack_registers

# By hand from kpu_layer_argument_t: a 3x3 layer of 3 x 240 x 320 to 16 x 120 x 160.
LAYER = KpuLayer(
    source_row=0,
    destination_row=3600,
    input_channels=3,
    output_channels=16,
    channels_per_load=16,
    input_width=320,
    input_height=240,
    output_width=160,
    output_height=120,
    kernel_type=1,
    pool_type=5,
    load_parameters=1,
    burst_size=15,
    pad_value=0x80,
    load_coordinates=1,
    loads=1,
    load_bytes=432,
    input_block_rows=1200,
    input_line_rows=5,
    input_group=1,
    load_segments=1,
    output_block_rows=360,
    output_line_rows=3,
    output_group=1,
    w_factor=-128,
    x_factor=-127,
    constant=-1,
    send_output=1,
    channel_bytes=19200,
    total_bytes=307200,
)
WORDS = (
    0,
    3600 << 32,
    2 | 15 << 32 | 15 << 48,
    319 | 239 << 10 | 159 << 32 | 119 << 42,
    1 | 5 << 4 | 1 << 10 | 15 << 16 | 0x80 << 24 | 0x11 << 32,
    1 | 432 << 15 | 0x33 << 32,
    0,
    1200 | 5 << 16 | 1 << 28 | 1 << 31 | 0x22 << 32,
    360 | 3 << 16 | 1 << 20,
    0xFFFF80 << 8 | 0xFFFF81 << 32,
    0xFFFFFFFFFF,
    1 | 19199 << 16 | 307199 << 32,
)
ADDRESSES = (0x11, 0x22, 0x33)


def test_fields_lie_where_the_sdk_has_them():
    assert struct.unpack("<12Q", pack_registers(LAYER, ADDRESSES)) == WORDS
    assert unpack_registers(struct.pack("<12Q", *WORDS)) == (LAYER, ADDRESSES)


@given(layers())
def test_what_is_written_is_read(layer):
    assert unpack_registers(pack_registers(layer, (1, 2, 3))) == (layer, (1, 2, 3))


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("source_row", 1 << 15, "0 to 32767"),
        ("input_channels", 0, "1 to 1024"),
        ("output_height", 513, "1 to 512"),
        ("loads", 65, "1 to 64"),
        ("x_factor", 1 << 23, "-8388608 to 8388607"),
        ("constant", -(1 << 39) - 1, "-549755813888 to 549755813887"),
    ],
)
def test_a_value_beyond_its_bits_is_named(field, value, allowed):
    with pytest.raises(ValueError, match=f"field {field} is {value}; allowed are {allowed}"):
        KpuLayer(**{field: value})


@pytest.mark.parametrize(
    ("depthwise", "kernel_type", "count"), [(0, 0, 48), (0, 1, 432), (1, 1, 144), (0, 2, 0)]
)
def test_weights_are_counted(depthwise, kernel_type, count):
    layer = KpuLayer(
        depthwise=depthwise, kernel_type=kernel_type, input_channels=3, output_channels=16
    )
    assert layer.weights_count == count
