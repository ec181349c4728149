"""The parts of a training that the families of landmark networks share."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from recipes.shelf.face_data import crops_of, find_faces
from recipes.shelf.labelled_faces import LabelledFaces, join
from recipes.shelf.landmark_data import LandmarkData
from recipes.shelf.landmarks.face_classes import class_weights, face_classes
from recipes.shelf.landmarks.settings import Settings
from recipes.shelf.landmarks.training_record import read_record, seeds_of, training_record
from zoo.contract import Contract
from zoo.data.crops import Crops
from zoo.errors import DataError, RecipeError
from zoo.recipe import Recipe
from zoo.steps.head_pose import head_angles
from zoo.training import TrainOptions

__all__ = ["check_held_out", "landmark_data", "merged_faces", "read_sets", "write_record"]


def read_sets(options: TrainOptions) -> dict[str, Crops]:
    """Return the crops of each data set by name."""
    found = [find_faces(spec, "train") for spec in options.data]
    return {data.label: crops_of(data) for data in found}


def merged_faces(
    model: str, points: int, sets: Sequence[Crops], settings: Settings
) -> LabelledFaces:
    """Return all faces, with the model's own landmark layout first.

    Raises DataError if no set has it.
    """
    faces = join(sets)
    if points not in faces.landmarks:
        found = " or ".join(map(str, faces.landmarks))
        raise DataError(
            f"{model}: learns {points} landmarks, but the faces have {found}; "
            "add a data set with them to --data"
        )
    others = [layout for layout in faces.landmarks if layout != points]
    kept = [points, *(others if settings.other_points_weight > 0 else [])]
    return LabelledFaces(faces.images, {k: faces.landmarks[k] for k in kept}, faces.rows)


def landmark_data(
    faces: LabelledFaces, contract: Contract, options: TrainOptions, settings: Settings
) -> LandmarkData:
    """Return the faces split and batched; the first layout is the network's own."""
    points, weights = next(iter(faces.landmarks)), None
    if settings.class_weighting:
        pose = contract.step("head_pose").parameters
        references = faces.landmarks[points][:, list(pose["points"])].astype(np.float64)
        angles = np.nan_to_num(head_angles(references, np.array(pose["face"])))
        weights = class_weights(face_classes(faces, angles))
    return LandmarkData(
        faces,
        points,
        settings.batch_size,
        options.seed,
        settings.validation_fraction,
        weights,
    )


def check_held_out(start: Path, model: str, seed: int) -> None:
    """Raise RecipeError if the initial weights learned the faces that this seed holds out."""
    seeds = seeds_of(read_record(start, model))
    if seeds != {seed}:
        found = " and ".join(sorted(map(str, seeds)))
        raise RecipeError(
            f"{start}: trained with seed {found}, not {seed}, so faces held out now were trained "
            "on then; give --seed the seed of all earlier trainings"
        )


def write_record(
    recipe: Recipe,
    options: TrainOptions,
    settings: Settings,
    sets: Mapping[str, Crops],
    data: LandmarkData,
    defaults: Settings | None = None,
) -> None:
    """Write `training.json` to the folder of the training. defaults: the family's settings."""
    sizes = {name: crops.landmarks.shape[:2] for name, crops in sets.items()}
    record = training_record(recipe.name, options, settings, sizes, data, defaults or Settings())
    (options.out / "training.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
