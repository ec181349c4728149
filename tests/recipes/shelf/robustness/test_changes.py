"""Changed photos, boxes and labels still belong together."""

from functools import partial

import numpy as np
import pytest
from place_contract import of_places

from recipes.shelf.landmark_evaluation import predict
from recipes.shelf.landmark_metrics import face_metrics, point_errors
from recipes.shelf.layouts import layout_of
from recipes.shelf.robustness.blur import blur_gaussian, scale_down_and_up
from recipes.shelf.robustness.boxes import scale_box, shift_box
from recipes.shelf.robustness.face import Condition, Face
from recipes.shelf.robustness.resolution import reduce_resolution
from recipes.shelf.robustness.rotation import rotate
from recipes.shelf.robustness.suite import CONDITIONS

# A slope cannot be seen through an occlusion, nor in 2 x 2 or 4 x 4 pixels that were blown up.
BLIND = {"blur, down and up 1/32", "blur, down and up 1/64"}
SEEN = [
    condition
    for condition in CONDITIONS
    if condition.test != "occlusion" and f"{condition.test} {condition.name}" not in BLIND
]


@pytest.mark.parametrize("condition", SEEN, ids=lambda c: f"{c.test} {c.name}")
def test_who_sees_where_pixels_lie_makes_no_error(
    face: Face, surveyor, generator, condition: Condition
) -> None:
    contract = of_places()
    changed = condition.change(face, generator)
    found = predict(contract, surveyor, changed.image_hwc, changed.box)
    errors = point_errors(found[None], changed.landmarks[None], layout_of(68))
    assert face_metrics(errors)["nme_interocular_percent"] < 0.5


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda c: f"{c.test} {c.name}")
def test_same_seed_same_face(face: Face, condition: Condition) -> None:
    first, second = (condition.change(face, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first.image_hwc, second.image_hwc)
    assert np.array_equal(first.landmarks, second.landmarks)
    assert first.box == second.box


def test_resolution_has_fewer_pixels_of_the_same_brightness(face: Face, generator) -> None:
    small = reduce_resolution(face, generator, factor=16)
    assert small.image_hwc.shape == (8, 8, 3)
    assert small.image_hwc.mean() == pytest.approx(face.image_hwc.mean(), abs=1)


def test_a_face_smaller_than_a_pixel_keeps_a_box_and_its_middle(face: Face, generator) -> None:
    tiny = reduce_resolution(face, generator, factor=64)
    x, y, width, height = tiny.box
    assert (width, height) == (1, 1)
    middle = face.box[0] + face.box[2] / 2, face.box[1] + face.box[3] / 2
    assert (x + width / 2, y + height / 2) == pytest.approx(np.divide(middle, 64))


@pytest.mark.parametrize(
    "blur",
    [partial(scale_down_and_up, factor=8), partial(blur_gaussian, sigma_percent=8)],
)
def test_blur_takes_detail_and_keeps_size(face: Face, generator, blur) -> None:
    noise = generator.integers(0, 256, face.image_hwc.shape, dtype=np.uint8)
    blurred = blur(Face(noise, face.landmarks, face.box), generator).image_hwc
    assert blurred.shape == noise.shape
    assert blurred.std() < noise.std() / 4


def test_rotation_is_clockwise_about_the_middle_of_the_box(face: Face, generator) -> None:
    landmarks = np.array([[49.5, 59.5], [89.5, 59.5], [69.5, 29.5]])  # left, right, top
    upright = Face(face.image_hwc, landmarks, (50, 30, 40, 60))  # its middle: 69.5, 59.5
    turned = rotate(upright, generator, degrees=90)
    expected = np.array([[69.5, 39.5], [69.5, 79.5], [99.5, 59.5]]) + 32  # the margin
    assert turned.landmarks == pytest.approx(expected)
    assert turned.image_hwc.shape == (192, 192, 3)
    assert turned.box == pytest.approx((102, 72, 30, 40))


@pytest.mark.parametrize("percent", [5, 15])
def test_a_shifted_box_is_as_far_away_as_said(face: Face, generator, percent: float) -> None:
    moved = shift_box(face, generator, percent=percent)
    distance = np.hypot(moved.box[0] - face.box[0], moved.box[1] - face.box[1])
    assert distance == pytest.approx(max(face.box[2:]) * percent / 100)
    assert moved.box[2:] == face.box[2:]


def test_a_scaled_box_keeps_its_middle(face: Face, generator) -> None:
    grown = scale_box(face, generator, scale=1.25)
    for start, length in ((0, 2), (1, 3)):
        assert grown.box[length] == pytest.approx(1.25 * face.box[length])
        middle = face.box[start] + face.box[length] / 2
        assert grown.box[start] + grown.box[length] / 2 == pytest.approx(middle)
