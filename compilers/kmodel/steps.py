"""A network as steps of the KPU and the CPU, before anything has an address.

Tensors are named; images are CHW, without a batch. A step reads tensors that earlier ones wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from compilers.kmodel.parameters import BatchNorm, Segment

__all__ = ["CpuStep", "Image", "KpuStep", "Setting", "Step"]

Image = tuple[int, int, int]
"""Channels, height and width."""

Setting = int | float | bytes | tuple[int, ...]


@dataclass(frozen=True)
class KpuStep:
    """A layer of the KPU. node: of the Graph.

    source, output: tensors; source may be a join of several, one behind the other.
    kernel: 1 or 3.  pool_type: see compilers.kmodel.pools; 0 if depthwise.
    constant, x_factor, w_factor: see compilers.kmodel.simulator.
    """

    node: str
    source: str
    output: str
    source_image: Image
    output_image: Image
    kernel: int
    norms: tuple[BatchNorm, ...]
    segments: tuple[Segment, ...]
    weights: bytes
    is_depthwise: bool = False
    pool_type: int = 0
    pad_value: int = 0
    x_factor: int = 0
    w_factor: int = 0
    constant: int = 0


@dataclass(frozen=True)
class CpuStep:
    """What the CPU computes on main memory.

    kind: 'concat', 'dequantize', 'pad', 'resize', 'slice', 'table', 'transpose', or 'upload' into
    the KPU's memory.
    """

    node: str
    kind: str
    inputs: tuple[str, ...]
    output: str
    settings: Mapping[str, Setting] = field(default_factory=lambda: MappingProxyType({}))


Step = KpuStep | CpuStep
