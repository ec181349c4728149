"""Training of the detector with Lightning: resumable, reproducible for the same seed."""

import json
from dataclasses import asdict, replace
from pathlib import Path

from lightning.pytorch import seed_everything

from recipes.facedet.data import read_images, split_photos
from recipes.facedet.samples import LabelledImage
from recipes.mobilenetv2face.checkpoint import build_net
from recipes.mobilenetv2face.data import DetectionData
from recipes.mobilenetv2face.net import MobileNetV2Face
from recipes.mobilenetv2face.pretrained import load_pretrained
from recipes.mobilenetv2face.settings import Settings, settings_of
from recipes.mobilenetv2face.task import DetectionTask
from recipes.mobilenetv2face.variants import VARIANTS, Variant
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

    Writes logs, checkpoints, the averaged weights as safetensors, and the record `training.json`.
    """
    settings, variant = settings_of(options.settings), VARIANTS[recipe.name]
    if options.peers or options.teachers:
        raise RecipeError(f"{recipe.name}: learns from labels only; leave out --teacher and --peer")
    seed_everything(options.seed, verbose=False)
    photos, held_out, sets = _read(options, settings)
    data = DetectionData(photos, len(held_out), variant, settings, options.seed)
    steps = settings.epochs * data.steps_per_epoch
    net = _net(variant, options, settings)
    task = DetectionTask(net, recipe, settings, steps, options.seed, held_out)
    trainer = make_trainer(options, settings, Watched("val_ap", "max"))
    trainer.fit(task, data, ckpt_path=last_checkpoint(options.out, steps), weights_only=True)
    named = replace(settings, pretrained=Path(settings.pretrained).name)
    record = training_record(
        recipe.name, options, asdict(named), asdict(Settings()), sets, len(held_out)
    )
    (options.out / "training.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    weights = options.out / f"{recipe.name}.safetensors"
    save_state(net.state_dict(), weights)
    return weights


def _net(variant: Variant, options: TrainOptions, settings: Settings) -> MobileNetV2Face:
    """Return the network with its initial weights, a prefix of them frozen."""
    net = channels_last(build_net(variant, options.seed))
    if settings.pretrained:
        load_pretrained(net, Path(settings.pretrained))
    if options.start is not None:
        load_weights(net, options.start / f"{variant.name}.safetensors", variant.name)
    net.freeze(settings.frozen_layers)
    return net


def _read(
    options: TrainOptions, settings: Settings
) -> tuple[list[LabelledImage], list[BoxedPhoto], dict[str, int]]:
    """Return training pictures, held-out photos, and the number of pictures of each set."""
    kept: list[LabelledImage] = []
    held_out: list[BoxedPhoto] = []
    sets: dict[str, int] = {}
    for spec in options.data:
        found = find_data(spec, "train")
        images, photos = read_images(found)
        if not photos:
            raise RecipeError(
                f"{found.label}: has no boxes of faces; give a data set that does, such as WIDER "
                "FACE"
            )
        sets[found.label] = len(images)
        train, held = split_photos(len(images), settings.validation_fraction, options.seed)
        kept += [images[index] for index in train]
        held_out += [photos[index] for index in held]
    return kept, held_out, sets
