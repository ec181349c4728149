"""Rare faces weigh more."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipes.shelf.labelled_faces import LabelledFaces
from recipes.shelf.landmarks.face_classes import class_weights, face_classes


def faces_with(rows: list[dict[str, str]]) -> LabelledFaces:
    return LabelledFaces(np.zeros((len(rows), 4, 4, 3), np.uint8), {}, tuple(rows))


def test_classes_follow_from_angles_and_attributes() -> None:
    angles = np.array([[40.0, 0, 0], [0, 0, 0], [0, 20, 0], [0, -20, 0]])
    rows = [{}, {"attr_expression": "1"}, {"attr_occlusion": "0"}, {"attr_occlusion": "1"}]
    classes = face_classes(faces_with(rows), angles)
    members = {name: np.flatnonzero(flags).tolist() for name, flags in classes.items()}
    assert members == {
        "profile": [0],
        "frontal": [1],
        "head_up": [2],
        "head_down": [3],
        "expression": [1],
        "occlusion": [3],
    }


def test_weights_are_inverse_to_frequency() -> None:
    frontal = np.array([True, True, True, False])
    weights = class_weights({"frontal": frontal, "profile": ~frontal})
    assert weights[3] / weights[0] == pytest.approx(3)


@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=30))
def test_weights_are_positive_with_mean_one(rows: list[list[bool]]) -> None:
    flags = np.array(rows, bool)
    weights = class_weights({str(i): flags[:, i] for i in range(3)})
    assert (weights > 0).all()
    assert weights.mean() == pytest.approx(1, rel=1e-5)
