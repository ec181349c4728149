"""Curves against values worked out by hand, and the metrics that belong to them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipes.shelf.accuracy_curves import cumulative_error, precision_recall, receiver_operating
from recipes.shelf.detection_metrics import ScoredFaces
from recipes.shelf.landmark_metrics import curve_area

ERRORS = st.lists(st.floats(0, 0.3), min_size=1, max_size=50)


def test_cumulative_error_by_hand():
    curve = cumulative_error(np.array([0.04, 0.02]))
    assert curve.points == ((0.0, 0.0), (2.0, 50.0), (4.0, 100.0))


def test_faces_without_an_error_are_never_reached():
    assert cumulative_error(np.array([0.04, np.nan]), missed=2).points[-1] == (4.0, 25.0)


@given(ERRORS)
def test_its_area_is_the_metric(errors):
    points = cumulative_error(np.array(errors)).points
    area, limit = 0.0, 10.0
    for (x, y), (following, _) in zip(points, (*points[1:], (limit, 0)), strict=True):
        area += y * max(min(following, limit) - min(x, limit), 0)
    assert area / limit == pytest.approx(100 * curve_area(np.array(errors), 0.1), abs=0.01)


def test_many_points_are_thinned_with_both_ends():
    curve = cumulative_error(np.linspace(0, 0.2, 5000))
    assert len(curve.points) == 1000
    assert (curve.points[0], curve.points[-1]) == ((0.0, 0.0), (20.0, 100.0))
    assert list(curve.points) == sorted(curve.points)


def test_precision_and_recall_by_hand():
    scored = ScoredFaces(np.array([0.9, 0.8, 0.7]), np.array([True, False, True]), 4, 1)
    curve = precision_recall(scored, 16)
    assert curve.name == "Precision and recall, faces from 16 pixels"
    assert curve.points == ((25.0, 100.0), (25.0, 50.0), (50.0, 66.6667))


def test_no_detections_have_no_points():
    scored = ScoredFaces(np.zeros(0), np.zeros(0, np.bool_), 4, 1)
    assert precision_recall(scored, 16).points == ()


def test_roc_by_hand():
    scores, faces = np.array([3.0, 2.0, 1.0, 1.0]), np.array([True, False, True, False])
    curve = receiver_operating(scores, faces, "faces")
    assert curve.points == ((0.0, 0.0), (0.0, 50.0), (50.0, 50.0), (100.0, 100.0))
    assert (curve.x, curve.y) == ("others taken for faces, %", "faces found, %")


def test_scores_that_are_no_numbers_come_last():
    curve = receiver_operating(np.array([np.nan, 0.0]), np.array([True, False]), "faces")
    assert curve.points == ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0))
