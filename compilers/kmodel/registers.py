"""The twelve 64-bit registers that set up one layer of the KPU.

Names and positions follow `kpu_layer_argument_t` of the K210 standalone SDK (lib/drivers/kpu.h).
Three of their fields are addresses, which a file or a loader fills in; they are kept apart.
"""

import struct
from dataclasses import dataclass, field, fields
from typing import Any

__all__ = ["REGISTERS_BYTES", "KpuLayer", "pack_registers", "unpack_registers"]

_COUNT = 12
_FORMAT = f"<{_COUNT}Q"
REGISTERS_BYTES = struct.calcsize(_FORMAT)

_ADDRESS_REGISTERS = (4, 7, 5)
"""Those with an address in the upper half: of batch norms, of segments, of weights."""
_ADDRESS_LOW, _ADDRESS_MASK = 32, (1 << 32) - 1


def _bits(register: int, low: int, count: int, *, signed: bool = False, less: int = 0) -> Any:  # noqa: ANN401
    """Declare a field. less: what the register holds less than the value, 1 for counts."""
    place = {"register": register, "low": low, "count": count, "signed": signed, "less": less}
    return field(default=less, metadata=place)


@dataclass(frozen=True, kw_only=True)
class KpuLayer:
    """The settings of one layer. Rows are of 64 bytes in the KPU's memory.

    kernel_type: 0 for 1x1, 1 for 3x3.  pool_type: see compilers.kmodel.pools.
    channels_per_load, loads, load_bytes: the weights of how many output channels are loaded at
    once, how often, and their size.
    input_block_rows, input_line_rows, input_group: rows from one group of channels to the next,
    rows of one line, channels in a group; those of the output likewise.
    x_factor, x_shift, w_factor, w_shift, constant: what is added to the sum of products, see
    compilers.kmodel.simulator.
    channel_bytes, total_bytes: of the output that is sent to main memory.

    Raises ValueError naming a field whose value does not fit into its register.
    """

    interrupt_enable: int = _bits(0, 0, 1)
    ram_flag: int = _bits(0, 1, 1)
    full_add: int = _bits(0, 2, 1)
    depthwise: int = _bits(0, 3, 1)
    source_row: int = _bits(1, 0, 15)
    destination_row: int = _bits(1, 32, 15)
    input_channels: int = _bits(2, 0, 10, less=1)
    output_channels: int = _bits(2, 32, 10, less=1)
    channels_per_load: int = _bits(2, 48, 10, less=1)
    input_width: int = _bits(3, 0, 10, less=1)
    input_height: int = _bits(3, 10, 9, less=1)
    output_width: int = _bits(3, 32, 10, less=1)
    output_height: int = _bits(3, 42, 9, less=1)
    kernel_type: int = _bits(4, 0, 3)
    pad_type: int = _bits(4, 3, 1)
    pool_type: int = _bits(4, 4, 4)
    first_stride: int = _bits(4, 8, 1)
    bypass_convolution: int = _bits(4, 9, 1)
    load_parameters: int = _bits(4, 10, 1)
    burst_size: int = _bits(4, 16, 8)
    pad_value: int = _bits(4, 24, 8)
    load_coordinates: int = _bits(5, 0, 1)
    loads: int = _bits(5, 1, 6, less=1)
    load_bytes: int = _bits(5, 15, 17)
    column_offset: int = _bits(6, 0, 4)
    row_offset: int = _bits(6, 4, 12)
    input_block_rows: int = _bits(7, 0, 15)
    input_line_rows: int = _bits(7, 16, 4)
    coefficient_size: int = _bits(7, 20, 8)
    input_group: int = _bits(7, 28, 3)
    load_segments: int = _bits(7, 31, 1)
    output_block_rows: int = _bits(8, 0, 15)
    output_line_rows: int = _bits(8, 16, 4)
    output_group: int = _bits(8, 20, 3)
    w_shift: int = _bits(9, 0, 4)
    x_shift: int = _bits(9, 4, 4)
    w_factor: int = _bits(9, 8, 24, signed=True)
    x_factor: int = _bits(9, 32, 24, signed=True)
    constant: int = _bits(10, 0, 40, signed=True)
    send_output: int = _bits(11, 0, 1)
    channel_bytes: int = _bits(11, 16, 16, less=1)
    total_bytes: int = _bits(11, 32, 32, less=1)

    def __post_init__(self) -> None:
        for entry in fields(self):
            value, (lowest, highest) = getattr(self, entry.name), _range(**entry.metadata)
            if not lowest <= value <= highest:
                raise ValueError(
                    f"register field {entry.name} is {value}; allowed are {lowest} to {highest}"
                )

    @property
    def kernel_size(self) -> int:
        """Height and width of the kernel; 0 for a kernel type that the KPU does not have."""
        return {0: 1, 1: 3}.get(self.kernel_type, 0)

    @property
    def weights_count(self) -> int:
        """Number of weights."""
        inputs = 1 if self.depthwise else self.input_channels
        return self.kernel_size**2 * inputs * self.output_channels


def pack_registers(layer: KpuLayer, addresses: tuple[int, int, int] = (0, 0, 0)) -> bytes:
    """Return the 96 bytes. addresses: of batch norms, segments and weights, 32 bits each."""
    words = [0] * _COUNT
    for entry in fields(layer):
        place, value = entry.metadata, getattr(layer, entry.name) - entry.metadata["less"]
        words[place["register"]] |= (value & ((1 << place["count"]) - 1)) << place["low"]
    for register, address in zip(_ADDRESS_REGISTERS, addresses, strict=True):
        words[register] |= address << _ADDRESS_LOW
    return struct.pack(_FORMAT, *words)


def unpack_registers(content: bytes) -> tuple[KpuLayer, tuple[int, int, int]]:
    """Return what 96 bytes hold: the layer, and the addresses as `pack_registers` takes them."""
    words = struct.unpack(_FORMAT, content)
    values = {entry.name: _value(words, **entry.metadata) for entry in fields(KpuLayer)}
    norms, segments, weights = (
        words[register] >> _ADDRESS_LOW & _ADDRESS_MASK for register in _ADDRESS_REGISTERS
    )
    return KpuLayer(**values), (norms, segments, weights)


def _value(
    words: tuple[int, ...], register: int, low: int, count: int, signed: bool, less: int
) -> int:
    value = words[register] >> low & ((1 << count) - 1)
    is_negative = signed and value >> (count - 1)
    return value - (1 << count if is_negative else 0) + less


def _range(register: int, low: int, count: int, signed: bool, less: int) -> tuple[int, int]:  # noqa: ARG001
    if signed:
        return -(1 << (count - 1)), (1 << (count - 1)) - 1
    return less, (1 << count) - 1 + less
