"""Training of the classifier as a LightningModule: batches in, loss and accuracy out."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import torch
from lightning.pytorch import LightningModule
from numpy.typing import NDArray
from torch import Generator, Tensor
from torch.nn import functional

from recipes.facedet.photometric import change_colours
from recipes.facenet.data import Batch, inputs_of
from recipes.facenet.evaluation import accuracy_of
from recipes.facenet.net import FaceNet
from recipes.facenet.settings import Settings
from recipes.shelf.checkpoint import as_run
from zoo.recipe import Recipe

__all__ = ["ClassifierTask"]


class ClassifierTask(LightningModule):
    """Fit the network to crops; `val_accuracy` is in percent, on held-out crops."""

    def __init__(
        self,
        net: FaceNet,
        recipe: Recipe,
        folding: int,
        settings: Settings,
        steps: int,
        seed: int,
        held_out: Sequence[tuple[NDArray[np.uint8], int]],
    ) -> None:
        super().__init__()
        self.net, self.recipe, self.folding, self.settings = net, recipe, folding, settings
        self.seed, self.held_out = seed, held_out
        self.save_hyperparameters({"steps": steps, "settings": asdict(settings)})

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:  # noqa: ARG002
        """Return the cross entropy of crops with randomly changed colours."""
        x = inputs_of(change_colours(batch.images, self._generator()), self.folding)
        loss = functional.cross_entropy(self.net(x)[0], batch.classes)
        self.log("loss", loss, on_step=False, on_epoch=True, batch_size=len(x))
        return loss

    def validation_step(self, item: int, batch_index: int) -> None:  # noqa: ARG002
        """Log the accuracy, as in deployment."""
        run = as_run(self.net, self.recipe)
        found = accuracy_of(self.recipe.contract, run, self.held_out)
        self.log("val_accuracy", found["accuracy_percent"], batch_size=len(self.held_out))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return Adam with a constant rate."""
        s = self.settings
        return torch.optim.Adam(self.net.parameters(), s.learning_rate, weight_decay=s.weight_decay)

    def _generator(self) -> Generator:
        """Return a generator that only depends on seed and step, so that resuming repeats it."""
        generator = Generator(device=self.device)
        return generator.manual_seed(self.seed + 1_000_003 * self.global_step)
