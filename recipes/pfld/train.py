"""Training of PFLD with Lightning: resumable, the same result for the same seed."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, TypeVar

import numpy as np
import torch
from lightning.pytorch import Callback, LightningModule, Trainer, seed_everything
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint, WeightAveraging
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from lightning.pytorch.utilities import rank_zero_info
from torch import Tensor, nn

from recipes.pfld.face_classes import class_weights, face_classes
from recipes.pfld.settings import Settings, settings_of
from recipes.pfld.task import LandmarkTask
from recipes.pfld.teachers import find_teachers
from recipes.pfld.training_net import TrainingNet
from recipes.pfld.training_record import read_record, seeds_of, training_record
from recipes.pfld.variants import VARIANTS, Variant
from recipes.shelf.checkpoint import save_state
from recipes.shelf.face_data import crops_of, find_faces
from recipes.shelf.labelled_faces import LabelledFaces, join
from recipes.shelf.landmark_data import LandmarkData
from zoo.contract import Contract
from zoo.crops import Crops
from zoo.errors import DataError, RecipeError
from zoo.recipe import Recipe
from zoo.steps.head_pose import head_angles
from zoo.training import TrainOptions

__all__ = ["train"]

Net = TypeVar("Net", bound=nn.Module)


def train(recipe: Recipe, options: TrainOptions) -> Path:
    """Train, or go on where a training in the folder was interrupted; return the weights' path.

    Writes logs (`log/metrics.csv`, and for TensorBoard), checkpoints (the three best and the last),
    the averaged weights as safetensors (those of the variant, and of its siblings that the
    auxiliary heads give), and `training.json`, which says how it was trained.
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
    trainer = _trainer(options, settings)
    trainer.fit(task, data, ckpt_path=_last(options.out, steps), weights_only=True)
    sizes = {name: crops.landmarks.shape[:2] for name, crops in sets.items()}
    record = training_record(recipe.name, options, settings, sizes, data)
    return _save(net, recipe.name, record, options.out)


def _read(options: TrainOptions) -> dict[str, Crops]:
    """Return the crops of each data set by its name."""
    found = [find_faces(spec, "train") for spec in options.data]
    return {data.label: crops_of(data) for data in found}


def _faces(variant: Variant, sets: Sequence[Crops], settings: Settings) -> LabelledFaces:
    """Return all faces; the layouts of the landmarks begin with the variant's own."""
    faces = join(sets)
    if variant.points not in faces.landmarks:
        found = " or ".join(map(str, faces.landmarks))
        raise DataError(
            f"{variant.name}: learns {variant.points} landmarks, but the faces have {found}; give "
            "a data set with them by --data too"
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
        _check_held_out(options.start, variant.name, options.seed)
    return _channels_last(net)


def _check_held_out(start: Path, model: str, seed: int) -> None:
    """Raise RecipeError where the faces that this seed holds out were learned at the start."""
    seeds = seeds_of(read_record(start, model))
    if seeds != {seed}:
        found = " and ".join(sorted(map(str, seeds)))
        raise RecipeError(
            f"{start}: trained with seed {found}, not {seed}, so that faces held out now were "
            "learned then; give by --seed the one seed that all trainings before this had"
        )


def _channels_last(net: Net) -> Net:
    """Return the network in the layout that convolutions on CPUs are fastest in."""
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # absent from stubs
    return net


def _last(out: Path, steps: int) -> Path | None:
    """Return the last checkpoint, if any; raises RecipeError where it is of another training."""
    last = out / "checkpoints" / "last.ckpt"
    if not last.is_file():
        return None
    try:
        state = torch.load(last, map_location="cpu", weights_only=True)
        found = state["hyper_parameters"]["steps"]
    except (OSError, EOFError, RuntimeError, LookupError, UnpicklingError) as error:
        raise RecipeError(
            f"{last}: not a checkpoint of a training ({type(error).__name__}); "
            "remove it to start anew"
        ) from error
    if found != steps:
        raise RecipeError(
            f"{last}: belongs to a training of {found} steps, but {steps} were asked for; "
            "give the same data, epochs and batch size to go on, or another folder to start anew"
        )
    return last


def _trainer(options: TrainOptions, settings: Settings) -> Trainer:
    return Trainer(
        accelerator=options.accelerator,
        devices=1,
        precision=_precision(options, settings),
        max_epochs=settings.epochs,
        gradient_clip_val=settings.gradient_norm,
        logger=[
            CSVLogger(options.out, name="log", version=""),
            TensorBoardLogger(options.out, name="log", version=""),
        ],
        callbacks=_callbacks(options.out, settings),
        enable_progress_bar=False,
        enable_model_summary=False,
        log_every_n_steps=1,
    )


def _precision(options: TrainOptions, settings: Settings) -> Any:  # noqa: ANN401 (a Literal)
    if settings.precision != "auto":
        return settings.precision
    on_cuda = options.accelerator in ("auto", "cuda", "gpu") and torch.cuda.is_available()
    return "16-mixed" if on_cuda else "32-true"


def _callbacks(out: Path, settings: Settings) -> list[Callback]:
    callbacks: list[Callback] = [
        ModelCheckpoint(
            out / "checkpoints", "{epoch}-{val_nme:.3f}", monitor="val_nme", save_top_k=3
        ),
        # Of every epoch: `save_last` of the above would be only of those that are among the best.
        ModelCheckpoint(out / "checkpoints", "last", enable_version_counter=False),
        _EpochReport(),
    ]
    if settings.average_decay > 0:
        callbacks.append(WeightAveraging(avg_fn=_Average(settings.average_decay)))
    if settings.patience > 0:
        callbacks.append(EarlyStopping("val_nme", patience=settings.patience))
    return callbacks


class _Average:
    """An exponential moving average, whose memory grows from the start on."""

    def __init__(self, decay: float) -> None:
        self.decay = decay

    def __call__(self, average: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
        """Return the next average."""
        decay = min(self.decay, float((1 + count) / (10 + count)))
        return average + (current - average) * (1 - decay)


def _save(net: TrainingNet, name: str, record: Mapping[str, Any], out: Path) -> Path:
    (out / "training.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    for variant, state in net.states().items():
        save_state(state, out / f"{variant.name}.safetensors")
    return out / f"{name}.safetensors"


class _EpochReport(Callback):
    """Tells of each epoch by Lightning's own logger, which writes to stderr."""

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        found = ", ".join(f"{k} {float(v):.3f}" for k, v in trainer.callback_metrics.items())
        rank_zero_info(f"epoch {trainer.current_epoch + 1} of {trainer.max_epochs}: {found}")
