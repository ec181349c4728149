"""A photo whose colours say where each of its pixels lies, and a network that reads them."""

from collections.abc import Callable

import numpy as np
import pytest

from recipes.shelf.robustness.face import Face
from zoo.data.regions import landmark_box

SIDE = 128
INPUT = 112


class Surveyor:
    """Finds known landmarks in such a photo, however it was cut out, turned or scaled.

    Red and green of an input pixel are twice the photo's x and y: a plane fitted to the middle of
    the input is the way from input to photo, its inverse leads the landmarks into the input.
    """

    def __init__(self, landmarks: np.ndarray) -> None:
        self.landmarks = landmarks

    def __call__(self, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        pixels = feeds["image"][0] * 128 + 128
        rows, columns = np.mgrid[28:84, 28:84]
        places = np.stack([columns.ravel(), rows.ravel(), np.ones(rows.size)], axis=1)
        seen = pixels[:2, 28:84, 28:84].reshape(2, -1).T / 2
        plane, *_ = np.linalg.lstsq(places, seen, rcond=None)
        found = (self.landmarks - plane[2]) @ np.linalg.inv(plane[:2])
        return {"landmarks": ((found + 0.5) / INPUT).reshape(1, -1)}


@pytest.fixture
def face() -> Face:
    """Return a face with 68 landmarks in the middle of the photo."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    image = np.stack([2 * columns, 2 * rows, np.full_like(rows, 99)], axis=2).astype(np.uint8)
    landmarks = np.random.default_rng(3).uniform(0.3, 0.7, (68, 2)) * SIDE
    landmarks[36], landmarks[45] = (45, 60), (85, 62)
    return Face(image, landmarks, landmark_box(landmarks))


@pytest.fixture
def surveyor(face: Face) -> Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]:
    """Return the network that knows the landmarks of `face`."""
    return Surveyor(face.landmarks)


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(0)
