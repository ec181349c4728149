"""Ops that align pictures with places: reals, integers, torch, and what they mean."""

from dataclasses import replace

import numpy as np
import pytest
from one_node import OneNode, activation
from similarity_cases import COARSE, FINE, OPS, PLACES, alone
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.op_parts.arithmetic import dequantize
from compilers.op_table import find_op
from zoo.errors import HubError, QuantizeError, UnsupportedOpError
from zoo.graph import Quantization
from zoo.op import OnnxCall

K = len(PLACES) // 2
MEAN = np.array(PLACES, np.float32).reshape(K, 2)


def _offsets(points: np.ndarray) -> np.ndarray:
    return np.float32(points - MEAN).reshape(1, -1)


def _turned(angle_deg: float, scale: float, shift: tuple[float, float]) -> np.ndarray:
    """Return the places, turned and scaled around the picture's centre, then shifted."""
    angle = np.radians(angle_deg)
    matrix = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return (MEAN - 0.5) @ matrix.T + 0.5 + shift


def _faces(seed: int, count: int = 2) -> np.ndarray:
    return np.float32(0.03 * np.random.default_rng(seed).standard_normal((count, 2 * K)))


def _values(case: OneNode, seed: int) -> list[np.ndarray]:
    """Return random values whose offsets, of reals, are those of faces."""
    values = case.random_values(seed)
    if case.stored is None:
        return [v if v.ndim == 4 else _faces(seed + i) for i, v in enumerate(values)]
    return values


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("seed", range(3))
def test_reals_are_those_of_onnx_runtime(op, seed):
    case = alone(op)
    values = _values(case, seed)
    assert np.abs(case.run(*values) - case.run_onnx(*values)).max() < 1e-4


@pytest.mark.parametrize("op", OPS)
def test_the_file_comes_back(op):
    assert alone(op).comes_back
    assert alone(op, FINE).comes_back


@pytest.mark.parametrize(("op", "steps"), [("align_image", 2), ("landmark_heatmap", 1)])
@pytest.mark.parametrize("seed", range(3))
def test_integers_are_near_the_reals(op, steps, seed):
    """A place is rounded to 1/256 pixel, of which noise may make another step."""
    case = replace(alone(op, FINE))
    assert case.difference(seed) <= steps


@pytest.mark.parametrize("seed", range(3))
def test_integers_of_a_turned_correction_are_the_nearest(seed):
    case = alone("turn_back", FINE)
    values = case.random_values(seed)
    reals = [dequantize(v, FINE).astype(np.float64) for v in values]
    wanted = find_op("turn_back").run_float(case.node, reals)
    wanted = wanted.clip(*dequantize(np.array([-128, 127], np.int8), FINE))
    found = dequantize(case.run(*values), FINE)
    assert np.abs(found - wanted).max() <= 0.5 * FINE.scale[0] + 2.0**-14


@pytest.mark.parametrize("op", OPS)
def test_torch_form_means_the_same(op):
    assert torch_form_agrees(alone(op, side=6), 0)


@pytest.mark.parametrize("op", OPS)
def test_torch_gradients_are_true(op):
    """Random offsets are no face, so nothing is turned."""
    assert torch_gradients_are_true(alone(op, side=4))


@pytest.mark.parametrize("offsets", [None, FINE])
def test_an_aligned_face_shows_what_lies_at_its_points(offsets):
    """The picture is a slope in x, so that each pixel tells which column it came from."""
    side, points = 32, _turned(20, 0.8, (0.05, -0.03))
    columns = np.float32((np.arange(side) + 0.5) / side)
    image = np.broadcast_to(columns, (1, 3, side, side)).astype(np.float32)
    pixels = Quantization((1 / 256,), (0,), signed=False)
    case = alone("align_image", offsets, side=side, pixels=pixels)
    moved = _offsets(points)
    if offsets is not None:
        fine = Quantization((2.0**-9,), (3,))
        moved = np.int8(np.rint(moved / fine.scale[0]) + 3)
        image = np.uint8(np.rint(image * 256).clip(0, 255))
    aligned = np.float64(case.run(image, moved)[0, 0]) / (1 if offsets is None else 256)
    for (x, y), (wanted, _) in zip(MEAN * side - 0.5, points, strict=True):
        column, row = round(float(x)), round(float(y))
        assert abs(aligned[row, column] - wanted) < 1 / side


