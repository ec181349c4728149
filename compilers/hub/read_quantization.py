"""Reads a tensor's quantization from QuantizeLinear and DequantizeLinear."""

import numpy as np
from onnx import TensorProto

from compilers.hub.functions import ACCUMULATOR
from zoo.errors import UnsupportedOpError
from zoo.graph import Quantization, Shape, Tensor
from zoo.op import OnnxCall

__all__ = ["integer_type", "read_quantization"]

_TYPES = ("int8", "uint8", "int16", "uint16")
_CONSTANT_TYPES = (*_TYPES, "int4", "uint4", "int32")


def integer_type(call: OnnxCall) -> str:
    """Return QuantizeLinear's output type: that of its zero point, or uint8."""
    zero_point = call.inputs[2] if len(call.inputs) > 2 else None
    if zero_point:
        return zero_point.dtype
    number = call.attributes.get("output_dtype", 0) or TensorProto.UINT8
    names: dict[int, str] = {n: name.lower() for name, n in TensorProto.DataType.items()}
    return names.get(int(number), str(number))


def read_quantization(
    call: OnnxCall, dtype: str, shape: Shape, rounding: str = "half_even"
) -> Quantization:
    """Return the Quantization of the integers [shape] that the call writes or reads.

    Raises UnsupportedOpError for features of newer quantizers: per-block scales, computed scales,
    scales of types other than float32, per-channel activations.
    """
    scale, zero_point = (_parameter(call, index) for index in (1, 2))
    is_constant = call.inputs[0] is not None and call.inputs[0].is_constant
    allowed = _CONSTANT_TYPES if is_constant else _TYPES
    if dtype not in allowed and not _is_accumulator(call, dtype):
        raise _refusal(call, f"integers of type {dtype}", f"{', '.join(allowed)}")
    if scale is None or scale.dtype != "float32" or scale.data is None:
        raise _refusal(call, "scales that are not float32", "float32 scales")
    scales = scale.data.reshape(-1)
    zeros = np.zeros(scales.shape, int)
    if zero_point is not None and zero_point.data is not None:
        zeros = zero_point.data.reshape(-1)
    if len(scale.shape) > 1 or call.attributes.get("block_size", 0) or len(zeros) != len(scales):
        raise _refusal(call, f"scales of shape {scale.shape}", "one scale, or one per channel")
    if not (np.isfinite(scales).all() and (scales > 0).all()):
        raise _refusal(call, "a scale that is zero, negative or not finite", "positive scales")
    bits = int(dtype.removeprefix("u").removeprefix("int"))
    return Quantization(
        scale=tuple(float(value) for value in scales),
        zero_point=tuple(int(value) for value in zeros),
        bits=bits,
        signed=not dtype.startswith("u"),
        axis=_axis(call, scale, shape, is_constant),
        rounding=rounding,
    )


def _is_accumulator(call: OnnxCall, dtype: str) -> bool:
    """Whether the call makes the int32 output of a network, or reads it."""
    x = call.inputs[0]
    is_quantized = x is not None and x.quantization is not None
    return dtype == "int32" and (call.op_type == ACCUMULATOR or is_quantized)


def _parameter(call: OnnxCall, index: int) -> Tensor | None:
    tensor = call.inputs[index] if index < len(call.inputs) else None
    if tensor is not None and not tensor.is_constant:
        raise _refusal(call, f"the computed parameter '{tensor.name}'", "constants")
    return tensor


def _axis(call: OnnxCall, scale: Tensor, shape: Shape, is_constant: bool) -> int | None:
    """Return the axis of the scales, None for one scale.

    A single scale along axis 0 belongs to a weight with one output channel; along any other axis it
    covers the whole tensor, such as a depthwise weight [C, 1, kh, kw].
    """
    if scale.shape == ():
        return None
    axis, count = int(call.attributes.get("axis", 1)), scale.shape[0]
    if count == 1 and axis != 0:
        return None
    if -len(shape) <= axis < len(shape) and shape[axis] == count and is_constant:
        return axis % len(shape)
    if count == 1:
        return None
    raise _refusal(
        call,
        f"{count} scales along axis {axis} of {shape}",
        "one scale per activation, and one scale or one per channel for constants",
    )


def _refusal(call: OnnxCall, found: str, allowed: str) -> UnsupportedOpError:
    return UnsupportedOpError(
        f"{call.where}: {call.op_type} has {found}; supported are {allowed}: quantize the network "
        "with these, or give the float network"
    )
