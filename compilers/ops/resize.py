"""Resize: images at another height and width, by nearest or bilinear interpolation.

An output pixel's position in the input is a ratio of integers, so the integer form is exact.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import (
    image,
    integers,
    integers_parameter,
    new_parameter,
    parameter,
    text,
)
from compilers.op_parts.arithmetic import centred
from zoo.errors import UnsupportedOpError
from zoo.fixed_point import round_divide, saturate
from zoo.graph import Node, Shape, Tensor, quantization_of
from zoo.op import OnnxCall, Op, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]

# The first of each is ONNX's default.
_SUPPORTED = {
    "mode": ("nearest", "linear"),
    "coordinate_transformation_mode": ("half_pixel", "asymmetric", "align_corners"),
    "nearest_mode": ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"),
    "keep_aspect_ratio_policy": ("stretch",),
    "antialias": (0,),
}
_MEANINGFUL = {
    "nearest": ("mode", "coordinate_transformation_mode", "nearest_mode"),
    "linear": ("mode", "coordinate_transformation_mode"),
}


class Resize(Op):
    """x [N, C, H, W] to [N, C, height, width].

    attributes: size_hw, and mode, coordinate_transformation_mode, nearest_mode as in ONNX.
    """

    name = "resize"
    onnx_types = ("Resize",)
    shares_quantization = True

    def parse(self, call: OnnxCall) -> Parsed:
        """Read Resize of opset 11; refuses cubic, antialiasing, computed or fractional sizes."""
        x = image(call)
        size_hw = _size_hw(call, x)
        settings = {name: call.attributes.get(name, known[0]) for name, known in _SUPPORTED.items()}
        if settings["coordinate_transformation_mode"] == "pytorch_half_pixel" and min(size_hw) > 1:
            settings["coordinate_transformation_mode"] = "half_pixel"
        for name, known in _SUPPORTED.items():
            if settings[name] not in known:
                raise UnsupportedOpError(
                    f"{call.where}: Resize of '{x.name}' has {name} {settings[name]!r}; supported: "
                    f"{', '.join(map(repr, known))}. Export with one of them"
                )
        kept = {name: settings[name] for name in _MEANINGFUL[settings["mode"]]}
        return Parsed((x,), {"size_hw": size_hw, **kept})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write Resize of opset 18, which allows a dynamic batch."""
        settings = {name: text(node, name) for name in _MEANINGFUL[text(node, "mode")]}
        sizes = new_parameter(node, "sizes", integers(node, "size_hw"))
        return OnnxCall("Resize", {**settings, "axes": (2, 3)}, (*inputs, None, None, sizes))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return [N, C, height, width]."""
        return *inputs[0].shape[:2], *integers(node, "size_hw")

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Interpolate in float32."""
        if text(node, "mode") == "nearest":
            return _nearest(node, inputs[0])
        sums, divisor = _bilinear(node, inputs[0])
        return sums / divisor

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Interpolate by one matrix for each axis: every mode is linear and separable."""
        import torch

        x = inputs[0]
        weights = self._weights(node, x.shape[2], x.shape[3])
        rows, columns = (torch.from_numpy(matrix).to(x) for matrix in weights)
        return rows.mT @ (x @ columns)

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> NDArray[Any]:
        """Interpolate exactly and round once."""
        if text(node, "mode") == "nearest":
            return _nearest(node, inputs[0])
        stored = quantization_of(output)
        sums, divisor = _bilinear(node, centred(inputs[0], tensors[0]))
        levels = round_divide(sums, divisor, stored.rounding) + stored.zero_point[0]
        return saturate(levels, stored.qmin, stored.qmax, stored.dtype)

    def _weights(self, node: Node, height: int, width: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return matrices [H, Ho] and [W, Wo]: the contribution of each row and column."""
        height_out, width_out = integers(node, "size_hw")
        tall = node.with_attributes(size_hw=(height_out, 1))
        wide = node.with_attributes(size_hw=(1, width_out))
        rows = self.run_float(tall, [np.eye(height)[:, None, :, None]])
        columns = self.run_float(wide, [np.eye(width)[:, None, None, :]])
        return rows[:, 0, :, 0], columns[:, 0, 0]


