"""Einsum of two values as a product of matrices, between transposes and reshapes.

The axes of both values are of four kinds: those that all three have, those that are summed, and
those of one value alone, which become the rows and the columns.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from types import MappingProxyType

import numpy as np

from compilers.hub.compose.parts import Parts
from zoo.graph import Tensor

__all__ = ["COMPOSITIONS"]


@dataclass(frozen=True)
class _Axes:
    """The letters of an equation by kind. samples: that of the batch, which one value may lack."""

    samples: str
    shared: str
    summed: str
    rows: str
    columns: str


def _einsum(parts: Parts) -> None:
    """Write 'bhid,bhjd->bhij' as [B, H, I, D] @ [B, H, D, J]."""
    equation = _text(parts).replace(" ", "")
    operands, _, output = equation.partition("->")
    words = operands.split(",")
    axes = _axes(parts, words, output)
    if axes is None:
        raise parts.refusal(
            f"its equation is '{equation}'",
            "only products of two values are supported, whose first axis is the batch and whose "
            "other axes are distinct, such as 'bhid,bhjd->bhij': write it as matmul, transpose "
            "and sum",
        )
    sizes = {
        letter: int(size)
        for index, word in enumerate(words)
        for letter, size in zip(word, parts.tensor(index).shape, strict=True)
        if letter != axes.samples
    }
    first = _laid(parts, 0, words[0], (axes.rows, axes.summed), axes, sizes)
    second = _laid(parts, 1, words[1], (axes.summed, axes.columns), axes, sizes)
    product = parts.add("MatMul", first, second)
    letters = f"{axes.shared}{axes.rows}{axes.columns}"
    whole = parts.reshape(product, [sizes[letter] for letter in letters])
    order = tuple(f"{axes.samples}{letters}".index(letter) for letter in output)
    parts.give(_transposed(parts, whole, order))


def _text(parts: Parts) -> str:
    equation = parts.attribute("equation", "")
    return equation.decode() if isinstance(equation, bytes) else str(equation)


def _axes(parts: Parts, words: Sequence[str], output: str) -> _Axes | None:
    """Return the letters by kind, None for an equation of another form."""
    if len(words) != 2 or not output or len(parts.node.inputs) != 2:
        return None
    if any(len(set(word)) < len(word) or not word.isalpha() for word in (*words, output)):
        return None
    samples = output[0]
    computed = [i for i in range(2) if not parts.tensor(i).is_constant]
    if any(words[i][0] != samples for i in computed) or any(
        samples in words[i] for i in range(2) if i not in computed
    ):
        return None
    first, second = (word.replace(samples, "") for word in words)
    shared = "".join(c for c in first if c in second and c in output)
    summed = "".join(c for c in first if c in second and c not in output)
    rows = "".join(c for c in first if c not in second)
    columns = "".join(c for c in second if c not in first)
    if not summed or sorted(f"{samples}{shared}{rows}{columns}") != sorted(output):
        return None
    return _Axes(samples, shared, summed, rows, columns)


def _laid(
    parts: Parts,
    index: int,
    word: str,
    matrix: tuple[str, str],
    axes: _Axes,
    sizes: Mapping[str, int],
) -> str:
    """Add an input as [batch, shared axes, matrix]; each side of the matrix may be several axes."""
    tensor = parts.tensor(index)
    held = axes.samples if axes.samples in word else ""
    order = tuple(word.index(letter) for letter in f"{held}{axes.shared}{''.join(matrix)}")
    shape = [sizes[c] for c in axes.shared] + [prod(sizes[c] for c in side) for side in matrix]
    if tensor.data is None:
        return parts.reshape(_transposed(parts, parts.input(index), order), shape)
    if tensor.quantization is not None and tensor.quantization.axis is not None:
        raise parts.refusal(
            f"its constant '{tensor.name}' has scales for each channel",
            "only one for the whole tensor is supported: quantize it per tensor",
        )
    return parts.known(_moved(tensor, order, shape))


def _transposed(parts: Parts, value: str, order: tuple[int, ...]) -> str:
    is_in_place = order == tuple(range(len(order)))
    return value if is_in_place else parts.add("Transpose", value, perm=order)


def _moved(tensor: Tensor, order: tuple[int, ...], shape: Sequence[int]) -> Tensor:
    data = np.ascontiguousarray(np.asarray(tensor.data).transpose(order).reshape(shape))
    return replace(tensor, shape=data.shape, data=data)


COMPOSITIONS: Mapping[str, Callable[[Parts], None]] = MappingProxyType({"Einsum": _einsum})
