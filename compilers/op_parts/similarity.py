"""The similarity that brings points closest to given places: what ops on aligned pictures share.

The points are `places` + offsets, all as fractions of a square picture, whose outer edges are 0 and
1. With p and q, points and places as distances from their means, least squares give (Umeyama 1991,
"Least-squares estimation of transformation parameters between two point patterns", in the plane)

    size = sum(p p)    along = sum(p q)    across = sum(p x q)    norm = along**2 + across**2
    forward: (a, -b; b, a), a = along / size,        b = across / size
    back:    (c, d; -d, c), c = along * size / norm, d = across * size / norm

around the means. Where that is larger or smaller by more than 4, or the points are at one place,
nothing is turned or scaled: a = c = 1, b = d = 0.

In integers, a picture has 2**16 parts along a side, and so has 1 in a, b, c and d. The sums are
shifted to at most 22 bits before they are divided, and all is rounded half up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arithmetic import centred
from zoo.errors import HubError, QuantizeError, UnsupportedOpError
from zoo.fixed_point import fix_factors, round_divide, round_shift
from zoo.graph import Node, Tensor, quantization_of
from zoo.op import OnnxCall

__all__ = [
    "ONNX_BACK",
    "ONNX_SIMILARITY",
    "PART_BITS",
    "Similarity",
    "check_offsets",
    "fix_offsets",
    "integer_offsets",
    "integer_places",
    "integer_similarity",
    "pairs",
    "parse_places",
    "places_of",
    "require_8_bit_pixels",
    "similarity",
]

PART_BITS = 16
_SUM_BITS = 22
_LARGEST = 4  # of the scale, and of its inverse
_REACH = 64  # offsets may be this many pictures long
_POINTS_MAX = 4096

ONNX_SIMILARITY = """
    given = Constant <value_floats: floats = @places> ()
    one_set = Constant <value_ints = [1, -1, 2]> ()
    sets = Constant <value_ints = [0, -1, 2]> ()
    axis_points = Constant <value_ints = [1]> ()
    axis_both = Constant <value_ints = [1, 2]> ()
    zero = Constant <value_float = 0.0> ()
    one = Constant <value_float = 1.0> ()
    limit = Constant <value_float = 16.0> ()
    turn = Constant <value_floats = [0.0, -1.0, 1.0, 0.0]> ()
    turn_shape = Constant <value_ints = [2, 2]> ()
    quarter = Reshape (turn, turn_shape)
    wanted = Reshape (given, one_set)
    moves = Reshape (offsets, sets)
    points = Add (wanted, moves)
    middle = ReduceMean (points, axis_points)
    target = ReduceMean (wanted, axis_points)
    p = Sub (points, middle)
    q = Sub (wanted, target)
    crossed = MatMul (q, quarter)
    pp = Mul (p, p)
    pq = Mul (p, q)
    p_cross_q = Mul (p, crossed)
    size = ReduceSum (pp, axis_both)
    along = ReduceSum (pq, axis_both)
    across = ReduceSum (p_cross_q, axis_both)
    along_squared = Mul (along, along)
    across_squared = Mul (across, across)
    norm = Add (along_squared, across_squared)
    size_squared = Mul (size, size)
    norm_limit = Mul (norm, limit)
    size_limit = Mul (size_squared, limit)
    is_somewhere = Greater (size, zero)
    is_small = LessOrEqual (size_squared, norm_limit)
    is_large = LessOrEqual (norm, size_limit)
    is_between = And (is_small, is_large)
    fits = And (is_between, is_somewhere)
"""
"""ONNX nodes from input `offsets` and attribute `places` on, in its text form."""

ONNX_BACK = """
    along_size = Mul (along, size)
    across_size = Mul (across, size)
    c_found = Div (along_size, norm)
    d_found = Div (across_size, norm)
    c = Where (fits, c_found, one)
    d = Where (fits, d_found, zero)
    minus_d = Neg (d)
"""
"""Those after ONNX_SIMILARITY that give c, d and -d, of the way back."""


@dataclass(frozen=True)
class Similarity:
    """Similarities of a batch, [N] each, as defined above, of reals or of integers.

    middle_x, middle_y: mean of the points.  target_x, target_y: mean of the places.
    """

    middle_x: Any
    middle_y: Any
    target_x: Any
    target_y: Any
    a: Any
    b: Any
    c: Any
    d: Any


def parse_places(call: OnnxCall) -> tuple[float, ...]:
    """Return attribute `places` (x0, y0, x1, ...); raises UnsupportedOpError if it is none."""
    given = call.attributes.get("places", ())
    is_numbers = isinstance(given, list | tuple) and all(isinstance(v, int | float) for v in given)
    places = tuple(float(value) for value in given) if is_numbers else ()
    if len(places) % 2 or not 4 <= len(places) <= 2 * _POINTS_MAX or not _are_apart(places):
        raise UnsupportedOpError(
            f"{call.where}: {call.op_type} has {len(places)} numbers as its places; expected x and "
            f"y of 2 to {_POINTS_MAX} points that are not all at one place (within "
            f"2**-{PART_BITS}), as fractions of the picture"
        )
    return places


def check_offsets(node: Node, offsets: Tensor) -> None:
    """Raise HubError unless these are offsets of the node's points, [N, 2 K]."""
    count = len(places_of(node))
    if len(offsets.shape) != 2 or offsets.shape[1] != count:
        raise HubError(
            f"node '{node.name}' ({node.op}): it reads '{offsets.name}' {offsets.shape} as offsets "
            f"of {count // 2} points; expected [N, {count}]"
        )


