"""The suite `robustness`: accuracy of a landmark network on non-ideal photos and boxes.

Photos are changed, then evaluated by the same code as in `zoo eval`. Randomness only depends on the
face, so it is the same for all networks and all strengths of a change.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recipes.shelf.face_data import read_faces
from recipes.shelf.landmark_evaluation import landmark_count, landmarks_only, predict
from recipes.shelf.landmark_metrics import face_metrics, point_errors
from recipes.shelf.layouts import layout_of
from recipes.shelf.robustness import blur, boxes, occlusion, resolution, rotation
from recipes.shelf.robustness.face import Condition, Face
from recipes.shelf.robustness.groups import measure_groups
from recipes.shelf.robustness.noise import measure_noise
from zoo.contract import Contract
from zoo.data.evaluation import Measurement
from zoo.data.regions import landmark_box
from zoo.plugs import Run
from zoo.recipe import Recipe

__all__ = ["CONDITIONS", "measure"]

_UNCHANGED = Condition("unchanged", "all", lambda face, _: face)

CONDITIONS = (
    *resolution.CONDITIONS,
    *blur.CONDITIONS,
    *occlusion.CONDITIONS,
    *rotation.CONDITIONS,
    *boxes.CONDITIONS,
)


def measure(
    recipe: Recipe, run: Run, data: Path, noise_faces: int = 30, noise_copies: int = 200
) -> Iterator[Measurement]:
    """Yield the lines of all tests on the faces that `data` names, as they are measured.

    data: as for `evaluate`.
    noise_faces, noise_copies: maximum numbers for measuring stability.
    """
    layout = layout_of(landmark_count(recipe.contract))
    contract = landmarks_only(recipe.contract)
    crops = read_faces(data, "test", layout.points)
    faces = [
        Face(image, landmarks.astype(np.float64), landmark_box(landmarks))
        for image, landmarks in zip(crops.images, crops.landmarks, strict=True)
    ]

    def errors(condition: Condition) -> NDArray[np.float64]:
        predicted, target = _predict(contract, run, faces, condition)
        return point_errors(predicted, target, layout)

    unchanged = errors(_UNCHANGED)
    yield Measurement("unchanged", "all", len(faces), face_metrics(unchanged))
    yield from measure_groups(recipe.contract, crops, faces, unchanged, layout)
    for condition in CONDITIONS:
        metrics = face_metrics(errors(condition))
        yield Measurement(condition.test, condition.name, len(faces), metrics)
    yield from measure_noise(contract, run, faces, layout, noise_faces, noise_copies)


def _predict(
    contract: Contract, run: Run, faces: Sequence[Face], condition: Condition
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return predicted and true landmarks, [N, K, 2] each, in the changed photos' pixels."""
    predicted, target = [], []
    for index, face in enumerate(faces):
        generator = np.random.Generator(np.random.PCG64(index))
        changed = condition.change(face, generator)
        predicted.append(predict(contract, run, changed.image_hwc, changed.box))
        target.append(changed.landmarks)
    return np.stack(predicted), np.stack(target)
