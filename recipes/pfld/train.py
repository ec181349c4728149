"""Training of PFLD with Lightning: resumable, reproducible for the same seed."""

from pathlib import Path

from lightning.pytorch import seed_everything

from recipes.pfld.checkpoint import FAMILY
from recipes.pfld.start import start_variant
from recipes.pfld.training_net import TrainingNet
from recipes.pfld.variants import VARIANTS, Variant
from recipes.shelf.checkpoint import save_state
from recipes.shelf.labelled_faces import LabelledFaces
from recipes.shelf.landmarks.settings import Settings, settings_of
from recipes.shelf.landmarks.task import LandmarkTask
from recipes.shelf.landmarks.teachers import find_teachers
from recipes.shelf.landmarks.training import (
    check_held_out,
    landmark_data,
    merged_faces,
    read_sets,
    write_record,
)
from recipes.shelf.trainer import Watched, channels_last, last_checkpoint, make_trainer
from zoo.recipe import Recipe
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
    sets = read_sets(options)
    faces = merged_faces(recipe.name, variant.points, list(sets.values()), settings)
    data = landmark_data(faces, recipe.contract, options, settings)
    steps = settings.epochs * data.steps_per_epoch
    net = _net(faces, variant, settings, options)
    task = LandmarkTask(
        net,
        recipe.contract,
        settings,
        tuple(faces.landmarks),
        steps,
        options.seed,
        find_teachers(options, tuple(faces.landmarks), recipe.contract, FAMILY),
    )
    trainer = make_trainer(options, settings, Watched("val_nme"))
    trainer.fit(task, data, ckpt_path=last_checkpoint(options.out, steps), weights_only=True)
    write_record(recipe, options, settings, sets, data)
    return _save(net, recipe.name, options.out)


def _net(
    faces: LabelledFaces, variant: Variant, settings: Settings, options: TrainOptions
) -> TrainingNet:
    others = tuple(points for points in faces.landmarks if points != variant.points)
    net = TrainingNet(variant, others, settings.pose_branch, options.seed)
    if options.start is not None:
        net.start_from(options.start)
        learned = start_variant(options.start, variant) or variant
        check_held_out(options.start, learned.name, options.seed)
    return channels_last(net)


def _save(net: TrainingNet, name: str, out: Path) -> Path:
    for variant, state in net.states().items():
        save_state(state, out / f"{variant.name}.safetensors")
    return out / f"{name}.safetensors"