def _nearest(node: Node, x: NDArray[Any]) -> NDArray[Any]:
    for axis, size in enumerate(integers(node, "size_hw"), 2):
        place, divisor = _places(node, x.shape[axis], size)
        index = {
            "floor": place // divisor,
            "ceil": -(-place // divisor),
            "round_prefer_floor": -((divisor - 2 * place) // (2 * divisor)),
            "round_prefer_ceil": (2 * place + divisor) // (2 * divisor),
        }[text(node, "nearest_mode")]
        x = x.take(np.clip(index, 0, x.shape[axis] - 1), axis)
    return x


def _bilinear(node: Node, x: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """Return sums of neighbours with integer weights, and the total weight of a sum."""
    total = 1
    for axis, size in enumerate(integers(node, "size_hw"), 2):
        last = x.shape[axis] - 1
        place, divisor = _places(node, x.shape[axis], size)
        place = np.clip(place, 0, last * divisor)
        below = place // divisor
        weight = (place - below * divisor).astype(x.dtype)
        if axis == 2:
            weight = weight[:, None]
        above = np.minimum(below + 1, last)
        x = x.take(below, axis) * (divisor - weight) + x.take(above, axis) * weight
        total *= divisor
    return x, total


def _places(node: Node, size_in: int, size_out: int) -> tuple[NDArray[np.int64], int]:
    """Return positions of output pixels in the input, as numerators and a common divisor.

    half_pixel: (i + 1/2) * in / out - 1/2; asymmetric: i * in / out;
    align_corners: i * (in - 1) / (out - 1), and 0 for a single pixel (ONNX Resize).
    """
    i = np.arange(size_out, dtype=np.int64)
    match text(node, "coordinate_transformation_mode"):
        case "half_pixel":
            return (2 * i + 1) * size_in - size_out, 2 * size_out
        case "asymmetric":
            return i * size_in, size_out
        case _:
            return i * (size_in - 1), max(size_out - 1, 1)


def _size_hw(call: OnnxCall, x: Tensor) -> tuple[int, int]:
    """Return the output's height and width from sizes or scales."""
    axes = tuple(axis % 4 for axis in call.attributes.get("axes", range(4)))
    sizes = integers_parameter(call, 3, "sizes") or ()
    # A batch unknown at import counts as 0.
    given: Sequence[int | float | str] = [
        x.shape[axis] if size == 0 else size for axis, size in zip(axes, sizes, strict=False)
    ]
    scales = parameter(call, 2, "scales")
    if scales is not None and not given:
        pairs = zip(axes, scales.reshape(-1), strict=False)
        given = [_scaled(x.shape[axis], float(scale)) for axis, scale in pairs]
    target = {**dict(enumerate(x.shape)), **dict(zip(axes, given, strict=False))}
    batch, channels, height, width = target.values()
    fits = len(given) == len(axes) and (batch, channels) == x.shape[:2]
    if fits and isinstance(height, int) and isinstance(width, int) and min(height, width) >= 1:
        return height, width
    raise UnsupportedOpError(
        f"{call.where}: Resize of '{x.name}' {x.shape} to {tuple(target.values())}; only height "
        "and width may change, to whole numbers of pixels: export with sizes instead of scales"
    )


def _scaled(size: int | str, scale: float) -> int | float | str:
    """Return size * scale, as int if the float32 scale represents a whole number."""
    if scale == 1:
        return size
    if isinstance(size, str):
        return f"{scale:g} {size}"
    exact = size * scale
    if math.isfinite(exact) and math.isclose(exact, round(exact), rel_tol=1e-6):
        return round(exact)
    return round(exact, 3)


OP = Resize()
