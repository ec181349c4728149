"""The shared trainer of all recipes: resumable, with logs, checkpoints and averaged weights."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from time import monotonic
from typing import Any, Protocol, TypeVar

import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint, WeightAveraging
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from lightning.pytorch.utilities import rank_zero_info
from torch import Tensor, nn

from recipes.shelf.training_curves import draw_training
from zoo.errors import RecipeError
from zoo.reporting import SILENCE_S, Countdown
from zoo.training import TrainOptions

__all__ = ["TrainerSettings", "Watched", "channels_last", "last_checkpoint", "make_trainer"]

Net = TypeVar("Net", bound=nn.Module)


class TrainerSettings(Protocol):
    """The trainer's part of a recipe's settings, documented in the recipe."""

    @property
    def epochs(self) -> int: ...
    @property
    def gradient_norm(self) -> float: ...
    @property
    def average_decay(self) -> float: ...
    @property
    def patience(self) -> int: ...
    @property
    def precision(self) -> str: ...


@dataclass(frozen=True)
class Watched:
    """The metric that selects the best checkpoints. best: 'min' or 'max'."""

    metric: str
    best: str = "min"


def make_trainer(options: TrainOptions, settings: TrainerSettings, watched: Watched) -> Trainer:
    """Return a recipe's trainer, which logs, checkpoints, averages weights and may stop early."""
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
        callbacks=_callbacks(options.out, settings, watched),
        enable_progress_bar=False,
        enable_model_summary=False,
        log_every_n_steps=1,
    )


def _precision(options: TrainOptions, settings: TrainerSettings) -> Any:  # noqa: ANN401 (a Literal)
    if settings.precision != "auto":
        return settings.precision
    on_cuda = options.accelerator in ("auto", "cuda", "gpu") and torch.cuda.is_available()
    return "16-mixed" if on_cuda else "32-true"


def _callbacks(out: Path, settings: TrainerSettings, watched: Watched) -> list[Callback]:
    callbacks: list[Callback] = [
        ModelCheckpoint(
            out / "checkpoints",
            f"{{epoch}}-{{{watched.metric}:.3f}}",
            monitor=watched.metric,
            mode=watched.best,
            save_top_k=3,
        ),
        # After every epoch: `save_last` above would only cover the best ones.
        ModelCheckpoint(out / "checkpoints", "last", enable_version_counter=False),
        _Progress(),
        _Curves(out),
    ]
    if settings.average_decay > 0:
        callbacks.append(WeightAveraging(avg_fn=_Average(settings.average_decay)))
    if settings.patience > 0:
        callbacks.append(
            EarlyStopping(watched.metric, patience=settings.patience, mode=watched.best)
        )
    return callbacks


class _Average:
    """An exponential moving average with a memory that grows from the start."""

    def __init__(self, decay: float) -> None:
        self.decay = decay

    def __call__(self, average: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
        """Return the next average."""
        decay = min(self.decay, float((1 + count) / (10 + count)))
        return average + (current - average) * (1 - decay)


def last_checkpoint(out: Path, steps: int) -> Path | None:
    """Return the last checkpoint, if any; raises RecipeError if it is from another training."""
    last = out / "checkpoints" / "last.ckpt"
    if not last.is_file():
        return None
    try:
        state = torch.load(last, map_location="cpu", weights_only=True)
        found = state["hyper_parameters"]["steps"]
    except (OSError, EOFError, RuntimeError, LookupError, UnpicklingError) as error:
        raise RecipeError(
            f"{last}: not a checkpoint of a training ({type(error).__name__}); "
            "remove it to start over"
        ) from error
    if found != steps:
        raise RecipeError(
            f"{last}: belongs to a training of {found} steps, but {steps} were asked for; "
            "give the same data, epochs and batch size to go on, or another folder to start over"
        )
    return last


def channels_last(net: Net) -> Net:
    """Return the network in the fastest layout for convolutions on CPUs."""
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # absent from stubs
    return net


class _Progress(Callback):
    """Reports each epoch, and long ones in between, through Lightning's own logger, on stderr.

    The time left is that of all epochs; a training may stop early.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._countdown, self._told_s = Countdown(0, clock=clock), clock()

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        self._countdown = Countdown(trainer.max_epochs or 0, trainer.current_epoch, self._clock)
        self._told_s = self._clock()

    def on_train_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,  # noqa: ARG002
        outputs: object,  # noqa: ARG002
        batch: object,  # noqa: ARG002
        batch_idx: int,
    ) -> None:
        if self._clock() - self._told_s < SILENCE_S:
            return
        share = (batch_idx + 1) / float(trainer.num_training_batches)
        if share < 1:
            self._tell(trainer, f"{100 * share:.0f} % done", trainer.current_epoch + share)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        if not trainer.sanity_checking:
            metrics = trainer.callback_metrics.items()
            found = ", ".join(f"{name} {float(value):.3f}" for name, value in metrics)
            self._tell(trainer, found, trainer.current_epoch + 1)

    def _tell(self, trainer: Trainer, found: str, done: float) -> None:
        self._told_s = self._clock()
        epoch = f"epoch {trainer.current_epoch + 1} of {trainer.max_epochs}"
        rank_zero_info(f"{epoch}: {found}{self._countdown.after(done)}")


class _Curves(Callback):
    """Draws the log's metrics at the end."""

    def __init__(self, out: Path) -> None:
        self._out = out

    def on_fit_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        for logger in trainer.loggers:
            logger.save()
        log = self._out / "log" / "metrics.csv"
        if log.is_file():
            draw_training(log, self._out / "curves.svg")
