"""Float16 weights: constants followed by DEQUANTIZE, which XNNPACK and the GPU delegate fuse."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.tflite.tflite import TfliteModel, TfliteOp, TfliteTensor

__all__ = ["to_float16"]

_TAKERS = (
    "ADD",
    "CONV_2D",
    "DEPTHWISE_CONV_2D",
    "FULLY_CONNECTED",
    "MUL",
    "PRELU",
    "SUB",
)
"""Ops with the network's weights; other constants, such as bounds, are few."""


def to_float16(model: TfliteModel) -> TfliteModel:
    """Return a float32 file with float16 weights, which a runtime without float16 widens.

    Inputs, outputs and activations stay float32. Values beyond float16 saturate.
    """
    tensors = list(model.tensors)
    read = {index for op in model.ops if op.code in _TAKERS for index in op.inputs}
    widened: dict[int, int] = {}
    for index in sorted(read):
        constant = tensors[index]
        if constant.data is None or constant.dtype != "float32":
            continue
        tensors[index] = replace(constant, dtype="float16", data=_narrow(constant.data))
        tensors.append(TfliteTensor(f"{constant.name}.float32", constant.shape, "float32"))
        widened[index] = len(tensors) - 1
    first = [TfliteOp("DEQUANTIZE", (i,), wide, "DequantizeOptions") for i, wide in widened.items()]
    rest = [
        replace(op, inputs=tuple(widened.get(index, index) for index in op.inputs))
        for op in model.ops
    ]
    return replace(model, tensors=tuple(tensors), ops=(*first, *rest))


def _narrow(data: NDArray[Any]) -> NDArray[np.float16]:
    largest = np.finfo(np.float16).max
    narrow: NDArray[np.float16] = np.clip(data, -largest, largest).astype(np.float16)
    return narrow
