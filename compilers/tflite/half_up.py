"""Layers that round half up, on kernels that round half to even.

XNNPACK multiplies a sum by a factor in float32 and rounds the product half to even. With
power-of-two scales many products are ties. A factor that is larger by one unit in the last place
moves them off the tie, away from zero, which is up for positive products. If an output may be
negative, its sums are raised by enough steps to make them positive, and an ADD, which rounds half
up itself, subtracts these again.

Exact for power-of-two scales if a step of the output is at most 2**15 of the sum's: float32 has
24 bits, a raised output 8. Other layers are unchanged.
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
"""Maximum ratio of an output's steps to its sums', in bits."""

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
    "SPACE_TO_DEPTH",
    "STRIDED_SLICE",
    "TRANSPOSE",
)
_RECTIFIERS = ("RELU", "RELU6")
_ADD_RATIOS = (2**-10, 2**8)
"""Ratio of an input's steps to the output's that XNNPACK's ADD supports."""
_LOWEST = -128
_MANTISSA = 0.5
"""Mantissa of powers of two in frexp."""


def round_half_up(model: TfliteModel) -> TfliteModel:
    """Return the file with every layer changed that rounds half up."""
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
    """Return whether the changed integer file computes the Graph's results bit for bit."""
    return all(_computes_exactly(model.tensors, op) for op in model.ops)


def _computes_exactly(tensors: Sequence[TfliteTensor], op: TfliteOp) -> bool:
    if tensors[op.output].dtype == "int32":  # indices into a table
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
    """Return whether a layer rounds half up, and float32 distinguishes ties from their neighbours.

    If a step of the sums is several output steps, nothing is rounded, and a bias could not raise
    sums by one output step.
    """
    sums = tensors[op.inputs[2]].grid
    assert sums is not None
    is_near = max(sums.scale) <= grid.scale[0] <= min(sums.scale) * 2**SHIFT_MAX
    return grid.rounding == "half_up" and is_near


def _nudge(tensors: list[TfliteTensor], op: TfliteOp) -> None:
    """Increase the scales of weights and sums by one unit in the last place."""
    for index in op.inputs[1:]:
        grid = tensors[index].grid
        assert grid is not None
        scales = np.nextafter(np.array(grid.scale, np.float32), np.float32(np.inf))
        tensors[index] = replace(tensors[index], grid=replace(grid, scale=tuple(scales.tolist())))


def _raised(tensors: list[TfliteTensor], op: TfliteOp, grid: Quantization) -> Sequence[TfliteOp]:
    """Return the op with raised sums, and the ADD after it."""
    output, steps = tensors[op.output], grid.zero_point[0] - _LOWEST
    bias = op.inputs[2]
    tensors[bias] = replace(tensors[bias], data=_raised_bias(tensors[bias], grid, steps))
    raised = replace(grid, zero_point=(_LOWEST,))
    tensors.append(TfliteTensor(f"{output.name}.raised", output.shape, output.dtype, raised))
    # -steps, down to -255, fits into int8 around this zero point.
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
    """Return the bias [K] plus this many output steps."""
    assert bias.data is not None
    assert bias.grid is not None
    raise_by = steps * grid.scale[0] / np.array(bias.grid.scale)
    raised: NDArray[Any] = bias.data + np.rint(raise_by).astype(np.int64)
    return raised
