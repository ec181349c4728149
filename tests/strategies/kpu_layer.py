"""The K210's KPU in plain integers, written for tests from the layer registers' description."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Layer", "activate", "run_layer", "table_of"]


@dataclass(frozen=True)
class Layer:
    """The registers that decide numbers.

    weights: [K, C or 1, 3, 3] or [K, C or 1, 1, 1], uint8; one input channel means depthwise.
    bn: (multiplier, shift, add) of each channel.  table: (start, multiplier, shift, bias) of 16
    segments.
    """

    weights: np.ndarray
    is_depthwise: bool
    pad_value: int
    arg_x: int
    arg_w: int
    arg_add: int
    bn: Sequence[tuple[int, int, int]]
    table: Sequence[tuple[int, int, int, int]]


def run_layer(layer: Layer, x: np.ndarray) -> np.ndarray:
    """Return [K, H, W], uint8, of stride 1 and SAME padding. x: [C, H, W], uint8."""
    side = layer.weights.shape[-1]
    pad = side // 2
    padded = np.pad(
        x.astype(int), ((0, 0), (pad, pad), (pad, pad)), constant_values=layer.pad_value
    )
    _, height, width = x.shape
    out = np.zeros((len(layer.weights), height, width), np.uint8)
    for k, weight in enumerate(layer.weights.astype(int)):
        read = padded[k : k + 1] if layer.is_depthwise else padded
        for row, column in np.ndindex(height, width):
            seen = read[:, row : row + side, column : column + side]
            sums = int((seen * weight).sum())
            sums += layer.arg_x * int(seen.sum()) + layer.arg_w * int(weight.sum())
            sums += layer.arg_add * len(read)
            multiplier, shift, add = layer.bn[k]
            value = (sums * multiplier >> shift) + add
            out[k, row, column] = activate(layer.table, value)
    return out


def activate(table: Sequence[tuple[int, int, int, int]], value: int) -> int:
    """Return the activation of one batch-normalised sum."""
    start, multiplier, shift, bias = [each for each in table if value > each[0]][-1]
    product = (value - start) * multiplier
    rounded, rest = product >> shift, product & ((1 << shift) - 1)
    if 2 * rest > 1 << shift or (2 * rest == 1 << shift and rounded % 2):
        rounded += 1
    return min(max(rounded + bias, 0), 255)


def table_of(integer: Mapping[str, tuple[int, ...]]) -> list[tuple[int, int, int, int]]:
    """Return a node's table; every field fits its bits."""
    columns = [integer[f"table_{key}"] for key in ("start", "multiplier", "shift", "bias")]
    rows = list(zip(*columns, strict=True))
    assert len(rows) == 16
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    for start, multiplier, shift, bias in rows:
        assert -(1 << 35) <= start < 1 << 35
        assert -(1 << 15) <= multiplier < 1 << 15
        assert 0 <= shift < 256
        assert 0 <= bias < 256
    return rows
