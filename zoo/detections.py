"""Detections, defined bit for bit: those of any detector, and faces in an anchor-free one's maps.

A cell (row r, column c) of a map with stride S has a logit and the distances l, t, r, b from its
centre to the face's edges, in strides, float32. A distance in 1/256 pixel is

    d = clamp(floor(v S 256 + 0.5), 0, 2**24)        in double, where each step is exact; nan is 0

and the box x0 = 128 (2 c + 1) S - d_l, y0 = 128 (2 r + 1) S - d_t, x1 = .. + d_r, y1 = .. + d_b.

A cell is a candidate if its logit reaches a threshold. Candidates are sorted by key, highest
first, then by map, row and column; only the first ones are considered. In that order, a candidate
is dropped if a kept one overlaps it too much: 100 inter > iou_percent union, in 64-bit integers
(`survivors`). No score is ever computed: a face's key is its logit's bits as an integer with the
same order. An 8-bit map represents float32((q - zero_point) scale): `tables` has the 256 results.

The contract steps 'boxes' and 'nms' use the same distances and `survivors`, with scores as keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoo.errors import RecipeError

__all__ = [
    "CHANNELS",
    "Candidates",
    "Detections",
    "Limits",
    "MapTables",
    "candidates",
    "candidates_of_bytes",
    "detect",
    "distances_q8",
    "logits",
    "suppress",
    "survivors",
    "tables",
]

CHANNELS = 5
"""Of a map: the logit, then the distances to the left, top, right and bottom edge."""

_LARGEST_Q8 = 1 << 24


@dataclass(frozen=True)
class Limits:
    """Maximum candidates and detections, and when two boxes count as the same."""

    candidates: int = 256
    faces: int = 32
    iou_percent: int = 45


@dataclass(frozen=True)
class Candidates:
    """Cells that may be faces, in the order of maps, rows and columns.

    boxes_q8: [N, 4] int64 x0 y0 x1 y1 in 1/256 pixel of the network's input.  keys: [N] int64.
    """

    boxes_q8: NDArray[np.int64]
    keys: NDArray[np.int64]


@dataclass(frozen=True)
class Detections:
    """Faces sorted by key.

    faces: [limit, 5] int32: x0 y0 x1 y1 in 1/256 pixel of the network's input, and the key; rows
    from `count` on are 0.
    """

    faces: NDArray[np.int32]
    count: int


def detect(
    maps: Sequence[NDArray[np.float32]],
    strides: Sequence[int],
    least_logit: float,
    limits: Limits | None = None,
) -> Detections:
    """Return the faces in maps [5, H, W] float32; raises RecipeError for another shape or type."""
    return suppress(candidates(maps, strides, least_logit), limits or Limits())


def candidates(
    maps: Sequence[NDArray[np.float32]], strides: Sequence[int], least_logit: float
) -> Candidates:
    """Return the cells of maps [5, H, W] float32 whose logit is at least float32(least_logit)."""
    found = []
    for values, stride in zip(maps, strides, strict=True):
        _check(values, np.float32)
        rows, columns = np.nonzero(values[0] >= np.float32(least_logit))
        distances = distances_q8(values[1:, rows, columns], stride)
        boxes = _boxes_q8(rows, columns, stride, distances)
        found.append(Candidates(boxes, _keys(values[0, rows, columns])))
    return _joined(found)


@dataclass(frozen=True)
class MapTables:
    """Meaning of each value -128..127 of an 8-bit map, indexed by value + 128.

    distances_q8, keys: [256] int64.  is_candidate: [256] bool.
    """

    distances_q8: NDArray[np.int64]
    keys: NDArray[np.int64]
    is_candidate: NDArray[np.bool_]


def tables(scale: float, zero_point: int, stride: int, least_logit: float) -> MapTables:
    """Return the tables of a map that represents float32((q - zero_point) scale)."""
    values = ((np.arange(-128, 128) - zero_point) * float(scale)).astype(np.float32)
    return MapTables(distances_q8(values, stride), _keys(values), values >= np.float32(least_logit))


def candidates_of_bytes(
    maps: Sequence[NDArray[np.int8]], strides: Sequence[int], meaning: Sequence[MapTables]
) -> Candidates:
    """Return the result of `candidates` for the numbers that maps [5, H, W] int8 represent."""
    found = []
    for values, stride, table in zip(maps, strides, meaning, strict=True):
        _check(values, np.int8)
        index = values.astype(np.int64) + 128
        rows, columns = np.nonzero(table.is_candidate[index[0]])
        distances = table.distances_q8[index[1:, rows, columns]]
        boxes = _boxes_q8(rows, columns, stride, distances)
        found.append(Candidates(boxes, table.keys[index[0, rows, columns]]))
    return _joined(found)


def suppress(found: Candidates, limits: Limits) -> Detections:
    """Return the candidates that no better one overlaps too much."""
    kept = survivors(found.boxes_q8, found.keys, limits)
    faces = np.zeros((limits.faces, CHANNELS), np.int32)
    faces[: len(kept), :4] = found.boxes_q8[kept]
    faces[: len(kept), 4] = found.keys[kept]
    return Detections(faces, len(kept))


def survivors(
    boxes_q8: NDArray[np.int64],
    keys: NDArray[np.int64] | NDArray[np.float64],
    limits: Limits,
    classes: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Return the indices of the boxes [N, 4] that no better one overlaps too much, best first.

    keys: [N], not nan. Of equal keys the lower index is better.
    classes: [N]; only boxes of the same class suppress each other. None: all boxes do.
    """
    kept: list[int] = []
    order = np.argsort(-keys, kind="stable")[: limits.candidates]
    for index in order.tolist():
        if len(kept) == limits.faces:
            break
        rivals = np.array(kept, np.int64)
        if classes is not None:
            rivals = rivals[classes[rivals] == classes[index]]
        if not _overlaps(boxes_q8[index], boxes_q8[rivals], limits.iou_percent):
            kept.append(index)
    return np.array(kept, np.int64)


