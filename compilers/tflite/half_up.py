"""Layers that round half up, by kernels that round half to even.

XNNPACK multiplies a sum by a factor in float32 and rounds the product half to even. With
power-of-two scales many products are ties. A factor that is larger by one unit in the last place
takes them off the tie, away from zero: up, as long as they are positive. Where an output may be
negative, its sums are raised by as many steps as make them positive, and an ADD, which rounds half
up by itself, takes these off again.

Exact for power-of-two scales while a step of the output is at most 2**15 of the sum's: float32 has
24 bits, a raised output 8. Other layers stay as they are.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.tflite.tflite import TfliteModel, TfliteOp, TfliteTensor
from zoo.graph import Quantization

__all__ = ["SHIFT_MAX", "is_exact", "round_half_up"]

SHIFT_MAX = 15
"""Bits by which an output's steps may be coarser than its sums."""

_LAYERS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
_SUMS = ("ADD", "SUB")
_COPIES = (
    "CONCATENATION",
    "DEPTH_TO_SPACE",
    "GATHER",
    "MAXIMUM",
    "MAX_POOL_2D",
    "MINIMUM",
    "PAD",
    "PADV2",
    "RELU",
    "RELU6",
    "RESHAPE",
    "RESIZE_NEAREST_NEIGHBOR",
    "STRIDED_SLICE",
    "TRANSPOSE",
)
_RECTIFIERS = ("RELU", "RELU6")
_ADD_RATIOS = (2**-10, 2**8)
"""From an input's steps to the output's, where XNNPACK has an ADD."""
_LOWEST = -128
_MANTISSA = 0.5
"""Of powers of two, as frexp gives it."""


def round_half_up(model: TfliteModel) -> TfliteModel:
    """Return the file with every layer changed whose output is rounded half up."""
    tensors, ops = list(model.tensors), []
    for op in model.ops:
        grid = tensors[op.output].grid
        if op.code not in _LAYERS or grid is None or not _is_within_reach(tensors, op, grid):
            ops.append(op)
            continue
        is_positive = op.settings["fusedActivationFunction"] in _RECTIFIERS
        if is_positive or grid.zero_point == (_LOWEST,):
            ops.append(op)
        else:
            ops.extend(_raised(tensors, op, grid))
        _nudge(tensors, op)
    return replace(model, tensors=tuple(tensors), ops=tuple(ops))


def is_exact(model: TfliteModel) -> bool:
    """Tell whether a file of integers, so changed, computes what the Graph means, to the bit."""
    return all(_computes_exactly(model.tensors, op) for op in model.ops)


def _computes_exactly(tensors: Sequence[TfliteTensor], op: TfliteOp) -> bool:
    if tensors[op.output].dtype == "int32":  # places in a table
        return True
    grid, source = tensors[op.output].grid, tensors[op.inputs[0]].grid
    if grid is None or source is None:
        return (grid, op.code) == (None, "DEQUANTIZE") or (source, op.code) == (None, "QUANTIZE")
    if op.code in _LAYERS:
        sums = tensors[op.inputs[2]].grid
        assert sums is not None
        are_powers = _are_powers_of_two((*grid.scale, *sums.scale))
        are_whole = grid.scale[0] <= min(sums.scale)
        return are_powers and (are_whole or _is_within_reach(tensors, op, grid))
    if op.code in _SUMS:
        ratios = [
            scale / grid.scale[0]
            for index in op.inputs
            for scale in (tensors[index].grid or grid).scale
        ]
        are_near = _ADD_RATIOS[0] <= min(ratios) <= max(ratios) < _ADD_RATIOS[1]
        return grid.rounding == "half_up" and are_near and _are_powers_of_two(ratios)
    return op.code in _COPIES


def _are_powers_of_two(values: Sequence[float]) -> bool:
    return bool(np.all(np.frexp(np.array(values))[0] == _MANTISSA))


def _is_within_reach(tensors: Sequence[TfliteTensor], op: TfliteOp, grid: Quantization) -> bool:
    """Tell whether a layer rounds half up, and float32 can tell its ties from their neighbours.

    Where a step of the sums is several of the output, nothing is rounded, nor could a bias raise
    sums by one of these.
    """
    sums = tensors[op.inputs[2]].grid
    assert sums is not None
    is_near = max(sums.scale) <= grid.scale[0] <= min(sums.scale) * 2**SHIFT_MAX
    return grid.rounding == "half_up" and is_near


def _nudge(tensors: list[TfliteTensor], op: TfliteOp) -> None:
    """Make the scales of weights and sums larger by one unit in the last place."""
    for index in op.inputs[1:]:
        grid = tensors[index].grid
        assert grid is not None
        scales = np.nextafter(np.array(grid.scale, np.float32), np.float32(np.inf))
        tensors[index] = replace(tensors[index], grid=replace(grid, scale=tuple(scales.tolist())))


def _raised(tensors: list[TfliteTensor], op: TfliteOp, grid: Quantization) -> Sequence[TfliteOp]:
    """Return the op with its sums raised, and the ADD behind it."""
    output, steps = tensors[op.output], grid.zero_point[0] - _LOWEST
    bias = op.inputs[2]
    tensors[bias] = replace(tensors[bias], data=_raised_bias(tensors[bias], grid, steps))
    raised = replace(grid, zero_point=(_LOWEST,))
    tensors.append(TfliteTensor(f"{output.name}.raised", output.shape, output.dtype, raised))
    # -steps, which may be -255, fits into int8 around this zero point.
    around = replace(grid, zero_point=(127,))
    lowering = np.array([around.zero_point[0] - steps])
    tensors.append(TfliteTensor(f"{output.name}.lowering", (1,), "int8", around, lowering))
    settings = {**op.settings, "fusedActivationFunction": "NONE"}
    activation = {"fusedActivationFunction": op.settings["fusedActivationFunction"]}
    first, second = len(tensors) - 2, len(tensors) - 1
    return (
        replace(op, output=first, settings=settings),
        TfliteOp("ADD", (first, second), op.output, "AddOptions", activation),
    )


def _raised_bias(bias: TfliteTensor, grid: Quantization, steps: int) -> NDArray[Any]:
    """Return the bias [K] plus so many steps of the output."""
    assert bias.data is not None
    assert bias.grid is not None
    raise_by = steps * grid.scale[0] / np.array(bias.grid.scale)
    raised: NDArray[Any] = bias.data + np.rint(raise_by).astype(np.int64)
    return raised
