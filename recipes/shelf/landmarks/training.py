"""The training of any landmark network: resumable, reproducible for the same seed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from lightning.pytorch import seed_everything
from torch import nn

from recipes.shelf.face_data import crops_of, find_faces
from recipes.shelf.labelled_faces import LabelledFaces, join
from recipes.shelf.landmark_data import LandmarkData
from recipes.shelf.landmarks.face_classes import class_weights, face_classes
from recipes.shelf.landmarks.family import Family
from recipes.shelf.landmarks.lessons import learned_landmarks
from recipes.shelf.landmarks.settings import Settings
from recipes.shelf.landmarks.task import LandmarkTask
from recipes.shelf.landmarks.teachers import find_teachers
from recipes.shelf.landmarks.training_record import read_record, seeds_of, training_record
from recipes.shelf.trainer import Watched, channels_last, last_checkpoint, make_trainer
from zoo.contract import Contract
from zoo.data.crops import Crops
from zoo.errors import DataError, RecipeError
from zoo.recipe import Recipe
from zoo.steps.head_pose import head_angles
from zoo.training import TrainOptions

__all__ = ["Training", "check_held_out", "prepare"]


@dataclass(frozen=True)
class Training:
    """A training whose faces were read and split.

    sets: crops of each data set by name.  layouts: numbers of points to learn, the network's own
    first.
    """

    recipe: Recipe
    options: TrainOptions
    settings: Settings
    sets: Mapping[str, Crops]
    layouts: tuple[int, ...]
    data: LandmarkData

    def fit(
        self,
        net: nn.Module,
        family: Family[Any] | None,
        of_task: type[LandmarkTask] = LandmarkTask,
    ) -> None:
        """Train the network, or resume an interrupted training in the folder of the options.

        net: as in the task.  family: as in `find_teachers`.
        Writes logs (`log/metrics.csv`, and for TensorBoard) and checkpoints (the three best and the
        last); the network then has the averaged weights.
        """
        recipe, options, settings, data = self.recipe, self.options, self.settings, self.data
        teachers = find_teachers(options, self.layouts, recipe.contract, family)
        if settings.teach_once:
            data.train.landmarks = learned_landmarks(
                data.train, self.layouts, teachers, recipe.contract, settings.distillation_weight
            )
            teachers = {}
        steps = settings.epochs * data.steps_per_epoch
        task = of_task(
            channels_last(net),
            recipe.contract,
            settings,
            self.layouts,
            steps,
            options.seed,
            teachers,
        )
        trainer = make_trainer(options, settings, Watched("val_nme"))
        trainer.fit(task, data, ckpt_path=last_checkpoint(options.out, steps), weights_only=True)

    def write_record(self, defaults: Settings) -> None:
        """Write `training.json` to the folder of the options. defaults: the family's settings."""
        sizes = {name: crops.landmarks.shape[:2] for name, crops in self.sets.items()}
        record = training_record(
            self.recipe.name, self.options, self.settings, sizes, self.data, defaults
        )
        file = self.options.out / "training.json"
        file.write_text(json.dumps(record, indent=1) + "\n", "utf-8")


def prepare(recipe: Recipe, points: int, options: TrainOptions, settings: Settings) -> Training:
    """Read and split the faces for a network with this many points; set all random seeds.

    Raises DataError if no data set has as many.
    """
    seed_everything(options.seed, verbose=False)
    found = [find_faces(spec, "train") for spec in options.data]
    sets = {data.label: crops_of(data) for data in found}
    faces = _merged(recipe.name, points, list(sets.values()), settings)
    data = _split(faces, points, recipe.contract, options, settings)
    return Training(recipe, options, settings, sets, tuple(faces.landmarks), data)


def check_held_out(start: Path, model: str, seed: int) -> None:
    """Raise RecipeError if the initial weights learned the faces that this seed holds out."""
    seeds = seeds_of(read_record(start, model))
    if seeds != {seed}:
        found = " and ".join(sorted(map(str, seeds)))
        raise RecipeError(
            f"{start}: trained with seed {found}, not {seed}, so faces held out now were trained "
            "on then; give --seed the seed of all earlier trainings"
        )


def _merged(model: str, points: int, sets: Sequence[Crops], settings: Settings) -> LabelledFaces:
    """Return all faces, with the model's own landmark layout first."""
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


def _split(
    faces: LabelledFaces,
    points: int,
    contract: Contract,
    options: TrainOptions,
    settings: Settings,
) -> LandmarkData:
    weights = None
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
