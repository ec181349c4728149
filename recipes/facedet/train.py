"""Training of the detector with Lightning: resumable, reproducible for the same seed."""

import json
from dataclasses import asdict
from pathlib import Path

from lightning.pytorch import seed_everything

from recipes.facedet.checkpoint import build_net
from recipes.facedet.data import DetectionData, Pictures, read_images, split_photos
from recipes.facedet.samples import LabelledImage
from recipes.facedet.settings import Settings, settings_of
from recipes.facedet.task import DetectionTask
from recipes.facedet.teacher import YuNet
from recipes.shelf.boxed_photos import BoxedPhoto
from recipes.shelf.checkpoint import load_weights, save_state
from recipes.shelf.detector_record import training_record
from recipes.shelf.trainer import Watched, channels_last, last_checkpoint, make_trainer
from zoo.data.labelled_data import find_data
from zoo.errors import RecipeError
from zoo.recipe import Recipe
from zoo.training import TrainOptions

__all__ = ["train"]


def train(recipe: Recipe, options: TrainOptions) -> Path:
    """Train, or resume an interrupted training in the folder; return the weights' path.

    Data sets without boxes need a teacher. Writes logs, checkpoints, the averaged weights as
    safetensors, and the record `training.json`.
    """
    settings = settings_of(options.settings)
    seed_everything(options.seed, verbose=False)
    teacher = _teacher(options)
    pictures, held_out, sets = _read(options, settings, teacher is not None)
    data = DetectionData(pictures, len(held_out), settings, options.seed, teacher)
    steps = settings.epochs * data.steps_per_epoch
    net = channels_last(build_net(options.seed))
    if options.start is not None:
        load_weights(net, options.start / f"{recipe.name}.safetensors", recipe.name)
    task = DetectionTask(net, recipe, settings, steps, options.seed, held_out)
    trainer = make_trainer(options, settings, Watched("val_ap", "max"))
    trainer.fit(task, data, ckpt_path=last_checkpoint(options.out, steps), weights_only=True)
    record = training_record(
        recipe.name,
        options,
        asdict(settings),
        asdict(Settings()),
        sets,
        len(held_out),
        [file.stem for file in options.teachers],
    )
    (options.out / "training.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    weights = options.out / f"{recipe.name}.safetensors"
    save_state(net.state_dict(), weights)
    return weights


def _teacher(options: TrainOptions) -> YuNet | None:
    """Return the requested teacher; raises RecipeError for more than one or another kind."""
    if options.peers or len(options.teachers) > 1:
        raise RecipeError(
            "only one teacher is supported, YuNet: --teacher FILE.onnx, without --peer"
        )
    return YuNet(options.teachers[0]) if options.teachers else None


def _read(
    options: TrainOptions, settings: Settings, is_taught: bool
) -> tuple[Pictures, list[BoxedPhoto], dict[str, int]]:
    """Return training pictures, held-out photos, and the number of pictures of each set."""
    labelled: list[LabelledImage] = []
    unlabelled: list[LabelledImage] = []
    held_out: list[BoxedPhoto] = []
    sets: dict[str, int] = {}
    for spec in options.data:
        found = find_data(spec, "train")
        images, photos = read_images(found)
        sets[found.label] = len(images)
        if not photos and not is_taught:
            raise RecipeError(
                f"{found.label}: has no boxes of faces, so they can only come from a teacher; give "
                "one with --teacher, or another data set"
            )
        if not photos:
            unlabelled += images
            continue
        train, held = split_photos(len(images), settings.validation_fraction, options.seed)
        labelled += [images[index] for index in train]
        held_out += [photos[index] for index in held]
    return Pictures(labelled, unlabelled), held_out, sets
