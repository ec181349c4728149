"""Detections to the bit: worked out by hand, and against a slow, literal form of the definition."""

import math
import struct
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.detections import (
    Candidates,
    Detections,
    Limits,
    candidates,
    candidates_of_bytes,
    detect,
    logits,
    suppress,
    tables,
)
from zoo.errors import RecipeError

STRIDES = (8, 16, 32)


def empty_maps(size: int = 64) -> list[np.ndarray]:
    maps = [np.zeros((5, size // stride, size // stride), np.float32) for stride in STRIDES]
    for values in maps:
        values[0] = -10
    return maps


def key_of(logit: float) -> int:
    (bits,) = struct.unpack("<i", struct.pack("<f", logit + 0.0))
    return bits if bits >= 0 else bits ^ 0x7FFFFFFF


def literal(maps: Sequence[np.ndarray], least: float, limits: Limits) -> list[list[int]]:
    """The definition, cell by cell, in Python's integers and doubles."""
    found = []
    for number, (values, stride) in enumerate(zip(maps, STRIDES, strict=True)):
        for r in range(values.shape[1]):
            for c in range(values.shape[2]):
                logit, *sides = (float(v) for v in values[:, r, c])
                if logit >= float(np.float32(least)):
                    d = [0 if math.isnan(v) else _distance(v, stride) for v in sides]
                    x, y = 128 * (2 * c + 1) * stride, 128 * (2 * r + 1) * stride
                    box = [x - d[0], y - d[1], x + d[2], y + d[3]]
                    found.append((-key_of(logit), number, r, c, box))
    kept: list[list[int]] = []
    for minus_key, *_, box in sorted(found)[: limits.candidates]:
        if len(kept) < limits.faces and not any(
            _same(box, other, limits.iou_percent) for other in kept
        ):
            kept.append([*box, -minus_key])
    return kept


def _distance(value: float, stride: int) -> int:
    if math.isinf(value):
        return 1 << 24 if value > 0 else 0
    return min(max(math.floor(value * stride * 256 + 0.5), 0), 1 << 24)


def _same(a: list[int], b: list[int], percent: int) -> bool:
    width, height = (max(min(a[i + 2], b[i + 2]) - max(a[i], b[i]), 0) for i in (0, 1))
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return 100 * width * height > percent * (areas - width * height)


@st.composite
def random_maps(draw: st.DrawFn) -> list[np.ndarray]:
    """Maps with many equal logits, and odd numbers among the distances."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    maps = []
    for stride in STRIDES:
        values = random.normal(1, 1.5, (5, 64 // stride, 64 // stride)).astype(np.float32)
        values[0] = np.round(values[0])
        odd = random.random(values.shape) < 0.02
        values[odd] = random.choice([np.nan, np.inf, -np.inf, -0.0, 1e30], odd.sum())
        maps.append(values)
    return maps


def rows_of(found: Detections) -> list[list[int]]:
    assert not found.faces[found.count :].any()
    return found.faces[: found.count].tolist()


def test_one_face() -> None:
    maps = empty_maps()
    maps[1][:, 2, 1] = 3.0, 0.5, 1.0, 1.5, 0.25
    x, y = 24 * 256, 40 * 256
    box = [x - 8 * 256, y - 16 * 256, x + 24 * 256, y + 4 * 256]
    assert rows_of(detect(maps, STRIDES, 0.0)) == [[*box, key_of(3.0)]]


def test_equal_scores_are_ordered_by_map_row_and_column() -> None:
    maps = empty_maps()
    for number, row, column in ((2, 0, 0), (0, 7, 0), (0, 1, 5), (0, 1, 2)):
        maps[number][:, row, column] = 1.0, 0.1, 0.1, 0.1, 0.1
    centres = detect(maps, STRIDES, 1.0).faces[:4, [1, 0]] // 2048
    assert centres.tolist() == [[1, 2], [1, 5], [7, 0], [1, 1]]


def test_only_an_overlap_above_the_limit_is_the_same_face() -> None:
    boxes = np.array([[0, 0, 100, 145], [0, 0, 100, 100], [0, 45, 100, 145]], np.int64)
    keys = np.array([3, 2, 1], np.int64)
    found = Candidates(boxes, keys)
    assert suppress(found, Limits(iou_percent=68)).count == 1
    assert suppress(Candidates(boxes[1:], keys[1:]), Limits(iou_percent=37)).count == 1
    assert suppress(Candidates(boxes[1:], keys[1:]), Limits(iou_percent=38)).count == 2


@given(random_maps(), st.sampled_from([-1.0, 0.0, 2.0]), st.integers(1, 40), st.integers(1, 40))
def test_the_literal_definition(
    maps: list[np.ndarray], least: float, most_candidates: int, most_faces: int
) -> None:
    limits = Limits(most_candidates, most_faces)
    assert rows_of(detect(maps, STRIDES, least, limits)) == literal(maps, least, limits)


@given(
    st.integers(0, 2**32 - 1),
    st.floats(1e-3, 1.0),
    st.integers(-128, 127),
    st.sampled_from([-2.0, 0.0, 0.5]),
)
def test_bytes_are_the_numbers_they_stand_for(
    seed: int, scale: float, zero_point: int, least: float
) -> None:
    random = np.random.default_rng(seed)
    maps = [random.integers(-128, 128, (5, 64 // s, 64 // s), dtype=np.int8) for s in STRIDES]
    numbers = [((m.astype(np.int64) - zero_point) * scale).astype(np.float32) for m in maps]
    meaning = [tables(scale, zero_point, stride, least) for stride in STRIDES]
    found, expected = (
        candidates_of_bytes(maps, STRIDES, meaning),
        candidates(numbers, STRIDES, least),
    )
    np.testing.assert_array_equal(found.boxes_q8, expected.boxes_q8)
    np.testing.assert_array_equal(found.keys, expected.keys)


@given(st.lists(st.floats(width=32, allow_nan=False), min_size=2, max_size=2))
def test_keys_have_the_order_of_logits(pair: list[float]) -> None:
    maps = empty_maps()
    maps[0][0, 0, :2] = pair
    keys = candidates(maps, STRIDES, -math.inf).keys[:2]
    assert (keys[0] < keys[1]) == (pair[0] < pair[1])
    np.testing.assert_array_equal(logits(keys), np.array(pair, np.float32))


def test_no_face() -> None:
    found = detect(empty_maps(), STRIDES, 0.0)
    assert (found.count, found.faces.shape, found.faces.any()) == (0, (32, 5), False)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (np.zeros((4, 8, 8), np.float32), r"float32 \(4, 8, 8\); expected float32 \(5, H, W\)"),
        (np.zeros((5, 8, 8), np.float64), r"float64 \(5, 8, 8\); expected float32 \(5, H, W\)"),
        (np.zeros((1, 5, 8, 8), np.float32), r"float32 \(1, 5, 8, 8\)"),
    ],
)
def test_maps_of_another_form(made: np.ndarray, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        detect([made], [8], 0.0)
