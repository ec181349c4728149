"""Two-stage storing: the arithmetic of the K210's KPU, from an accumulator to uint8.

A tensor whose quantization has the rounding 'two_stage' is stored by conv, dense, add, sub,
requantize and average pools of equal windows in two steps. The first is the KPU's batch
normalisation, with a factor for each channel:

    v = (acc * bn_multiplier >> bn_shift) + bn_add

floored, in steps of 2**-STAGE_BITS of the output's. The second is its activation, a table of 16
straight segments. The last one with v > start decides:

    y = clip(round((v - start) * multiplier / 2**shift) + bias, 0, 255)    ties to even

Here every table is a clamp, of three segments: the output's range, and one constant on each side.

`node.integer` holds bn_multiplier and bn_shift (K each, 23 and 4 bits), and table_start,
table_multiplier, table_shift and table_bias (16 each). The bias of conv and dense is not in it: it
is a tensor in steps of the accumulator, and `batch_norm_add` turns it into bn_add. That of add and
sub is in `node.integer`, that of requantize and average pools is 0.

All other ops round to a two_stage tensor half to even, as a processor beside the KPU does.
Registers and field widths: Kendryte's standalone SDK, kpu.h (kpu_layer_argument_t).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import QuantizeError
from zoo.fixed_point import STAGE_BITS, TWO_STAGE, fix_factors, round_shift, saturate
from zoo.graph import Node, Quantization

__all__ = ["batch_norm_add", "fix_two_stage", "store_two_stage"]

_MULTIPLIER_BITS = 23
_SHIFTS = (STAGE_BITS, STAGE_BITS + 15)
_ADD_MAX = (1 << 31) - 1
_SEGMENTS = 16
_LEAST, _LARGEST = -(1 << 35), (1 << 35) - 1


def fix_two_stage(
    factors: Sequence[float], limits: tuple[int, int], stored: Quantization
) -> Mapping[str, tuple[int, ...]]:
    """Return the batch normalisation's factors and the table.

    factors: steps of the output for one of the accumulator, positive, one for each channel.
    limits: lowest and highest integer of the output.  stored: its quantization.
    Raises QuantizeError for factors above 2**9, and for other integers than uint8.
    """
    if stored.dtype != "uint8":
        raise QuantizeError(
            f"{stored.dtype} cannot be stored in two stages; only uint8 can: use 8-bit asymmetric "
            "activations, or another scheme"
        )
    multiplier, shift = fix_factors(factors, _MULTIPLIER_BITS, _SHIFTS)
    return {
        "bn_multiplier": multiplier,
        "bn_shift": tuple(each - STAGE_BITS for each in shift),
        **_clamp_table(limits, stored.zero_point[0]),
    }


def batch_norm_add(node: Node, bias: NDArray[Any]) -> NDArray[np.int64]:
    """Return bn_add [K] = round(bias * bn_multiplier / 2**bn_shift), ties up.

    bias: [K], in steps of the accumulator.
    Raises QuantizeError if one needs more than 32 bits.
    """
    multiplier, shift = (np.array(node.integer[f"bn_{key}"]) for key in ("multiplier", "shift"))
    half = np.left_shift(np.int64(1), shift) >> 1
    add: NDArray[np.int64] = (bias.astype(np.int64) * multiplier + half) >> shift
    if np.abs(add).max(initial=0) > _ADD_MAX:
        raise QuantizeError(
            f"node '{node.name}' ({node.op}): its bias is more than {_ADD_MAX >> STAGE_BITS} steps "
            "of its output; calibrate with pictures of what it will see"
        )
    return add


def store_two_stage(
    node: Node,
    accumulator: NDArray[np.int64],
    add: "NDArray[np.int64] | Sequence[int]",
    along: tuple[int, ...] = (-1,),
) -> NDArray[Any]:
    """Return the output's integers. add: bn_add.  along: shape in which channels broadcast."""
    factors = (node.integer["bn_multiplier"], node.integer["bn_shift"], add)
    multiplier, shift, offset = (np.array(each, np.int64).reshape(along) for each in factors)
    levels = _activate(node, (accumulator * multiplier >> shift) + offset)
    return saturate(levels, 0, 255, "uint8")


def _activate(node: Node, values: NDArray[np.int64]) -> NDArray[np.int64]:
    table = (node.integer[f"table_{key}"] for key in ("start", "multiplier", "shift", "bias"))
    start, multiplier, shift, bias = (np.array(column, np.int64) for column in table)
    segment = np.searchsorted(start[1:], values, side="left")
    product = (values - start[segment]) * multiplier[segment]
    # A shift of at least 1 of the doubled product, which has the same ties.
    rounded = round_shift(2 * product, shift[segment] + 1, TWO_STAGE)
    activated: NDArray[np.int64] = rounded + bias[segment]
    return activated


def _clamp_table(limits: tuple[int, int], zero_point: int) -> Mapping[str, tuple[int, ...]]:
    low, high = limits
    starts = [(level - zero_point) << STAGE_BITS for level in limits]
    unused = _SEGMENTS - 3
    return {
        "table_start": (_LEAST, *starts, *[_LARGEST] * unused),
        "table_multiplier": (0, 1, 0, *[0] * unused),
        "table_shift": (0, STAGE_BITS, 0, *[0] * unused),
        "table_bias": (low, low, high, *[high] * unused),
    }
