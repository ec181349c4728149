"""Heatmap of landmarks in the frame of given places.

Between the stages of a Deep Alignment Network: Kowalski et al. 2017, arXiv:1706.01789, section 3.3.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import integer, operand
from compilers.op_parts.similarity import (
    ONNX_SIMILARITY,
    PART_BITS,
    check_offsets,
    fix_offsets,
    integer_offsets,
    integer_places,
    integer_similarity,
    pairs,
    parse_places,
    places_of,
    require_8_bit_pixels,
    similarity,
)
from zoo.errors import UnsupportedOpError
from zoo.fixed_point import round_shift, saturate
from zoo.graph import Node, Quantization, Shape, Tensor, quantization_of
from zoo.op import OnnxCall, Op, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]

_SIDE_MAX = 4096
_PIXEL_BITS = 8
_FAR = 1 << 22  # pixels' parts from the picture's corner, beyond which points are brought back
_NEVER_FAR = 1 << 30


class LandmarkHeatmap(Op):
    """1 / (1 + distance to the nearest point, in pixels), [N, 1, S, S].

    inputs: offsets [N, 2 K] of K points from their places, as fractions of the picture.
    attributes: places, (x0, y0, x1, ...); side, S.  The points are seen under the similarity of
    compilers.op_parts.similarity.
    In integers, points lie at 2**-8 pixels, and squared distances are compared with those at which
    the output has its next step: integer: places, offset_multiplier, offset_shift, and distances,
    below which the output is at least qmin + 1, qmin + 2, ...
    """

    name = "landmark_heatmap"
    onnx_types = ("LandmarkHeatmap",)
    output_bits_max = 8
    onnx_function = f"""LandmarkHeatmap <places, side> (offsets) => (heat) {{
        {ONNX_SIMILARITY}
        first = Constant <value_ints = [0]> ()
        second = Constant <value_ints = [1]> ()
        column_axis = Constant <value_ints = [3]> ()
        row_axis = Constant <value_ints = [2]> ()
        half = Constant <value_float = 0.5> ()
        start = Constant <value_int = 0> ()
        step = Constant <value_int = 1> ()
        pixels = Constant <value_int: int = @side> ()
        a_found = Div (along, size)
        b_found = Div (across, size)
        a = Where (fits, a_found, one)
        b = Where (fits, b_found, zero)
        minus_b = Neg (b)
        upper = Concat <axis = 2> (a, b)
        lower = Concat <axis = 2> (minus_b, a)
        matrix = Concat <axis = 1> (upper, lower)
        turned = MatMul (p, matrix)
        seen = Add (turned, target)
        scale = Cast <to = 1> (pixels)
        in_pixels = Mul (seen, scale)
        x = Gather <axis = 2> (in_pixels, first)
        y = Gather <axis = 2> (in_pixels, second)
        index = Range (start, pixels, step)
        whole = Cast <to = 1> (index)
        centres = Add (whole, half)
        dx = Sub (x, centres)
        dy = Sub (y, centres)
        dx_squared = Mul (dx, dx)
        dy_squared = Mul (dy, dy)
        of_columns = Unsqueeze (dx_squared, row_axis)
        of_rows = Unsqueeze (dy_squared, column_axis)
        squared = Add (of_rows, of_columns)
        nearest = ReduceMin <keepdims = 1> (squared, axis_points)
        distance = Sqrt (nearest)
        more = Add (distance, one)
        heat = Reciprocal (more)
    }}"""

    def parse(self, call: OnnxCall) -> Parsed:
        """Read LandmarkHeatmap of the domain 'zoo'."""
        side = call.attributes.get("side")
        if not isinstance(side, int) or not 1 <= side <= _SIDE_MAX:
            raise UnsupportedOpError(
                f"{call.where}: LandmarkHeatmap has the side {side!r}; expected 1 to {_SIDE_MAX} "
                "pixels"
            )
        return Parsed((operand(call),), {"places": parse_places(call), "side": side})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write LandmarkHeatmap."""
        return OnnxCall("LandmarkHeatmap", node.attributes, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return [N, 1, S, S]."""
        check_offsets(node, inputs[0])
        side = integer(node, "side")
        return inputs[0].shape[0], 1, side, side

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Compute the distances in the offsets' precision."""
        x, y = _seen(node, inputs[0], places_of(node).astype(inputs[0].dtype), np.where)
        centres = np.arange(integer(node, "side"), dtype=x.dtype) + x.dtype.type(0.5)
        heat: NDArray[Any] = 1 / (1 + np.sqrt(_nearest(x, y, centres, np.minimum)))
        return heat[:, None]

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Compute the distances."""
        import torch

        places = torch.from_numpy(places_of(node)).to(inputs[0])
        x, y = _seen(node, inputs[0], places, torch.where)
        centres = torch.arange(integer(node, "side"), device=x.device).to(x) + 0.5
        nearest = _nearest(x, y, centres, torch.minimum)
        # The root has no slope at 0, where a point lies on a pixel's centre.
        distance = nearest.clamp_min(torch.finfo(x.dtype).tiny).sqrt()
        heat: torch.Tensor = 1 / (1 + distance)
        return heat[:, None]

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> NDArray[Any]:
        """Count the steps whose distance is larger."""
        places = np.array(node.integer["places"], np.int64).reshape(-1, 2)
        points = places + pairs(integer_offsets(node, inputs[0], tensors[0], "offset"))
        found, side = integer_similarity(points, places), integer(node, "side")
        a, b = found.a[:, None], found.b[:, None]
        dx, dy = points[..., 0] - found.middle_x[:, None], points[..., 1] - found.middle_y[:, None]
        x = round_shift(a * dx - b * dy, PART_BITS, "half_up") + found.target_x
        y = round_shift(b * dx + a * dy, PART_BITS, "half_up") + found.target_y
        x, y = (
            round_shift(at * side, PART_BITS - _PIXEL_BITS, "half_up").clip(-_FAR, _FAR)
            for at in (x, y)
        )
        centres = (2 * np.arange(side, dtype=np.int64) + 1) << (_PIXEL_BITS - 1)
        nearest = _nearest(x, y, centres, np.minimum)
        steps = np.square(np.array(node.integer["distances"], np.int64))[::-1]
        stored = quantization_of(output)
        levels = stored.qmin + len(steps) - np.searchsorted(steps, nearest, side="right")
        return saturate(levels[:, None], stored.qmin, stored.qmax, stored.dtype)

    def fix_integers(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the places, the factor of the offsets, and the distances."""
        require_8_bit_pixels(node, output)
        grid = quantization_of(output)
        steps = np.arange(grid.qmin + 1, grid.qmax + 1) - grid.zero_point[0]
        return {
            "places": integer_places(node),
            **fix_offsets(inputs[0], "offset"),
            "distances": tuple(_distance((step - 0.5) * grid.scale[0]) for step in steps),
        }

    def fixed_quantization(self, node: Node) -> Quantization:  # noqa: ARG002
        """Return steps of 1/256 from 0: the output is known to lie in [0, 1]."""
        return Quantization((1 / 256,), (0,), signed=False)


def _seen(node: Node, offsets: Any, places: Any, where: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """Return columns and rows of the points in the frame of the places, in pixels, [N, K]."""
    wanted, side = places.reshape(-1, 2), integer(node, "side")
    points = wanted + pairs(offsets)
    found = similarity(points, wanted, where)
    a, b = found.a[:, None], found.b[:, None]
    dx, dy = points[..., 0] - found.middle_x[:, None], points[..., 1] - found.middle_y[:, None]
    return side * (a * dx - b * dy + found.target_x), side * (b * dx + a * dy + found.target_y)


def _nearest(x: Any, y: Any, centres: Any, minimum: Any) -> Any:  # noqa: ANN401
    """Return the squared distance of each pixel to the nearest point, [N, S, S]."""
    across, down = x[..., None] - centres, y[..., None] - centres
    across, down = across * across, down * down
    nearest = down[:, 0, :, None] + across[:, 0, None, :]
    # One point after the other: all at once take hundreds of megabytes.
    for point in range(1, x.shape[1]):
        nearest = minimum(nearest, down[:, point, :, None] + across[:, point, None, :])
    return nearest


def _distance(value: float) -> int:
    """Return the distance below which the output is at least `value`, in 2**-8 pixels."""
    if value <= 0:
        return _NEVER_FAR
    parts = math.floor((1 / value - 1) * (1 << _PIXEL_BITS)) + 1
    return max(0, min(parts, _NEVER_FAR))


OP = LandmarkHeatmap()
