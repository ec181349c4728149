"""Training of a landmark network as a LightningModule: batches in, loss and NME out."""

from dataclasses import dataclass, field
from typing import Any

import torch
from lightning.pytorch import LightningModule
from torch import Generator, Tensor

from recipes.pfld.loss import wing_loss
from recipes.pfld.net import Pfld
from recipes.shelf.augment import Augmentation, augment, cut_faces, face_squares, square_matrices
from recipes.shelf.landmark_data import Batch
from recipes.shelf.layouts import layout_of

__all__ = ["LandmarkTask", "Schedule"]

INPUT_SIZE = 112


@dataclass(frozen=True)
class Schedule:
    """One-cycle learning rate (Smith and Topin 2018, "Super-Convergence") for AdamW."""

    steps: int
    learning_rate: float = 4e-3
    warm_up: float = 0.1
    weight_decay: float = 1e-4
    augmentation: Augmentation = field(default_factory=Augmentation)


class LandmarkTask(LightningModule):
    """Fit a network to landmarks; `val_nme` is in percent of the inter-ocular distance."""

    def __init__(self, net: Pfld, points: int, schedule: Schedule, seed: int) -> None:
        super().__init__()
        self.net, self.schedule, self.seed = net, schedule, seed
        self.layout = layout_of(points)
        self.register_buffer("mirror", torch.tensor(self.layout.mirror), persistent=False)

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        """Return the wing loss of a randomly changed batch."""
        images, landmarks = augment(
            *batch, self.mirror, INPUT_SIZE, self.schedule.augmentation, self._generator()
        )
        predicted = self._landmarks(images)
        loss = wing_loss(INPUT_SIZE * predicted, INPUT_SIZE * landmarks)
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch: Batch, batch_index: int) -> None:
        """Log the NME on upright cuts, the way of deployment."""
        images, landmarks = batch
        matrices = square_matrices(
            *face_squares(landmarks, self.schedule.augmentation.box_scale)
        )
        cuts, target = cut_faces(images, landmarks, matrices, INPUT_SIZE)
        distances = (self._landmarks(cuts) - target).norm(dim=2).mean(dim=1)
        left, right = self.layout.eye_corners
        between_eyes = (target[:, left] - target[:, right]).norm(dim=1)
        self.log("val_nme", 100 * (distances / between_eyes).mean(), batch_size=len(cuts))

    def configure_optimizers(self) -> dict[str, Any]:
        """AdamW under one cycle of the learning rate, stepped each batch."""
        plan = self.schedule
        optimizer = torch.optim.AdamW(
            self.net.parameters(), plan.learning_rate, weight_decay=plan.weight_decay
        )
        cycle = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, plan.learning_rate, plan.steps, pct_start=plan.warm_up
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": cycle, "interval": "step"},
        }

    def _landmarks(self, images: Tensor) -> Tensor:
        """images: [N, 3, 112, 112] in 0..1.  Returns [N, K, 2] fractions."""
        pixels = 255 * images
        landmarks: Tensor = self.net((pixels - 128) / 128)[0]
        return landmarks.unflatten(1, (-1, 2))

    def _generator(self) -> Generator:
        """Return randomness that depends on seed and step only, so that resuming repeats it."""
        return torch.Generator().manual_seed(self.seed + 1_000_003 * self.global_step)