def test_the_heatmap_is_1_at_the_places_of_a_face_that_is_one():
    side = 20
    heat = alone("landmark_heatmap", side=side).run(_offsets(_turned(-30, 1.2, (0.1, 0))))[0, 0]
    pixels = np.floor(MEAN * side).astype(int)
    assert (heat[pixels[:, 1], pixels[:, 0]] > 0.58).all()  # 1 / (1 + half a diagonal)
    assert heat.max() <= 1
    assert heat[0, 0] < 0.2


def test_a_correction_is_turned_back():
    """In the frame of the places, a face on its side is upright: its right is up in the picture."""
    moved = _offsets(_turned(-90, 1, (0, 0)))
    right = np.float32(np.tile([0.1, 0.0], K))[None]
    corrected = alone("turn_back").run(moved, right) - moved
    np.testing.assert_allclose(corrected, np.tile([0.0, -0.1], K)[None], atol=1e-6)


@pytest.mark.parametrize(
    "points",
    [np.full((K, 2), 0.5), _turned(0, 5, (0, 0)), MEAN * (-1, 1)],
    ids=["one place", "too large", "mirrored"],
)
def test_what_is_no_face_is_only_shifted(points):
    offsets = _offsets(points)
    correction = np.float32(np.tile([0.1, 0.2], K))[None]
    case = alone("turn_back")
    assert np.isfinite(case.run(offsets, correction)).all()
    if points.std() == 0 or points.std() > 0.5:
        np.testing.assert_allclose(case.run(offsets, correction), offsets + correction, atol=1e-6)


@pytest.mark.parametrize("op", OPS)
def test_offsets_without_limits_are_refused(op):
    with pytest.raises(QuantizeError, match="offsets may be up to 64 pictures long"):
        _ = alone(op, Quantization((1.0,), (0,))).node


@pytest.mark.parametrize("op", ["align_image", "landmark_heatmap"])
def test_pixels_of_16_bits_are_refused(op):
    wide = Quantization((1 / 64,), (32768,), bits=16, signed=False)
    with pytest.raises(QuantizeError, match=rf"'y' have 16 bits; {op} computes 8-bit pixels only"):
        _ = alone(op, FINE, wide, pixels=wide).node


@pytest.mark.parametrize(
    "places",
    [
        (),
        7,
        "face",
        (0.5,) * 4,
        (0.1, 0.2, 0.3),
        (0.1, float("nan"), 1.0, 1.0),
        (0.5, 0.5, 0.5, 0.500001),
    ],
)
def test_impossible_places_are_refused(places):
    call = OnnxCall("TurnBack", {"places": places}, (activation(("N", 4)),) * 2, "net.onnx")
    with pytest.raises(UnsupportedOpError, match=r"TurnBack has \d numbers as its places"):
        find_op("turn_back").parse(call)


def test_an_impossible_side_is_refused():
    attributes = {"places": PLACES, "side": 0}
    call = OnnxCall("LandmarkHeatmap", attributes, (activation(("N", 2 * K)),), "net.onnx")
    with pytest.raises(UnsupportedOpError, match="LandmarkHeatmap has the side 0; expected 1 to"):
        find_op("landmark_heatmap").parse(call)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ((("N", 1, 8, 9), ("N", 2 * K)), "only square images"),
        ((("N", 1, 8, 8), ("N", 4)), rf"expected \[N, {2 * K}\]"),
    ],
)
def test_other_shapes_are_refused(shapes, message):
    case = OneNode("align_image", tuple(map(activation, shapes)), {"places": PLACES})
    with pytest.raises(HubError, match=message):
        _ = case.output


def test_huge_offsets_are_computed_without_overflow():
    """9 pictures away: the integers are those of the reals wherever these differ by no step."""
    case = alone("landmark_heatmap", COARSE)
    assert case.difference(0) <= 1
