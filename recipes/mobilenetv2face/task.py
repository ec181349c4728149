"""Training of the detector as a LightningModule: batches in, loss and average precision out."""

from collections.abc import Sequence
from dataclasses import asdict

import torch
from lightning.pytorch import LightningModule
from torch import Generator, Tensor

from recipes.facedet.photometric import change_colours
from recipes.mobilenetv2face.data import Batch
from recipes.mobilenetv2face.loss import loss_of
from recipes.mobilenetv2face.net import MobileNetV2Face
from recipes.mobilenetv2face.settings import Settings
from recipes.shelf.boxed_photos import BoxedPhoto
from recipes.shelf.checkpoint import as_run
from recipes.shelf.detection_evaluation import SMALLEST_PX, detections_of
from recipes.shelf.detection_metrics import PhotoDetections, scored_faces
from zoo.recipe import Recipe

__all__ = ["DetectionTask"]


class DetectionTask(LightningModule):
    """Fit the network to faces; `val_ap` is in percent, for held-out faces from 16 pixels on."""

    def __init__(
        self,
        net: MobileNetV2Face,
        recipe: Recipe,
        settings: Settings,
        steps: int,
        seed: int,
        held_out: Sequence[BoxedPhoto],
    ) -> None:
        super().__init__()
        self.net, self.recipe, self.settings = net, recipe, settings
        self.seed, self.held_out = seed, held_out
        self.found: list[PhotoDetections] = []
        self.save_hyperparameters({"steps": steps, "settings": asdict(settings)})

    def on_train_start(self) -> None:
        """Let frozen batch norms be; Lightning leaves modes as they are from here on."""
        self.net.train()

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:  # noqa: ARG002
        """Return the loss of crops with randomly changed colours."""
        x = change_colours(batch.images, self._generator())
        x = ((x - 128) / 128).contiguous(memory_format=torch.channels_last)
        parts = loss_of(self.net(x), batch.wanted, self.settings.box_weight)
        for name, value in parts.items():
            self.log(f"{name}_loss", value, on_step=False, on_epoch=True, batch_size=len(x))
        return torch.stack(list(parts.values())).sum()

    def validation_step(self, photo: int, batch_index: int) -> None:  # noqa: ARG002
        """Collect the detections of one photo, as in deployment."""
        run = as_run(self.net, self.recipe)
        self.found += detections_of(self.recipe.contract, run, [self.held_out[photo]])

    def on_validation_epoch_end(self) -> None:
        """Log the average precision."""
        self.log("val_ap", 100 * scored_faces(self.found, SMALLEST_PX[0]).average_precision)
        self.found = []

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return Adam for the weights that are not frozen."""
        trained = [p for p in self.net.parameters() if p.requires_grad]
        return torch.optim.Adam(trained, self.settings.learning_rate)

    def _generator(self) -> Generator:
        """Return a generator that only depends on seed and step, so that resuming repeats it."""
        generator = Generator(device=self.device)
        return generator.manual_seed(self.seed + 1_000_003 * self.global_step)
