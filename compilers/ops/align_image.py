"""Align: a picture, turned, scaled and shifted so that its landmarks come closest to places.

Between the stages of a Deep Alignment Network: Kowalski et al. 2017, arXiv:1706.01789, section 3.2.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import image, operand
from compilers.op_parts.arithmetic import centred
from compilers.op_parts.similarity import (
    ONNX_BACK,
    ONNX_SIMILARITY,
    PART_BITS,
    Similarity,
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
from zoo.errors import HubError
from zoo.fixed_point import round_shift, saturate
from zoo.graph import Node, Shape, Tensor, quantization_of
from zoo.op import OnnxCall, Op, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]

_SIDE_MAX = 4096


class AlignImage(Op):
    """A square image under the similarity of compilers.op_parts.similarity, bilinear.

    inputs: image [N, C, S, S]; offsets [N, 2 K] of K points from their places, as fractions of the
    image.  attributes: places, (x0, y0, x1, ...).  Output pixels beyond the image repeat its edge.
    In integers, pixels have at most 8 bits, places in the image 8 fraction bits, and weights of
    pixels add up to 2**16.
    integer: places, offset_multiplier, offset_shift.
    """

    name = "align_image"
    onnx_types = ("AlignImage",)
    onnx_function = f"""AlignImage <places> (image, offsets) => (aligned) {{
        {ONNX_SIMILARITY}
        axis_rows = Constant <value_ints = [2]> ()
        two = Constant <value_float = 2.0> ()
        {ONNX_BACK}
        upper = Concat <axis = 2> (c, d)
        lower = Concat <axis = 2> (minus_d, c)
        matrix = Concat <axis = 1> (upper, lower)
        target_column = Transpose <perm = [0, 2, 1]> (target)
        middle_column = Transpose <perm = [0, 2, 1]> (middle)
        turned = MatMul (matrix, target_column)
        origin = Sub (middle_column, turned)
        row_sums = ReduceSum (matrix, axis_rows)
        origin_twice = Mul (origin, two)
        shifted = Add (row_sums, origin_twice)
        shift = Sub (shifted, one)
        theta = Concat <axis = 2> (matrix, shift)
        shape = Shape (image)
        grid = AffineGrid <align_corners = 0> (theta, shape)
        aligned = GridSample
            <align_corners = 0, mode = "linear", padding_mode = "border"> (image, grid)
    }}"""
    shares_quantization = True
    output_bits_max = 8

    def parse(self, call: OnnxCall) -> Parsed:
        """Read AlignImage of the domain 'zoo'."""
        return Parsed((image(call), operand(call, 1)), {"places": parse_places(call)})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write AlignImage."""
        return OnnxCall("AlignImage", node.attributes, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return the image's shape; raises HubError unless it is square."""
        check_offsets(node, inputs[1])
        shape = inputs[0].shape
        if len(shape) != 4 or shape[2] != shape[3] or not 1 <= int(shape[2]) <= _SIDE_MAX:
            raise HubError(
                f"node '{node.name}' (align_image): '{inputs[0].name}' is {shape}; only square "
                f"images [N, C, S, S] of up to {_SIDE_MAX} pixels a side can be aligned"
            )
        return shape

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Sample in the images' precision."""
        x, offsets = inputs
        places = places_of(node).reshape(-1, 2).astype(offsets.dtype)
        found = similarity(places + pairs(offsets), places, np.where)
        column, row = _sources(found, np.arange(x.shape[2], dtype=x.dtype) + x.dtype.type(0.5))
        left, above = np.floor(column), np.floor(row)
        tap = _taps(x, left.astype(np.int64), above.astype(np.int64))
        right, below = (column - left)[:, None], (row - above)[:, None]
        upper = tap(0, 0) * (1 - right) + tap(0, 1) * right
        lower = tap(1, 0) * (1 - right) + tap(1, 1) * right
        y: NDArray[Any] = upper * (1 - below) + lower * below
        return y

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Sample by torch's grid_sample."""
        import torch
        from torch.nn import functional as F

        x, offsets = inputs
        places = torch.from_numpy(places_of(node).reshape(-1, 2)).to(offsets)
        found = similarity(places + pairs(offsets), places, torch.where)
        size = x.shape[2]
        places_of_pixels = _sources(found, torch.arange(size, device=x.device).to(x) + 0.5)
        grid = torch.stack([(2 * at + 1) / size - 1 for at in places_of_pixels], dim=3)
        return F.grid_sample(x, grid.to(x), padding_mode="border", align_corners=False)

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> NDArray[Any]:
        """Sample exactly at places with 8 fraction bits, and round once."""
        places = np.array(node.integer["places"], np.int64).reshape(-1, 2)
        offsets = integer_offsets(node, inputs[1], tensors[1], "offset")
        found = integer_similarity(places + pairs(offsets), places)
        column, row = _integer_sources(found, inputs[0].shape[2])
        tap = _taps(centred(inputs[0], tensors[0]), column >> PART_BITS, row >> PART_BITS)
        right, below = ((at >> 8 & 255)[:, None] for at in (column, row))
        upper = tap(0, 0) * (256 - right) + tap(0, 1) * right
        lower = tap(1, 0) * (256 - right) + tap(1, 1) * right
        stored = quantization_of(output)
        levels = round_shift(upper * (256 - below) + lower * below, 16, stored.rounding)
        return saturate(levels + stored.zero_point[0], stored.qmin, stored.qmax, stored.dtype)

    def fix_integers(
        self,
        node: Node,
        inputs: Sequence[Tensor],
        output: Tensor,
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the places, and the factor of the offsets."""
        require_8_bit_pixels(node, output)
        return {"places": integer_places(node), **fix_offsets(inputs[1], "offset")}

    def gain(
        self,
        node: Node,  # noqa: ARG002
        inputs: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return 1 for the image; how much the offsets change is unknown."""
        return 1.0, float("inf")


def _sources(found: Similarity, centres: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """Return columns and rows in the image, whole at pixels' centres, [N, S, S].

    centres: of pixels, [S].
    """
    size = len(centres)
    across, down = centres[None, None, :], centres[None, :, None]
    c, d, middle_x, middle_y = (
        values[:, None, None] for values in (found.c, found.d, found.middle_x, found.middle_y)
    )
    dx, dy = across - size * found.target_x, down - size * found.target_y
    return size * middle_x + c * dx + d * dy - 0.5, size * middle_y + c * dy - d * dx - 0.5


def _integer_sources(found: Similarity, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return columns and rows in the image, in 2**-16 pixels, [N, S, S]."""
    c, d, x, y = found.c, found.d, found.target_x, found.target_y
    left = found.middle_x - round_shift(c * x + d * y, PART_BITS, "half_up")
    top = found.middle_y - round_shift(c * y - d * x, PART_BITS, "half_up")
    twice = 2 * np.arange(size, dtype=np.int64) + 1
    across, down = twice[None, None, :], twice[None, :, None]
    c, d, left, top = (values[:, None, None] for values in (c, d, left, top))
    half = 1 << (PART_BITS - 1)
    column = size * left + ((c * across + d * down) >> 1) - half
    row = size * top + ((c * down - d * across) >> 1) - half
    return column, row


def _taps(x: NDArray[Any], left: NDArray[np.int64], above: NDArray[np.int64]) -> Any:  # noqa: ANN401
    """Return a function: the pixels so many rows below and columns right, [N, C, S, S].

    left, above: pixels, [N, S, S].
    """
    batch, last = np.arange(len(x))[:, None, None], x.shape[2] - 1

    def tap(down: int, right: int) -> NDArray[Any]:
        rows, columns = (above + down).clip(0, last), (left + right).clip(0, last)
        taken: NDArray[Any] = np.moveaxis(x[batch, :, rows, columns], 3, 1)
        return taken

    return tap


OP = AlignImage()
