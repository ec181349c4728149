"""Evaluates any landmark network on labelled faces, through its contract."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recipes.shelf.accuracy_curves import cumulative_error
from recipes.shelf.face_data import crops_of, find_faces
from recipes.shelf.landmark_metrics import landmark_metrics, point_errors
from recipes.shelf.layouts import layout_of
from recipes.shelf.robustness.face import Face
from recipes.shelf.robustness.groups import measure_groups
from zoo.contract import Contract
from zoo.data.evaluation import Evaluation
from zoo.data.labelled_data import is_labelled
from zoo.data.processing import postprocess, preprocess, preprocess_batch, value_specs
from zoo.data.regions import landmark_box
from zoo.errors import RecipeError
from zoo.picture import Picture
from zoo.plugs import Run
from zoo.recipe import Recipe
from zoo.step import Box, Frame, Place
from zoo.steps.head_pose import head_angles

__all__ = [
    "evaluate",
    "landmark_count",
    "landmarks_only",
    "pictures",
    "predict",
    "predict_batch",
    "predict_input",
]

POSE = "pose"
"""Output with yaw, pitch and roll of the head, in degrees."""


def evaluate(recipe: Recipe, run: Run, data: Path, only: Collection[Path] = ()) -> Evaluation:
    """Return accuracy on the faces that `data` names, with boxes from the labels.

    data: as in `zoo.data.labelled_data`, by default the test split.
    only: these photos, or all if empty.
    run: called with one face at a time, as on a board. Only the recipe's contract is used, so that
    third-party networks are evaluated by the same code.
    """
    contract = recipe.contract
    layout = layout_of(landmark_count(contract))
    found = find_faces(data, "test", layout.points)
    crops = crops_of(found)
    crops = crops.of(only) if only else crops
    answers = [
        _answer(contract, run, *preprocess_batch(contract, [(image, landmark_box(face))]))
        for image, face in zip(crops.images, crops.landmarks, strict=True)
    ]
    target = crops.landmarks.astype(np.float64)
    predicted = np.stack([values["landmarks"] for values in answers])
    metrics = landmark_metrics(predicted, target, layout)
    if POSE in answers[0] and any(step.name == "head_pose" for step in contract.post):
        found_deg = np.stack([values[POSE] for values in answers])
        metrics["pose_mean_abs_error_deg"] = _pose_error_deg(contract, found_deg, target)
    errors = point_errors(predicted, target, layout)
    faces = [
        Face(image, face, landmark_box(face))
        for image, face in zip(crops.images, target, strict=True)
    ]
    return Evaluation(
        found.label,
        len(crops.rows),
        metrics,
        curves=(cumulative_error(errors.mean(axis=1)),),
        groups=tuple(measure_groups(contract, crops, faces, errors, layout)),
    )


def pictures(recipe: Recipe, data: Path) -> Sequence[Picture]:
    """Return the photos of labelled faces with their boxes, () for a folder without labels.

    data: as in `zoo.data.labelled_data`, by default the training split. The faces must have the
    recipe's landmarks, because it may also be trained on them.
    """
    if not is_labelled(data, "train"):
        return ()
    return find_faces(data, "train", landmark_count(recipe.contract)).pictures()


def predict(
    contract: Contract,
    run: Run,
    image_hwc: NDArray[np.uint8],
    box: Box,
    points: Sequence[Place] = (),
) -> NDArray[np.float64]:
    """Return [K, 2] landmarks of one face in the image's pixels, pixel centres at integers.

    points: of the face, for a contract that aligns them; () if unknown.
    """
    frame = preprocess(contract, image_hwc, box, points)
    assert frame.input_chw is not None
    return _answer(contract, run, [frame], frame.input_chw[np.newaxis])["landmarks"]


def predict_batch(
    contract: Contract, run: Run, images_nhwc: NDArray[np.uint8], box: Box
) -> NDArray[np.float64]:
    """Return [N, K, 2] landmarks like `predict`, for images with the face at one position."""
    frames, batch = preprocess_batch(contract, [(image, box) for image in images_nhwc])
    return np.stack([values["landmarks"] for values in _answers(contract, run, frames, batch)])


def predict_input(
    contract: Contract, run: Run, batch: NDArray[np.float32], frame: Frame
) -> NDArray[np.float64]:
    """Return the landmarks, like `predict`, of a prepared input.

    batch: [1, C, H, W].  frame: its position in the image.
    """
    return _answer(contract, run, [frame], batch)["landmarks"]


def _answer(
    contract: Contract, run: Run, frames: Sequence[Frame], batch: NDArray[np.float32]
) -> dict[str, NDArray[np.float64]]:
    """Return outputs and values of the contract for one face. batch: [1, C, H, W]."""
    (values,) = _answers(contract, run, frames, batch)
    return values


def _answers(
    contract: Contract, run: Run, frames: Sequence[Frame], batch: NDArray[np.float32]
) -> list[dict[str, NDArray[np.float64]]]:
    """Return outputs and values of the contract for each face. batch: [N, C, H, W]."""
    outputs = run({contract.input.name: batch})
    return [
        dict(postprocess(contract, {n: array[index] for n, array in outputs.items()}, frame))
        for index, frame in enumerate(frames)
    ]


def _pose_error_deg(
    contract: Contract, found_deg: NDArray[np.float64], landmarks: NDArray[np.float64]
) -> float:
    """Return the mean difference of yaw, pitch and roll to 'head_pose' on the labels.

    found_deg: [F, 3], the network's own.  landmarks: [F, K, 2].
    """
    parameters = contract.step("head_pose").parameters
    face = np.array(parameters["face"], np.float64)
    wanted_deg = head_angles(landmarks[:, list(parameters["points"])], face)
    return float(np.abs(found_deg - wanted_deg).mean())


def landmark_count(contract: Contract) -> int:
    """Return the number of landmarks of a contract; raises RecipeError if it has none."""
    return int(value_specs(landmarks_only(contract))["landmarks"].shape[0] or 0)


def landmarks_only(contract: Contract) -> Contract:
    """Return the contract without the steps after the one that gives landmarks, [K, 2].

    Derived values, such as a head pose, take time. Raises RecipeError if there is no such step.
    """
    for end in range(1, len(contract.post) + 1):
        shorter = replace(contract, post=contract.post[:end])
        found = value_specs(shorter).get("landmarks")
        if found is not None and found.shape[0] and found.shape[1:] == (2,):
            return shorter
    raise RecipeError(
        "contract: no step after the network gives landmarks [K, 2]; add 'landmarks' or 'heatmap' "
        "to measure them"
    )
