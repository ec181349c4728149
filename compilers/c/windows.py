"""Pools, resizes, and the windows shared with convolutions."""

from collections.abc import Mapping
from math import prod

import numpy as np
from numpy.typing import NDArray

from compilers.c.kernel_view import KernelView, Steps
from compilers.c.rescaling import activated, rounding_of, stored_range
from compilers.c.storage import sizes
from compilers.op_parts.arguments import integers, text
from zoo.c_program import Call, Setting
from zoo.graph import Tensor, bits_of

__all__ = [
    "Window",
    "lower_average_pool",
    "lower_max_pool",
    "lower_resize",
    "pixel_window",
    "window_settings",
]

Window = Mapping[str, int]
_Places = tuple[NDArray[np.int64], int]


def lower_average_pool(view: KernelView) -> Steps:
    """Lower sum(q - z) over windows, with one factor, or one per position."""
    kernel, grid = integers(view.node, "kernel"), view.input_grid
    if "bn_shift" in view.node.integer:
        yield _average_pool_two_stage(view)
        return
    multiplier, shift = view.fixed("multiplier"), view.fixed("shift")
    bound = prod(kernel) * (grid.qmax - grid.qmin)
    if bound > np.iinfo(np.int32).max:
        view.refuse(
            f"its sums over {prod(kernel)} values may have more than 32 bits",
            "quantize what it reads to 8 bits, or pool twice",
        )
    settings = {
        "window": window_settings(view, kernel),
        "input_zero_point": grid.zero_point[0],
        "multiplier": view.constant("multiplier", "int32_t", multiplier),
        "shift": view.constant("shift", "uint8_t", shift),
        "factor_step": int(len(multiplier) > 1),
        **stored_range(view, view.fixed("range")),
        "rounding": rounding_of(view, multiplier, shift, (bound,) * len(multiplier)),
    }
    yield view.call("average_pool", settings, [view.operand(0)])


def lower_max_pool(view: KernelView) -> Steps:
    """Lower the maximum of each window; pads never win."""
    settings: dict[str, Setting] = {
        "window": window_settings(view, integers(view.node, "kernel")),
        "lowest": view.input_grid.qmin,
    }
    yield view.call("max_pool", settings, [view.operand(0)])


def lower_resize(view: KernelView) -> Steps:
    """Lower nearest and bilinear interpolation."""
    *image, channels = sizes(view.inputs[0].shape)
    *resized, _ = sizes(view.output.shape)
    if max(image) > np.iinfo(np.uint16).max:
        view.refuse(f"its image is {image[0]} x {image[1]}", "at most 65535 rows and columns")
    settings: dict[str, Setting] = {
        "input_height": image[0],
        "input_width": image[1],
        "channels": channels,
        "output_height": resized[0],
        "output_width": resized[1],
    }
    axes = {
        name: (_places(view, size, size_out), size)
        for name, size, size_out in zip(("rows", "columns"), image, resized, strict=True)
    }
    if text(view.node, "mode") == "nearest":
        for name, (places, size) in axes.items():
            settings |= _nearest(view, name, places, size)
        yield view.call("resize_nearest", settings, [view.operand(0)])
        return
    divisor = 1
    for name, (places, size) in axes.items():
        before, weight, of_axis = _neighbours(places, size)
        divisor *= of_axis
        settings |= {
            name: view.constant(name, "uint16_t", before),
            f"{name}_weight": view.constant(f"{name}_weight", "int32_t", weight),
            f"{name}_divisor": of_axis,
        }
    grid = view.output_grid
    settings |= {
        "zero_point": grid.zero_point[0],
        "low": grid.qmin,
        "high": grid.qmax,
        "half_even": int(grid.rounding != "half_up"),
    }
    kernel = "resize_linear_pow2" if _is_shift(divisor, view.output) else "resize_linear"
    yield view.call(kernel, settings, [view.operand(0)])


def _average_pool_two_stage(view: KernelView) -> Call:
    (multiplier,), (shift,) = view.fixed("bn_multiplier"), view.fixed("bn_shift")
    settings = {
        "window": window_settings(view, integers(view.node, "kernel")),
        "input_zero_point": view.input_grid.zero_point[0],
        "multiplier": multiplier,
        "shift": shift,
        **activated(view),
    }
    return view.call("average_pool_two_stage", settings, [view.operand(0)])


def _places(view: KernelView, size: int, resized: int) -> _Places:
    """Return positions of output pixels: numerators and a common divisor (ONNX Resize)."""
    index = np.arange(resized, dtype=np.int64)
    match text(view.node, "coordinate_transformation_mode"):
        case "half_pixel":
            return (2 * index + 1) * size - resized, 2 * resized
        case "asymmetric":
            return index * size, resized
        case _:
            return index * (size - 1), max(resized - 1, 1)


def _nearest(view: KernelView, name: str, places: _Places, size: int) -> dict[str, Setting]:
    """Return the source pixel of each output pixel."""
    place, divisor = places
    match text(view.node, "nearest_mode"):
        case "floor":
            index = place // divisor
        case "ceil":
            index = -(-place // divisor)
        case "round_prefer_floor":
            index = -((divisor - 2 * place) // (2 * divisor))
        case _:
            index = (2 * place + divisor) // (2 * divisor)
    return {name: view.constant(name, "uint16_t", index.clip(0, size - 1))}


def _neighbours(places: _Places, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Return the pixel before each output pixel, and the distance from it: numerator, divisor."""
    place, divisor = places
    before, weight = np.divmod(place.clip(0, (size - 1) * divisor), divisor)
    common = int(np.gcd.reduce(weight, initial=divisor))
    return before, weight // common, divisor // common


def _is_shift(divisor: int, output: Tensor) -> bool:
    """Whether sums of values times `divisor` can be divided by a shift, in 32 bits."""
    # Sums of magnitudes up to divisor * 2^bits, and half of the divisor.
    fits = divisor <= 1 << (30 - bits_of(output.dtype))
    return fits and divisor > 1 and divisor.bit_count() == 1


def window_settings(view: KernelView, kernel: tuple[int, ...]) -> Window:
    """Return the geometry. kernel: height, width. Bottom and right pads are implied."""
    node = view.node
    input_height, input_width, channels = sizes(view.inputs[0].shape)
    top, left, bottom, right = integers(node, "pads")
    strides = integers(node, "strides")
    dilations = integers(node, "dilations") if "dilations" in node.attributes else (1, 1)
    padded = input_height + top + bottom, input_width + left + right
    output_height, output_width = (
        (size - (taps - 1) * dilation - 1) // stride + 1
        for size, taps, dilation, stride in zip(padded, kernel, dilations, strides, strict=True)
    )
    return {
        "input_height": input_height,
        "input_width": input_width,
        "channels": channels,
        "output_height": output_height,
        "output_width": output_width,
        "kernel_height": kernel[0],
        "kernel_width": kernel[1],
        "stride_y": strides[0],
        "stride_x": strides[1],
        "dilation_y": dilations[0],
        "dilation_x": dilations[1],
        "pad_top": top,
        "pad_left": left,
    }


def pixel_window(channels: int) -> Window:
    """Return the geometry of a one-pixel image."""
    return {
        "input_height": 1,
        "input_width": 1,
        "channels": channels,
        "output_height": 1,
        "output_width": 1,
        "kernel_height": 1,
        "kernel_width": 1,
        "stride_y": 1,
        "stride_x": 1,
        "dilation_y": 1,
        "dilation_x": 1,
        "pad_top": 0,
        "pad_left": 0,
    }
