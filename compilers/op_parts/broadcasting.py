"""Shapes of element-wise ops with two inputs, as ONNX and numpy broadcast them."""

from collections.abc import Sequence
from itertools import zip_longest

from zoo.errors import HubError
from zoo.graph import Node, Shape, Tensor

__all__ = ["broadcast_shape"]


def broadcast_shape(node: Node, inputs: Sequence[Tensor]) -> Shape:
    """Return the common shape; raises HubError where the inputs do not fit together."""
    first, second = (tensor.shape for tensor in inputs)
    sizes = zip_longest(reversed(first), reversed(second), fillvalue=1)
    shape = tuple(_common(pair) for pair in sizes)[::-1]
    if None in shape:
        raise HubError(
            f"node '{node.name}' ({node.op}): shapes {first} and {second} do not fit together"
        )
    return tuple(size for size in shape if size is not None)


def _common(pair: tuple[int | str, int | str]) -> int | str | None:
    different = [size for size in dict.fromkeys(pair) if size != 1] or [1]
    return different[0] if len(different) == 1 else None
