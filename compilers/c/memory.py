"""The memory plan: the position of each live tensor in one arena."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from zoo.c_program import Argument, Call

__all__ = ["Block", "Plan", "blocks_of", "place"]

_ALIGNMENT = 16  # bytes, so that vectors of neighbours share a cache line


@dataclass(frozen=True)
class Block:
    """Memory that tensors use in succession. first, last: calls that use it."""

    name: str
    size_bytes: int
    first: int
    last: int


@dataclass(frozen=True)
class Plan:
    """Offsets by block, in bytes, and the size of the arena."""

    offsets: Mapping[str, int]
    arena_bytes: int


def blocks_of(
    calls: Sequence[Call], homes: Mapping[str, str], sizes_bytes: Mapping[str, int]
) -> tuple[list[Block], dict[str, str]]:
    """Return blocks, and the block of each tensor.

    homes: the tensor whose memory each tensor uses; only these tensors are in the arena. An output
    reuses the memory of an input that it may overwrite and that is not read later.
    """
    last = {homes[name]: index for index, name in _uses(calls, homes)}
    owner = dict(homes)
    for index, call in enumerate(calls):
        heir = owner.get(call.output.tensor)
        dying = [
            owner[name]
            for name in _overwritable(call)
            if name in owner and last[owner[name]] == index
        ]
        fits = [name for name in dying if sizes_bytes[name] == sizes_bytes.get(heir or "")]
        if heir is None or not fits or heir == fits[0]:
            continue
        last[fits[0]] = last[heir]
        owner = {name: fits[0] if home == heir else home for name, home in owner.items()}
    first: dict[str, int] = {}
    for index, name in _uses(calls, owner):
        first.setdefault(owner[name], index)
        last[owner[name]] = index
    blocks = [Block(name, sizes_bytes[name], first[name], last[name]) for name in first]
    return blocks, owner


def place(blocks: Iterable[Block]) -> Plan:
    """Assign each block the lowest offset that is free during its lifetime.

    Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net Inference", section
    5.2: largest first; or longest-lived first, if that makes the arena smaller.
    """
    by_size = sorted(blocks, key=lambda block: (-block.size_bytes, block.first, block.name))
    by_life = sorted(by_size, key=lambda block: block.first - block.last)
    return min(map(_place_in_turn, (by_size, by_life)), key=lambda plan: plan.arena_bytes)


def _place_in_turn(blocks: Iterable[Block]) -> Plan:
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
    return Plan(offsets, max((offset + block.size_bytes for offset, block in placed), default=0))


def _lowest_gap(size_bytes: int, neighbours: Iterable[tuple[int, Block]]) -> int:
    offset = 0
    for start, other in sorted(neighbours, key=lambda pair: pair[0]):
        if offset + size_bytes <= start:
            break
        end = start + other.size_bytes
        offset = max(offset, -(-end // _ALIGNMENT) * _ALIGNMENT)
    return offset


def _uses(calls: Sequence[Call], homes: Mapping[str, str]) -> Iterable[tuple[int, str]]:
    """Yield (index of the call, tensor) for every use of a tensor in the arena."""
    for index, call in enumerate(calls):
        for operand in (*call.inputs, call.output):
            if isinstance(operand, Argument) and operand.tensor in homes:
                yield index, operand.tensor


def _overwritable(call: Call) -> list[str]:
    operands = [call.inputs[index] for index in call.in_place]
    return [operand.tensor for operand in operands if isinstance(operand, Argument)]