def logits(keys: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the logits that keys represent."""
    ordered = keys.astype(np.int32)
    return _flipped(ordered).view(np.float32)


def distances_q8(
    values: NDArray[np.float32] | NDArray[np.float64], stride: float
) -> NDArray[np.int64]:
    """Return distances in strides as integers in 1/256 pixel."""
    exact = np.where(np.isnan(values), 0, values).astype(np.float64) * (stride * 256)
    return np.clip(np.floor(exact + 0.5), 0, _LARGEST_Q8).astype(np.int64)


def _check(values: NDArray[np.generic], dtype: type[np.generic]) -> None:
    if values.dtype != dtype or values.ndim != 3 or len(values) != CHANNELS:
        raise RecipeError(
            f"map of faces is {values.dtype.name} {values.shape}; expected "
            f"{np.dtype(dtype).name} ({CHANNELS}, H, W): a logit and four distances"
        )


def _boxes_q8(
    rows: NDArray[np.intp], columns: NDArray[np.intp], stride: int, distances: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return [N, 4] boxes. distances: [4, N]."""
    x, y = (2 * columns + 1) * (stride * 128), (2 * rows + 1) * (stride * 128)
    left, top, right, bottom = distances
    return np.stack([x - left, y - top, x + right, y + bottom], axis=1)


def _keys(values: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return integers with the same order; -0 counts as 0."""
    return _flipped((values + np.float32(0)).view(np.int32)).astype(np.int64)


def _flipped(bits: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the bits, inverted except for the sign if that is set; its own inverse."""
    return np.where(bits < 0, bits ^ np.int32(0x7FFFFFFF), bits)


def _joined(found: Sequence[Candidates]) -> Candidates:
    return Candidates(
        np.concatenate([part.boxes_q8 for part in found]),
        np.concatenate([part.keys for part in found]),
    )


def _overlaps(box: NDArray[np.int64], kept: NDArray[np.int64], iou_percent: int) -> bool:
    """Return whether any kept box [N, 4] is the same as this one."""
    low, high = np.maximum(box[:2], kept[:, :2]), np.minimum(box[2:], kept[:, 2:])
    inter = np.maximum(high - low, 0).prod(axis=1)
    areas = (kept[:, 2:] - kept[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    return bool(np.any(100 * inter > iou_percent * (areas - inter)))
