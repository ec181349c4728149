"""Memory plans: where blocks lie in one arena, while they live."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["Block", "MemoryPlan", "place"]

_ALIGNMENT = 16  # bytes, so that vectors of neighbours share a cache line


@dataclass(frozen=True)
class Block:
    """Memory that tensors use in succession. first, last: steps that use it."""

    name: str
    size_bytes: int
    first: int
    last: int


@dataclass(frozen=True)
class MemoryPlan:
    """Offsets by block, in bytes, and the size of the arena."""

    offsets: Mapping[str, int]
    arena_bytes: int


def place(blocks: Iterable[Block]) -> MemoryPlan:
    """Assign each block the lowest offset that is free during its lifetime.

    Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net Inference", section
    5.2: largest first; or longest-lived first, if that makes the arena smaller.
    """
    by_size = sorted(blocks, key=lambda block: (-block.size_bytes, block.first, block.name))
    by_life = sorted(by_size, key=lambda block: block.first - block.last)
    return min(map(_place_in_turn, (by_size, by_life)), key=lambda plan: plan.arena_bytes)


def _place_in_turn(blocks: Iterable[Block]) -> MemoryPlan:
    offsets: dict[str, int] = {}
    placed: list[tuple[int, Block]] = []
    for block in blocks:
        neighbours = [
            (offset, other)
            for offset, other in placed
            if other.first <= block.last and block.first <= other.last
        ]
        offsets[block.name] = _lowest_gap(block.size_bytes, neighbours)
        placed.append((offsets[block.name], block))
    ends = (offset + block.size_bytes for offset, block in placed)
    return MemoryPlan(offsets, max(ends, default=0))


def _lowest_gap(size_bytes: int, neighbours: Iterable[tuple[int, Block]]) -> int:
    offset = 0
    for start, other in sorted(neighbours, key=lambda pair: pair[0]):
        if offset + size_bytes <= start:
            break
        end = start + other.size_bytes
        offset = max(offset, -(-end // _ALIGNMENT) * _ALIGNMENT)
    return offset
