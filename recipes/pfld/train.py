"""Training of PFLD with Lightning: resumable, the same result for the same seed."""

from pathlib import Path
from pickle import UnpicklingError

import torch
from lightning.pytorch import Callback, LightningModule, Trainer, seed_everything
from lightning.pytorch.callbacks import ModelCheckpoint, WeightAveraging
from lightning.pytorch.loggers import CSVLogger
from lightning.pytorch.utilities import rank_zero_info
from torch import Tensor

from recipes.pfld.checkpoint import build_net, save_net
from recipes.pfld.task import LandmarkTask, Schedule
from recipes.pfld.variants import VARIANTS
from recipes.shelf.landmark_data import LandmarkData
from zoo.errors import RecipeError
from zoo.recipe import Recipe
from zoo.training import TrainOptions

__all__ = ["train"]

EPOCHS = 150
BATCH_SIZE = 64
VALIDATION_FRACTION = 0.05
AVERAGE_DECAY = 0.998
GRADIENT_NORM = 10.0


def train(recipe: Recipe, options: TrainOptions) -> Path:
    """Train, or go on where a training in the folder was interrupted; return the weights' path.

    Writes `log/metrics.csv`, checkpoints (the three best and the last) and the weights of the last
    epoch, averaged over the last steps, as safetensors.
    """
    seed_everything(options.seed, verbose=False)
    variant = VARIANTS[recipe.name]
    epochs = options.epochs or EPOCHS
    data = LandmarkData(
        options.data,
        variant.points,
        options.batch_size or BATCH_SIZE,
        options.seed,
        VALIDATION_FRACTION,
    )
    net = build_net(variant, options.seed)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # faster on CPUs
    schedule = Schedule(steps=epochs * data.steps_per_epoch)
    task = LandmarkTask(net, recipe.contract, schedule, options.seed)
    trainer = _trainer(options, epochs)
    trainer.fit(task, data, ckpt_path=_last(options.out, schedule), weights_only=True)
    weights = options.out / f"{recipe.name}.safetensors"
    save_net(net, weights)
    return weights


def _last(out: Path, schedule: Schedule) -> Path | None:
    """Return the last checkpoint, if any; raises RecipeError where it is of another training."""
    last = out / "checkpoints" / "last.ckpt"
    if not last.is_file():
        return None
    try:
        state = torch.load(last, map_location="cpu", weights_only=True)
        steps = state["lr_schedulers"][0]["total_steps"]
    except (OSError, EOFError, RuntimeError, LookupError, UnpicklingError) as error:
        raise RecipeError(
            f"{last}: not a checkpoint of a training ({type(error).__name__}); "
            "remove it to start anew"
        ) from error
    if steps != schedule.steps:
        raise RecipeError(
            f"{last}: belongs to a training of {steps} steps, but {schedule.steps} were asked for; "
            "give the same data, epochs and batch size to go on, or another folder to start anew"
        )
    return last


def _trainer(options: TrainOptions, epochs: int) -> Trainer:
    checkpoints = ModelCheckpoint(
        options.out / "checkpoints",
        "{epoch}-{val_nme:.3f}",
        monitor="val_nme",
        save_top_k=3,
        save_last=True,
    )
    return Trainer(
        accelerator=options.accelerator,
        devices=1,
        max_epochs=epochs,
        gradient_clip_val=GRADIENT_NORM,
        logger=CSVLogger(options.out, name="log", version=""),
        callbacks=[checkpoints, WeightAveraging(avg_fn=_average), _EpochReport()],
        enable_progress_bar=False,
        enable_model_summary=False,
        log_every_n_steps=1,
    )


def _average(average: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
    """Return the exponential moving average, whose memory grows from the start on."""
    decay = min(AVERAGE_DECAY, float((1 + count) / (10 + count)))
    return average + (current - average) * (1 - decay)


class _EpochReport(Callback):
    """Tells of each epoch by Lightning's own logger, which writes to stderr."""

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        found = ", ".join(f"{k} {float(v):.3f}" for k, v in trainer.callback_metrics.items())
        rank_zero_info(f"epoch {trainer.current_epoch + 1} of {trainer.max_epochs}: {found}")
