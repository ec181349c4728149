"""A rigid body is found again from its views, and the published face has the right sides."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.shelf.crops import read_crops
from recipes.shelf.landmarks.average_face import (
    FILE,
    REFERENCE_POINTS,
    average_face,
    factorize,
    pose_errors,
)
from recipes.shelf.layouts import layout_of
from zoo.steps.head_pose import head_angles


def rotations(generator: np.random.Generator, count: int) -> np.ndarray:
    """Return [count, 3, 3] rotations of up to about 60 degrees about all axes."""
    angles = generator.uniform(-1, 1, (count, 3))
    turned = np.broadcast_to(np.eye(3), (count, 3, 3))
    for axis in range(3):
        cos, sin = np.cos(angles[:, axis]), np.sin(angles[:, axis])
        turn = np.zeros((count, 3, 3))
        i, j = (axis + 1) % 3, (axis + 2) % 3
        turn[:, axis, axis] = 1
        turn[:, i, i], turn[:, i, j], turn[:, j, i], turn[:, j, j] = cos, -sin, sin, cos
        turned = turn @ turned
    return turned


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_a_rigid_body_is_found_up_to_turning_and_depth_mirroring(seed: int) -> None:
    generator = np.random.default_rng(seed)
    body = generator.normal(size=(12, 3))
    body -= body.mean(axis=0)
    turns = rotations(generator, 40)[:, :2]
    scale = generator.uniform(0.5, 2, (40, 1, 1))
    views = scale * (turns @ body.T).transpose(0, 2, 1) + generator.normal(size=(40, 1, 2))
    found = factorize(views)
    # Distances within a rigid body are all that its views tell; scale is free.
    expected, got = (np.linalg.norm(b[:, None] - b, axis=2) for b in (body, found))
    np.testing.assert_allclose(got / got.max(), expected / expected.max(), atol=1e-3)


def test_the_average_face_has_unit_eyes_and_a_near_nose() -> None:
    layout, generator = layout_of(68), np.random.default_rng(0)
    body = generator.normal(size=(68, 3))
    body[:, 0] = (body[:, 0] - body[list(layout.mirror), 0]) / 2
    body[:, 1:] = (body[:, 1:] + body[list(layout.mirror), 1:]) / 2
    body[layout.nose_tip] = (0, 0, -3)
    views = (rotations(generator, 60)[:, :2] @ body.T).transpose(0, 2, 1)
    face = average_face(views, layout)
    left, right = layout.eye_corners
    assert np.linalg.norm(face[left] - face[right]) == pytest.approx(1)
    assert face[layout.nose_tip, 2] < face[[left, right], 2].min()


def test_the_published_face_looks_into_the_camera() -> None:
    content = json.loads(FILE.read_text())
    face = np.array(content["face"])
    assert len(content["points"]) == len(face) == 11
    angles = head_angles(face[:, :2], face)
    np.testing.assert_allclose(angles, 0, atol=1e-6)
    place = dict(zip(content["points"], face, strict=True))
    assert place[45][0] - place[36][0] == pytest.approx(1, abs=0.01)
    assert place[30][2] < place[36][2] - 0.3


@pytest.mark.data
def test_the_published_numbers_come_out_again(data: Path) -> None:
    published = json.loads(FILE.read_text())
    train, test = (read_crops(data / "landmarks68" / part, 68) for part in ("train", "test"))
    face = average_face(train.landmarks.astype(np.float64), layout_of(68))[list(REFERENCE_POINTS)]
    np.testing.assert_allclose(face, published["face"], atol=1e-3)
    measured = published["head_pose_on_test"]
    assert {"faces": 554, **pose_errors(test, face)} == measured
    assert all(measured[angle]["correlation"] > 0.95 for angle in ("yaw", "pitch", "roll"))
