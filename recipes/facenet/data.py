"""Batches of crops with their classes, as the network's input."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from lightning.pytorch import LightningDataModule
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from recipes.facedet.samples import LabelledImage
from recipes.facenet.crops import draw_crop
from recipes.facenet.settings import Settings
from recipes.facenet.variants import SIZE
from recipes.shelf.epoch_numbers import EpochNumbers

__all__ = ["Batch", "CropData", "drawn_batch", "inputs_of"]


class Batch(NamedTuple):
    """Crops of one step. images: [N, 3, 88, 88] uint8.  classes: [N] int64."""

    images: Tensor
    classes: Tensor


def drawn_batch(
    photos: Sequence[LabelledImage], count: int, scaled: float, random: Generator
) -> Batch:
    """Return random crops, half of them faces, some mirrored."""
    classes = [index % 2 for index in range(count)]
    crops = [draw_crop(photos, bool(kind), random, scaled) for kind in classes]
    images = np.stack([_resized(crop, random) for crop in crops])
    return Batch(torch.from_numpy(images).permute(0, 3, 1, 2), torch.tensor(classes))


def inputs_of(images: Tensor, folding: int) -> Tensor:
    """Return what the network reads, [N, 3 r r, 88 / r, 88 / r], of pixels in 0..255.

    As contract step 'fold': channel block (i, j) has the pixels of rows i and columns j, modulo r.
    """
    x = (images - 128) / 128
    blocks = [x[:, :, i::folding, j::folding] for i in range(folding) for j in range(folding)]
    return torch.cat(blocks, dim=1)


def _resized(crop: Image.Image, random: Generator) -> NDArray[np.uint8]:
    resized = np.asarray(crop.resize((SIZE, SIZE), Image.Resampling.BILINEAR))
    return resized[:, ::-1] if random.random() < 0.5 else resized


class CropData(LightningDataModule):
    """Random crops for training, and one item that asks for validation."""

    def __init__(self, photos: Sequence[LabelledImage], settings: Settings, seed: int) -> None:
        super().__init__()
        self.settings = settings
        self.steps_per_epoch = max(settings.crops // settings.batch_size, 1)
        self.batches = _Batches(photos, settings, seed)

    def train_dataloader(self) -> DataLoader[Batch]:
        """Batches that only depend on seed, epoch and position in the epoch."""
        order = EpochNumbers(self.steps_per_epoch)
        return DataLoader(
            self.batches, batch_size=None, sampler=order, num_workers=self.settings.workers
        )

    def val_dataloader(self) -> DataLoader[Any]:
        """Return one item; the task has the held-out crops."""
        return DataLoader([0], batch_size=None)  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Batches(Dataset[Batch]):
    photos: Sequence[LabelledImage]
    settings: Settings
    seed: int

    def __getitem__(self, number: int) -> Batch:
        random = np.random.default_rng((self.seed, number))
        return drawn_batch(self.photos, self.settings.batch_size, self.settings.scaled, random)
