"""The mean face is that of upright cuts, and symmetric."""

import numpy as np

from recipes.shelf.landmarks.average_places import average_places
from recipes.shelf.landmarks.mean_face import mean_face
from recipes.shelf.layouts import LAYOUTS, layout_of


def test_place_and_size_of_faces_do_not_count() -> None:
    layout = layout_of(68)
    face = np.random.default_rng(0).uniform(0, 1, (1, 68, 2))
    faces = np.concatenate([face, 3 * face + [10, -20]])
    np.testing.assert_allclose(average_places(faces, layout), average_places(face, layout))


def test_the_longer_side_spans_the_box() -> None:
    layout = layout_of(68)
    face = np.random.default_rng(0).uniform(0, [1, 0.5], (68, 2))
    mirrored = face[list(layout.mirror)] * [-1, 1]
    places = average_places(np.stack([(face + mirrored) / 2]), layout)
    np.testing.assert_allclose(np.ptp(places[:, 0]), 1 / 1.2)


def test_the_published_faces_are_symmetric() -> None:
    for points, layout in LAYOUTS.items():
        face = np.array(mean_face(points))
        assert face.shape == (points, 2)
        np.testing.assert_allclose(face[list(layout.mirror)], [1, 0] + face * [-1, 1], atol=2e-4)
