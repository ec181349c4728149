"""Batches of crops with their targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from lightning.pytorch import LightningDataModule
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from recipes.facedet.samples import LabelledImage, crop
from recipes.mobilenetv2face.loss import Wanted, canonical_places, want
from recipes.mobilenetv2face.settings import Settings
from recipes.mobilenetv2face.variants import Variant, canonical_boxes
from recipes.shelf.epoch_numbers import EpochNumbers
from zoo.errors import DataError

__all__ = ["Batch", "DetectionData"]


class Batch(NamedTuple):
    """Crops of one step. images: [N, 3, S, S] uint8."""

    images: Tensor
    wanted: Wanted


class DetectionData(LightningDataModule):
    """Random crops for training, and the indices of held-out photos."""

    def __init__(
        self,
        photos: Sequence[LabelledImage],
        held_out: int,
        variant: Variant,
        settings: Settings,
        seed: int,
    ) -> None:
        super().__init__()
        if not photos:
            raise DataError("no photo is left to train on; hold out fewer, or give more data")
        self.settings, self.held_out = settings, held_out
        self.steps_per_epoch = max(settings.crops // settings.batch_size, 1)
        places = canonical_places(
            settings.crop_size, variant.stride, canonical_boxes(variant.boxes)
        )
        self.crops = _CropBatches(photos, places, settings, seed)

    def train_dataloader(self) -> DataLoader[Batch]:
        """Batches that only depend on seed, epoch and position in the epoch."""
        order = EpochNumbers(self.steps_per_epoch)
        return DataLoader(
            self.crops, batch_size=None, sampler=order, num_workers=self.settings.workers
        )

    def val_dataloader(self) -> DataLoader[Any]:
        """Return the indices of the held-out photos, one by one."""
        return DataLoader(range(self.held_out), batch_size=None)  # type: ignore[arg-type]


@dataclass(frozen=True)
class _CropBatches(Dataset[Batch]):
    photos: Sequence[LabelledImage]
    places: Tensor
    settings: Settings
    seed: int

    def __getitem__(self, number: int) -> Batch:
        random = np.random.default_rng((self.seed, number))
        images, wanted = [], []
        for _ in range(self.settings.batch_size):
            made = crop(self.photos, self.settings.crop_size, self.settings.mosaic, random)
            boxes, valid = torch.from_numpy(made.boxes).float(), torch.from_numpy(made.valid)
            images.append(torch.from_numpy(made.image).permute(2, 0, 1))
            wanted.append(want(boxes, valid, self.places, random))
        targets = Wanted(*(torch.stack(parts) for parts in zip(*wanted, strict=True)))
        return Batch(torch.stack(images), targets)
