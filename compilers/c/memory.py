"""The blocks of a C program's arena: which tensors use the same memory."""

from collections.abc import Iterable, Mapping, Sequence

from compilers.memory_plan import Block
from zoo.c_program import Argument, Call

__all__ = ["blocks_of"]


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


def _uses(calls: Sequence[Call], homes: Mapping[str, str]) -> Iterable[tuple[int, str]]:
    """Yield (index of the call, tensor) for every use of a tensor in the arena."""
    for index, call in enumerate(calls):
        for operand in (*call.inputs, call.output):
            if isinstance(operand, Argument) and operand.tensor in homes:
                yield index, operand.tensor


def _overwritable(call: Call) -> list[str]:
    operands = [call.inputs[index] for index in call.in_place]
    return [operand.tensor for operand in operands if isinstance(operand, Argument)]
