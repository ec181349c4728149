"""The ways to look at turned faces."""

from dataclasses import replace
from math import cos, radians, sin

import numpy as np
import pytest
from landmark_recipe import NETWORK

from recipes.shelf.robustness.face import Face
from recipes.shelf.turned_accuracy import aligned, looks
from zoo.contract import Step
from zoo.data.regions import landmark_box
from zoo.errors import RecipeError

SHAPE = np.concatenate(
    [[[0.1, 0.1], [0.9, 0.9]], np.random.default_rng(0).uniform(0.1, 0.9, (66, 2))]
)
CONTRACT = replace(
    NETWORK.contract, post=(Step("landmarks", {"count": 68, "mean": SHAPE.tolist()}),)
)


def turned_face(degrees):
    angle, middle = radians(degrees), np.array([50.0, 50.0])
    turn = np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]])
    landmarks = (SHAPE - 0.5) * 40 @ turn.T + middle
    return Face(np.zeros((100, 100, 3), np.uint8), landmarks, landmark_box(landmarks))


def test_a_second_look_at_landmarks_in_place_finds_them_there():
    """A network that says the mean face is right where a face is aligned."""

    def run(feeds):
        return {"landmarks": np.zeros((len(feeds["image"]), 136), np.float32)}

    faces = [turned_face(0), turned_face(0)]
    errors = looks(CONTRACT, run, faces)
    assert list(errors) == ["one look", "two upright looks", "second look aligned"]
    assert errors["second look aligned"] == pytest.approx(errors["one look"], abs=0.1)


def test_a_face_is_aligned_to_the_mean_face_of_the_contract():
    align = aligned(CONTRACT).step("align").parameters
    np.testing.assert_allclose(np.array(align["points"]) + 0.5, SHAPE * 8)
    form = {"size": [8, 8], "scale": 1.0, "interpolation": "antialiased"}
    assert form.items() <= align.items()
    for other in (NETWORK.contract, replace(CONTRACT, pre=CONTRACT.pre[2:])):
        with pytest.raises(RecipeError, match="landmarks are aligned where step 'landmarks' has a"):
            aligned(other)
