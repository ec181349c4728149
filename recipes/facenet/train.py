"""Training of the classifier with Lightning: resumable, reproducible for the same seed.

As in the slides: training stops early, and the weights are those of the best epoch E.
Quantization-aware training goes on from there (recipes.facenet.fit).
"""

import json
from dataclasses import asdict
from pathlib import Path

import torch
from lightning.pytorch import Trainer, seed_everything

from recipes.facedet.data import read_images, split_photos
from recipes.facedet.samples import LabelledImage
from recipes.facenet.checkpoint import build_net
from recipes.facenet.crops import balanced_crops
from recipes.facenet.data import CropData
from recipes.facenet.settings import Settings, settings_of
from recipes.facenet.task import ClassifierTask
from recipes.facenet.variants import VARIANTS
from recipes.shelf.checkpoint import load_weights, save_state
from recipes.shelf.detector_record import training_record
from recipes.shelf.trainer import Watched, last_checkpoint, make_trainer
from zoo.data.labelled_data import find_data
from zoo.errors import RecipeError
from zoo.recipe import Recipe
from zoo.training import TrainOptions

__all__ = ["read_photos", "train"]


def train(recipe: Recipe, options: TrainOptions) -> Path:
    """Train, or resume an interrupted training in the folder; return the weights' path.

    Writes logs, checkpoints, the best epoch's weights as safetensors, and the record
    `training.json`.
    """
    settings, variant = settings_of(options.settings), VARIANTS[recipe.name]
    if options.peers or options.teachers:
        raise RecipeError(f"{recipe.name}: learns from labels only; leave out --teacher and --peer")
    seed_everything(options.seed, verbose=False)
    photos, held_out, sets = _read(options, settings)
    crops = balanced_crops(held_out, settings.held_out_crops, options.seed)
    data = CropData(photos, settings, options.seed)
    steps = settings.epochs * data.steps_per_epoch
    net = build_net(variant, options.seed)
    if options.start is not None:
        load_weights(net, options.start / f"{variant.name}.safetensors", variant.name)
    task = ClassifierTask(net, recipe, variant.folding, settings, steps, options.seed, crops)
    trainer = make_trainer(options, settings, Watched("val_accuracy", "max"))
    trainer.fit(task, data, ckpt_path=last_checkpoint(options.out, steps), weights_only=True)
    best = _take_best(task, trainer)
    usual = asdict(Settings())
    record = training_record(recipe.name, options, asdict(settings), usual, sets, len(held_out)) | {
        "best_epoch": best
    }
    (options.out / "training.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    weights = options.out / f"{recipe.name}.safetensors"
    save_state(net.state_dict(), weights)
    return weights


def read_photos(
    spec: Path, validation_fraction: float, seed: int
) -> tuple[list[LabelledImage], list[LabelledImage], str]:
    """Return training and held-out photos of a data set, and its name; raises RecipeError."""
    found = find_data(spec, "train")
    images, photos = read_images(found)
    if not photos:
        raise RecipeError(
            f"{found.label}: has no boxes of faces; give a data set that does, such as WIDER FACE"
        )
    train_, held = split_photos(len(images), validation_fraction, seed)
    return [images[index] for index in train_], [images[index] for index in held], found.label


def _read(
    options: TrainOptions, settings: Settings
) -> tuple[list[LabelledImage], list[LabelledImage], dict[str, int]]:
    """Return training photos, held-out photos, and the number of photos of each set."""
    photos: list[LabelledImage] = []
    held_out: list[LabelledImage] = []
    sets: dict[str, int] = {}
    for spec in options.data:
        kept, held, label = read_photos(spec, settings.validation_fraction, options.seed)
        photos += kept
        held_out += held
        sets[label] = len(kept) + len(held)
    return photos, held_out, sets


def _take_best(task: ClassifierTask, trainer: Trainer) -> int:
    """Give the task the weights of the best epoch; return its number, from 1 on."""
    file = trainer.checkpoint_callback.best_model_path  # type: ignore[union-attr]
    state = torch.load(file, map_location="cpu", weights_only=True)
    task.load_state_dict(state["state_dict"])
    return int(state["epoch"]) + 1
