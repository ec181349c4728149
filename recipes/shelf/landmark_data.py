"""The crops data sets for torch: a folder in memory, split, and handed out in batches."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning.pytorch import LightningDataModule
from torch import Tensor
from torch.utils.data import BatchSampler, DataLoader, Dataset, Sampler

from recipes.shelf.crops import Crops, read_crops
from zoo.errors import DataError

__all__ = ["Batch", "LandmarkData", "split_groups"]

Batch = tuple[Tensor, Tensor]


class LandmarkData(LightningDataModule):
    """Training and validation faces of one folder.

    Batches are (images [N, 3, S, S] uint8, landmarks [N, K, 2] as fractions of the image).
    """

    def __init__(
        self, folder: Path, points: int, batch_size: int, seed: int, validation_fraction: float
    ) -> None:
        super().__init__()
        crops = read_crops(folder, points)
        train, held_out = split_groups(crops, validation_fraction, seed)
        if len(train) < batch_size:
            raise DataError(
                f"{folder}: {len(train)} training faces are fewer than one batch of {batch_size}; "
                "use more data or a smaller batch"
            )
        self.train, self.held_out = _Faces(crops, train), _Faces(crops, held_out)
        self.batch_size, self.seed = batch_size, seed

    @property
    def steps_per_epoch(self) -> int:
        """Number of whole batches."""
        return len(self.train) // self.batch_size

    def train_dataloader(self) -> DataLoader[Batch]:
        """Whole batches in an order that depends on seed and epoch only."""
        order = _EpochOrder(len(self.train), self.seed)
        return _loader(self.train, BatchSampler(order, self.batch_size, drop_last=True))

    def val_dataloader(self) -> DataLoader[Batch]:
        """All held-out faces in the order of the file."""
        order = range(len(self.held_out))
        return _loader(self.held_out, BatchSampler(order, self.batch_size, drop_last=False))


def split_groups(crops: Crops, fraction: float, seed: int) -> tuple[list[int], list[int]]:
    """Return indices of training and held-out faces; a group of duplicates stays together.

    Groups are named by the column `dup_group`; a face without one is its own group.
    """
    groups: dict[str, list[int]] = {}
    for index, row in enumerate(crops.rows):
        groups.setdefault(row.get("dup_group") or f"file {row['file']}", []).append(index)
    shuffled = np.random.default_rng(seed).permutation(sorted(groups))
    held_out: list[int] = []
    for name in shuffled:
        if len(held_out) >= fraction * len(crops.rows):
            break
        held_out += groups[str(name)]
    return sorted(set(range(len(crops.rows))) - set(held_out)), sorted(held_out)


class _Faces(Dataset[Batch]):
    """Some faces as two tensors; a list of indices gives a batch at once."""

    def __init__(self, crops: Crops, indices: Sequence[int]) -> None:
        chosen = list(indices)
        self.images = torch.from_numpy(crops.images[chosen]).permute(0, 3, 1, 2).contiguous()
        self.landmarks = torch.from_numpy(crops.normalised[chosen])

    def __len__(self) -> int:
        return len(self.images)

    def __getitems__(self, indices: list[int]) -> Batch:
        return self.images[indices], self.landmarks[indices]


class _EpochOrder(Sampler[int]):
    """A shuffle that a resumed training repeats; Lightning calls `set_epoch`."""

    def __init__(self, count: int, seed: int) -> None:
        self.count, self.seed, self.epoch = count, seed, 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[int]:
        order = np.random.default_rng((self.seed, self.epoch)).permutation(self.count)
        return iter(order.tolist())


def _loader(faces: _Faces, batches: BatchSampler) -> DataLoader[Batch]:
    return DataLoader(faces, batch_sampler=batches, collate_fn=_as_it_is)


def _as_it_is(batch: Any) -> Any:  # noqa: ANN401 (what torch asks of a collate function)
    return batch
