"""Photos in memory, and batches of their crops with targets for the cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from lightning.pytorch import LightningDataModule
from numpy.random import Generator
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from recipes.facedet.loss import Wanted, cells_of, want
from recipes.facedet.samples import LabelledImage, Placed, crop
from recipes.facedet.settings import Settings
from recipes.facedet.teacher import Seen, YuNet
from recipes.shelf.boxed_photos import BoxedPhoto, photos_of
from recipes.shelf.epoch_numbers import EpochNumbers
from zoo.data.crops import Crops
from zoo.data.labelled_data import LabelledData
from zoo.errors import DataError
from zoo.picture import read_picture

__all__ = ["Batch", "DetectionData", "Pictures", "read_images", "split_photos"]

_SIZES = (160, 160, 160, 160, 160, 160, 128, 224, 320)
"""Sides of crops, equally likely; large faces need large crops."""


@dataclass(frozen=True)
class Pictures:
    """Training pictures in memory. unlabelled: without boxes, which only a teacher adds."""

    labelled: Sequence[LabelledImage]
    unlabelled: Sequence[LabelledImage]

    def pool(self, unlabelled_part: float, random: Generator) -> Sequence[LabelledImage]:
        """Return the pictures to crop from; `unlabelled_part` of the time those without boxes."""
        if self.labelled and (not self.unlabelled or random.random() >= unlabelled_part):
            return self.labelled
        return self.unlabelled


class Batch(NamedTuple):
    """Crops of one step. images: [N, 3, S, S] uint8."""

    images: Tensor
    wanted: Wanted


def read_images(found: LabelledData) -> tuple[list[LabelledImage], list[BoxedPhoto]]:
    """Return the pictures of a data set in memory, and its photos if it has boxes.

    Faces with landmarks only are pictures without labels, which need a teacher.
    """
    samples = found.read()
    if isinstance(samples, Crops):
        none = np.zeros((0, 4)), np.zeros(0, np.bool_)
        return [LabelledImage(Image.fromarray(image), *none) for image in samples.images], []
    photos = list(photos_of(found))
    return [_read(photo) for photo in photos], photos


def _read(photo: BoxedPhoto) -> LabelledImage:
    image = Image.fromarray(read_picture(photo.path))
    return LabelledImage(image, photo.boxes, photo.valid)


def split_photos(count: int, fraction: float, seed: int) -> tuple[list[int], list[int]]:
    """Return indices of training and held-out photos."""
    order = np.random.default_rng(seed).permutation(count).tolist()
    held_out = round(fraction * count)
    return sorted(order[held_out:]), sorted(order[:held_out])


class DetectionData(LightningDataModule):
    """Random crops for training, and the indices of held-out photos."""

    def __init__(
        self,
        pictures: Pictures,
        held_out: int,
        settings: Settings,
        seed: int,
        teacher: YuNet | None,
    ) -> None:
        super().__init__()
        if not (pictures.labelled or pictures.unlabelled):
            raise DataError("no photo is left to train on; hold out fewer, or give more data")
        self.settings, self.held_out = settings, held_out
        self.steps_per_epoch = max(settings.crops // settings.batch_size, 1)
        self.crops = _CropBatches(pictures, settings, seed, teacher)

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
    pictures: Pictures
    settings: Settings
    seed: int
    teacher: YuNet | None

    def __getitem__(self, number: int) -> Batch:
        random = np.random.default_rng((self.seed, number))
        size = int(random.choice(_SIZES))
        count = max(round(self.settings.batch_size * 160**2 / size**2), 1)
        made = [self._crop(size, random) for _ in range(count)]
        seen = [self.teacher(placed.image) for placed in made] if self.teacher else None
        cells = cells_of(size)
        wanted = [
            want(
                torch.from_numpy(placed.boxes).float(),
                torch.from_numpy(placed.valid),
                cells,
                None if seen is None else _as_tensors(seen[at]),
            )
            for at, placed in enumerate(made)
        ]
        images = torch.from_numpy(np.stack([placed.image for placed in made]))
        return Batch(
            images.permute(0, 3, 1, 2),
            Wanted(*(torch.stack(parts) for parts in zip(*wanted, strict=True))),
        )

    def _crop(self, size: int, random: Generator) -> Placed:
        pool = self.pictures.pool(self.settings.unlabelled, random)
        return crop(pool, size, self.settings.mosaic, random)


def _as_tensors(seen: Seen) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(seen.scores), torch.from_numpy(seen.boxes)