def places_of(node: Node) -> NDArray[np.float32]:
    """Return the node's places, [2 K]."""
    return np.array(node.attributes["places"], np.float32)


def require_8_bit_pixels(node: Node, output: Tensor) -> None:
    """Raise QuantizeError for pixels of more bits, for which places are too coarse."""
    bits = quantization_of(output).bits
    if bits > 8:
        raise QuantizeError(
            f"its pixels '{output.name}' have {bits} bits; {node.op} computes 8-bit pixels only: "
            "leave out the override that gives them more, or choose a scheme that is not fixed "
            "point"
        )


def pairs(values: Any) -> Any:  # noqa: ANN401 (of numpy or torch)
    """Return [N, 2 K] as [N, K, 2]."""
    return values.reshape(values.shape[0], -1, 2)


def similarity(points: Any, places: Any, where: Callable[..., Any]) -> Similarity:  # noqa: ANN401
    """Return the similarities of real points.

    points: [N, K, 2].  places: [K, 2].  where: of numpy, or of torch, whose arrays these are.
    """
    middle, target = points.mean(1), places.mean(0)
    p, q = points - middle[:, None], places - target
    size, along = (p * p).sum((1, 2)), (p * q).sum((1, 2))
    across = (p[..., 0] * q[..., 1] - p[..., 1] * q[..., 0]).sum(1)
    norm, squared, limit = along * along + across * across, size * size, _LARGEST**2
    fits = (size > 0) & (squared <= limit * norm) & (norm <= limit * squared)
    # Both sides of a `where` are computed, and a division by 0 would have no gradient.
    size, norm = where(fits, size, 1.0), where(fits, norm, 1.0)
    along, across = where(fits, along, 1.0), where(fits, across, 0.0)
    back = where(fits, size / norm, 1.0)
    return Similarity(
        *(middle[:, 0], middle[:, 1], target[0], target[1]),
        *(along / size, across / size, along * back, across * back),
    )


def fix_offsets(offsets: Tensor, role: str) -> Mapping[str, tuple[int, ...]]:
    """Return <role>_multiplier and <role>_shift, which turn offsets into parts of a picture."""
    grid = quantization_of(offsets)
    if grid.scale[0] * (grid.qmax - grid.qmin) > _REACH:
        raise QuantizeError(
            f"'{offsets.name}' has steps of {grid.scale[0]:g}: offsets may be up to {_REACH} "
            "pictures long; calibrate with samples like those that the network is made for"
        )
    multiplier, shift = fix_factors([grid.scale[0] * (1 << PART_BITS)])
    return {f"{role}_multiplier": multiplier, f"{role}_shift": shift}


def integer_offsets(
    node: Node, integers: NDArray[Any], tensor: Tensor, role: str
) -> NDArray[np.int64]:
    """Return offsets in parts of a picture, [N, 2 K]."""
    (multiplier,), (shift,) = node.integer[f"{role}_multiplier"], node.integer[f"{role}_shift"]
    return round_shift(centred(integers, tensor) * multiplier, shift, "half_up")


def integer_places(node: Node) -> tuple[int, ...]:
    """Return the places in parts of a picture, x0, y0, x1, ..."""
    return tuple(int(part) for part in _in_parts(places_of(node)))


def integer_similarity(points: NDArray[np.int64], places: NDArray[np.int64]) -> Similarity:
    """Return the similarities of points [N, K, 2] to places [K, 2], in parts of a picture."""
    count = len(places)
    middle = round_divide(points.sum(1), count, "half_up")
    target = round_divide(places.sum(0), count, "half_up")
    p, q = points - middle[:, None], places - target
    size, along = (p * p).sum((1, 2)), (p * q).sum((1, 2))
    across = (p[..., 0] * q[..., 1] - p[..., 1] * q[..., 0]).sum(1)
    shift = _excess_bits(np.maximum(size, np.maximum(np.abs(along), np.abs(across))))
    size, along, across = size >> shift, along >> shift, across >> shift
    norm, squared, limit = along * along + across * across, size * size, _LARGEST**2
    fits = (size > 0) & (squared <= limit * norm) & (norm <= limit * squared)
    forward, back = np.where(fits, size, 1), np.where(fits, norm, 1)
    unit = 1 << PART_BITS
    divided = (
        (along, forward, 1),
        (across, forward, 0),
        (along * size, back, 1),
        (across * size, back, 0),
    )
    turns = (
        round_divide(np.where(fits, numerator, identity) * unit, divisor, "half_up")
        for numerator, divisor, identity in divided
    )
    return Similarity(middle[:, 0], middle[:, 1], target[0], target[1], *turns)


def _excess_bits(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return by how many bits each must be shifted to the right to have at most _SUM_BITS."""
    shift = np.zeros_like(values)
    while ((values >> shift) >> _SUM_BITS).any():
        shift += (values >> shift) >> _SUM_BITS > 0
    return shift


def _in_parts(places: NDArray[np.float32]) -> NDArray[np.float64]:
    parts: NDArray[np.float64] = np.floor(np.float64(places) * (1 << PART_BITS) + 0.5)
    return parts


def _are_apart(places: tuple[float, ...]) -> bool:
    """Whether the places are finite, within reach, and not all the same as integers."""
    if not all(abs(place) <= _REACH for place in places):  # NaN is not
        return False
    parts = _in_parts(np.array(places, np.float32)).reshape(-1, 2)
    return len(np.unique(parts, axis=0)) > 1
