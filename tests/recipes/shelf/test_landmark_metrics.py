"""Metrics against values worked out by hand, and what must hold for all faces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipes.shelf.landmark_metrics import curve_area, landmark_metrics, normalizers
from recipes.shelf.layouts import layout_of
from zoo.errors import DataError

LAYOUT = layout_of(68)


def faces(count: int = 2) -> np.ndarray:
    """Faces whose inter-ocular distance is 10, inter-pupil distance 8, box 40 x 10."""
    points = np.zeros((count, 68, 2))
    points[:, 0], points[:, 16] = (-20, 0), (20, 10)
    points[:, 36], points[:, 45] = (-5, 0), (5, 0)
    points[:, 37:42], points[:, 42:45], points[:, 46:48] = (-3.8, 0), (3.8, 0), (3.8, 0)
    return points


def test_normalizers() -> None:
    lengths = normalizers(faces(), LAYOUT)
    np.testing.assert_allclose(lengths["interocular"], 10)
    np.testing.assert_allclose(lengths["interpupil"], 8)
    np.testing.assert_allclose(lengths["box"], 20)


def test_one_good_and_one_failed_face() -> None:
    target = faces()
    predicted = target.copy()
    predicted[0, :, 0] += 0.5  # 5 % of the inter-ocular distance at every point
    predicted[1, :34, 1] += 4.0  # 40 % at half of the points: 20 % for the face
    assert landmark_metrics(predicted, target, LAYOUT) == pytest.approx(
        {
            "nme_interocular_percent": (5 + 20) / 2,
            "nme_interpupil_percent": (6.25 + 25) / 2,
            "nme_box_percent": (2.5 + 10) / 2,
            "failure_rate_0.1_percent": 50,
            "auc_0.1_percent": 25,
            "points_within_0.1_percent": 75,
        }
    )


def test_a_perfect_prediction() -> None:
    metrics = landmark_metrics(faces(), faces(), LAYOUT)
    assert metrics["nme_interocular_percent"] == 0
    assert metrics["auc_0.1_percent"] == metrics["points_within_0.1_percent"] == 100


@given(st.floats(0.1, 50), st.floats(-100, 100), st.integers(0, 2**32 - 1))
def test_metrics_do_not_depend_on_scale_and_place(scale: float, shift: float, seed: int) -> None:
    generator = np.random.default_rng(seed)
    target = generator.uniform(0, 1, (3, 68, 2))
    predicted = target + generator.normal(0, 0.03, target.shape)
    moved = landmark_metrics(predicted * scale + shift, target * scale + shift, LAYOUT)
    assert moved == pytest.approx(landmark_metrics(predicted, target, LAYOUT), rel=1e-6)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_area_is_the_integral_of_the_cumulative_curve(errors: list[float]) -> None:
    steps = (np.arange(20_000) + 0.5) / 20_000 * 0.1
    curve = (np.array(errors)[:, None] < steps).mean(axis=0)
    assert curve_area(np.array(errors), 0.1) == pytest.approx(curve.mean(), abs=1e-4)


def test_a_face_without_distance_between_the_eyes() -> None:
    target = faces()
    target[1, 36] = target[1, 45]
    with pytest.raises(DataError, match=r"face 1: its interocular distance is 0\.0, so errors"):
        landmark_metrics(target, target, LAYOUT)
