"""A .kmodel of version 3 or 4 as a value.

Version 3 is the format of nncase 0.1, version 4 that of nncase 0.2. Main memory is the CPU's, of
which the loader allocates `main_bytes`; the KPU has 2 MiB of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from compilers.kmodel.parameters import BatchNorm, Segment
from compilers.kmodel.registers import KpuLayer

__all__ = [
    "KPU_RAM_BYTES",
    "ROW_BYTES",
    "Convolution",
    "CpuNode",
    "Kmodel",
    "Memory",
    "MemoryRange",
    "NodeValue",
    "Shape",
]

KPU_RAM_BYTES = 2 << 20
ROW_BYTES = 64
"""The unit of addresses in the KPU's memory."""

Shape = tuple[int, ...]


class Memory(IntEnum):
    """What a range lies in, as version 4 numbers it."""

    CONSTANT = 0
    MAIN = 1
    KPU = 2


@dataclass(frozen=True)
class MemoryRange:
    """A tensor's place. dtype: 'float32' or 'uint8'.  start, size_bytes: in bytes."""

    memory: Memory
    dtype: str
    start: int
    size_bytes: int

    @property
    def end(self) -> int:
        """The first byte behind it."""
        return self.start + self.size_bytes


NodeValue = int | float | bytes | MemoryRange | tuple[int, ...] | tuple[float, ...]


@dataclass(frozen=True)
class Convolution:
    """A node that the KPU runs.

    norms: one per output channel.  segments: 16.  weights: [K, C, k, k], or [K, k, k] if depthwise.
    main_output: where the output is also stored in main memory, CHW without gaps.
    """

    layer: KpuLayer
    norms: tuple[BatchNorm, ...]
    segments: tuple[Segment, ...]
    weights: bytes
    main_output: MemoryRange | None = None
    batches: int = 1


@dataclass(frozen=True)
class CpuNode:
    """A node that the CPU runs, an upload into the KPU's memory included.

    code: the version's number for its kind.  values: by name, as compilers.kmodel.node_forms
    declares them for the version.  data: what follows them.
    """

    code: int
    values: Mapping[str, NodeValue]
    data: bytes = b""

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))


@dataclass(frozen=True)
class Kmodel:
    """A file. nodes: in execution order.

    inputs: without names; version 3 does not list its only one, which is where the first node
    reads.  input_shapes: NCHW, one per input.  constants: version 4 only.
    flags: bit 0 of version 3 is set for 8-bit weights.  target: 1 for the K210 in version 4, 0 in
    version 3.  kpu_first_row: version 3 only, the lowest row that the KPU's memory is used from.
    """

    version: int
    main_bytes: int
    outputs: tuple[MemoryRange, ...]
    nodes: tuple[Convolution | CpuNode, ...]
    inputs: tuple[MemoryRange, ...] = ()
    input_shapes: tuple[Shape, ...] = ()
    constants: bytes = b""
    flags: int = 0
    target: int = 1
    kpu_first_row: int = 0
