"""The poolings behind the KPU's activation, by their number in the registers."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["POOLS", "PoolType"]


@dataclass(frozen=True)
class PoolType:
    """kind: 'max', 'mean' (rounded down), or 'pick' of one of the window's pixels.

    size, stride: of the window.  column: of the picked pixel, in the first line.
    """

    name: str
    kind: str
    size: int
    stride: int
    column: int = 0


POOLS: Mapping[int, PoolType] = MappingProxyType(
    {
        0: PoolType("none", "pick", 1, 1),
        1: PoolType("max 2x2, stride 2", "max", 2, 2),
        2: PoolType("mean 2x2, stride 2", "mean", 2, 2),
        3: PoolType("max 4x4, stride 4", "max", 4, 4),
        4: PoolType("mean 4x4, stride 4", "mean", 4, 4),
        5: PoolType("left-top 2x2, stride 2", "pick", 2, 2),
        6: PoolType("right-top 2x2, stride 2", "pick", 2, 2, 1),
        7: PoolType("left-top 4x4, stride 4", "pick", 4, 4),
        8: PoolType("mean 2x2, stride 1", "mean", 2, 1),
        9: PoolType("max 2x2, stride 1", "max", 2, 1),
    }
)
