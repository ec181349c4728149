"""Training of PFLD with Lightning: resumable, reproducible for the same seed."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lightning.pytorch import seed_everything

from recipes.pfld.face_classes import class_weights, face_classes
from recipes.pfld.settings import Settings, settings_of
from recipes.pfld.start import start_variant
from recipes.pfld.task import LandmarkTask
from recipes.pfld.teachers import find_teachers
from recipes.pfld.training_net import TrainingNet
from recipes.pfld.training_record import read_record, seeds_of, training_record
from recipes.pfld.variants import VARIANTS, Variant
from recipes.shelf.checkpoint import save_state
from recipes.shelf.face_data import crops_of, find_faces
from recipes.shelf.labelled_faces import LabelledFaces, join
from recipes.shelf.landmark_data import LandmarkData
from recipes.shelf.trainer import Watched, channels_last, last_checkpoint, make_trainer
from zoo.contract import Contract
from zoo.data.crops import Crops
from zoo.errors import DataError, RecipeError
from zoo.recipe import Recipe
from zoo.steps.head_pose import head_angles
from zoo.training import TrainOptions

__all__ = ["train"]


def train(recipe: Recipe, options: TrainOptions) -> Path:
    """Train, or resume an interrupted training in the folder; return the weights' path.

    Writes logs (`log/metrics.csv`, and for TensorBoard), checkpoints (the three best and the last),
    the averaged weights as safetensors (of the variant, and of its siblings from the auxiliary
    heads), and the record `training.json`.
    """
    variant, settings = VARIANTS[recipe.name], settings_of(options.settings)
    seed_everything(options.seed, verbose=False)
    sets = _read(options)
    faces = _faces(variant, list(sets.values()), settings)
    data = _data(faces, variant, recipe.contract, options, settings)
    steps = settings.epochs * data.steps_per_epoch
    net = _net(faces, variant, settings, options)
    task = LandmarkTask(
        net,
        recipe.contract,
        settings,
        tuple(faces.landmarks),
        steps,
        options.seed,
        find_teachers(options, tuple(faces.landmarks), recipe.contract),
    )
    trainer = make_trainer(options, settings, Watched("val_nme"))
    trainer.fit(task, data, ckpt_path=last_checkpoint(options.out, steps), weights_only=True)
    sizes = {name: crops.landmarks.shape[:2] for name, crops in sets.items()}
    record = training_record(recipe.name, options, settings, sizes, data)
    return _save(net, recipe.name, record, options.out)


def _read(options: TrainOptions) -> dict[str, Crops]:
    """Return the crops of each data set by name."""
    found = [find_faces(spec, "train") for spec in options.data]
    return {data.label: crops_of(data) for data in found}


def _faces(variant: Variant, sets: Sequence[Crops], settings: Settings) -> LabelledFaces:
    """Return all faces, with the variant's own landmark layout first."""
    faces = join(sets)
    if variant.points not in faces.landmarks:
        found = " or ".join(map(str, faces.landmarks))
        raise DataError(
            f"{variant.name}: learns {variant.points} landmarks, but the faces have {found}; "
            "add a data set with them to --data"
        )
    others = [points for points in faces.landmarks if points != variant.points]
    kept = [variant.points, *(others if settings.other_points_weight > 0 else [])]
    return LabelledFaces(faces.images, {k: faces.landmarks[k] for k in kept}, faces.rows)


def _data(
    faces: LabelledFaces,
    variant: Variant,
    contract: Contract,
    options: TrainOptions,
    settings: Settings,
) -> LandmarkData:
    weights = None
    if settings.class_weighting:
        pose = contract.step("head_pose").parameters
        points = faces.landmarks[variant.points][:, list(pose["points"])].astype(np.float64)
        angles = np.nan_to_num(head_angles(points, np.array(pose["face"])))
        weights = class_weights(face_classes(faces, angles))
    return LandmarkData(
        faces,
        variant.points,
        settings.batch_size,
        options.seed,
        settings.validation_fraction,
        weights,
    )


def _net(
    faces: LabelledFaces, variant: Variant, settings: Settings, options: TrainOptions
) -> TrainingNet:
    others = tuple(points for points in faces.landmarks if points != variant.points)
    net = TrainingNet(variant, others, settings.pose_branch, options.seed)
    if options.start is not None:
        net.start_from(options.start)
        learned = start_variant(options.start, variant) or variant
        _check_held_out(options.start, learned.name, options.seed)
    return channels_last(net)


def _check_held_out(start: Path, model: str, seed: int) -> None:
    """Raise RecipeError if the initial weights learned the faces that this seed holds out."""
    seeds = seeds_of(read_record(start, model))
    if seeds != {seed}:
        found = " and ".join(sorted(map(str, seeds)))
        raise RecipeError(
            f"{start}: trained with seed {found}, not {seed}, so faces held out now were trained "
            "on then; give --seed the seed of all earlier trainings"
        )


def _save(net: TrainingNet, name: str, record: Mapping[str, Any], out: Path) -> Path:
    (out / "training.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    for variant, state in net.states().items():
        save_state(state, out / f"{variant.name}.safetensors")
    return out / f"{name}.safetensors"
