"""The mesh is measured on faces with 68 landmarks through 68 of its points."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from recipes.facemesh.evaluation import evaluate, measure, pictures
from recipes.facemesh.ibug68 import NEAREST
from recipes.facemesh.nearest_points import nearest_points
from recipes.facemesh.recipe import MESH, POINTS, recipe
from recipes.shelf.crops import read_crops
from zoo.data.regions import landmark_box
from zoo.steps.crop import rectangle_around

MakeFaces = Callable[..., Path]


class Knowing:
    """A mesh whose nearest points are the labels; its other points are far away."""

    def __init__(self, folder: Path) -> None:
        self.faces = iter(read_crops(folder, 68).landmarks)

    def __call__(self, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        (image,) = feeds.values()
        assert image.shape == (1, 3, 192, 192)
        face = next(self.faces)
        region = rectangle_around(landmark_box(face), 1.5)
        start = np.array([region.x0_q8, region.y0_q8])
        mesh = np.full((POINTS, 3), -1e4)
        mesh[list(NEAREST), :2] = ((face + 0.5) * 256 - start) / region.width_q8 * 192
        return {MESH: mesh.reshape(1, -1, 1, 1)}


def test_a_mesh_that_knows_the_labels_has_no_error(make_faces: MakeFaces) -> None:
    folder = make_faces(5)
    result = evaluate(recipe(), Knowing(folder), folder)
    assert (result.data, result.count) == ("made68/train", 5)
    assert result.metrics["nme_interocular_percent"] < 1e-3


def test_the_suite_measures_it_too(make_faces: MakeFaces) -> None:
    folder = make_faces(5)
    first = next(measure(recipe(), Knowing(folder), folder))
    assert (first.test, first.count) == ("unchanged", 5)
    assert first.metrics["nme_interocular_percent"] < 1e-3


def test_faces_with_68_landmarks_are_pictures_for_calibration(make_faces: MakeFaces) -> None:
    assert len(pictures(recipe(), make_faces(3))) == 3


def test_each_landmark_has_a_point_of_its_own() -> None:
    assert len(set(NEAREST)) == len(NEAREST) == 68
    assert set(NEAREST) <= set(range(POINTS))


def test_nearest_is_meant_on_average_and_relative_to_the_face() -> None:
    face = 10.0 * np.stack(np.divmod(np.arange(68), 9), axis=1)
    labels = np.stack([face, 30 * face])
    order = np.random.default_rng(0).permutation(69)[:68]
    meshes = np.full((2, 70, 2), 1e5)
    meshes[0, order], meshes[1, order] = face + 1, 30 * (face + 1)
    meshes[0, 69], meshes[1, 69] = face[7] + 3, labels[1, 7]  # fewer pixels, but not of the face
    assert nearest_points(meshes, labels) == order.tolist()
