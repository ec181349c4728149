"""Training of PFLD with Lightning: resumable, the same result for the same seed."""

from dataclasses import dataclass
from pathlib import Path

import torch
from lightning.pytorch import Trainer, seed_everything
from lightning.pytorch.callbacks import EMAWeightAveraging, ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from safetensors.torch import save_file

from recipes.pfld.net import Channels, Pfld
from recipes.pfld.task import LandmarkTask, Schedule
from recipes.shelf.landmark_data import LandmarkData

__all__ = ["Plan", "fit"]


@dataclass(frozen=True)
class Plan:
    """All that decides what comes out of a training.

    folder: a crops data set.  average_decay: of the moving average of the weights, per step.
    """

    folder: Path
    points: int
    width: float
    epochs: int = 150
    batch_size: int = 64
    seed: int = 0
    validation_fraction: float = 0.05
    average_decay: float = 0.998
    gradient_norm: float = 10.0


def fit(plan: Plan, out: Path, accelerator: str = "cpu") -> Path:
    """Train, or go on where a training in `out` was interrupted; return the weights' path.

    Writes `metrics.csv`, checkpoints (the three best and the last) and `weights.safetensors`, the
    averaged weights of the last epoch.
    """
    seed_everything(plan.seed)
    data = LandmarkData(
        plan.folder, plan.points, plan.batch_size, plan.seed, plan.validation_fraction
    )
    net = Pfld(plan.points, Channels.scaled(plan.width)).to(memory_format=torch.channels_last)
    schedule = Schedule(steps=plan.epochs * data.steps_per_epoch)
    task = LandmarkTask(net, plan.points, schedule, plan.seed)
    trainer = _trainer(plan, out, accelerator)
    last = out / "checkpoints" / "last.ckpt"
    trainer.fit(task, data, ckpt_path=last if last.exists() else None, weights_only=False)
    weights = out / "weights.safetensors"
    save_file({k: v.contiguous() for k, v in net.state_dict().items()}, weights)
    return weights


def _trainer(plan: Plan, out: Path, accelerator: str) -> Trainer:
    checkpoints = ModelCheckpoint(
        out / "checkpoints", "{epoch}-{val_nme:.3f}", "val_nme", save_last=True, save_top_k=3
    )
    return Trainer(
        accelerator=accelerator,
        devices=1,
        max_epochs=plan.epochs,
        gradient_clip_val=plan.gradient_norm,
        logger=CSVLogger(out, name="log", version=""),
        callbacks=[checkpoints, EMAWeightAveraging(decay=plan.average_decay)],
        enable_progress_bar=False,
        log_every_n_steps=20,
    )
