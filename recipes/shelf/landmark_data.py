"""Labelled faces for torch: in memory, split, and batched."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from lightning.pytorch import LightningDataModule
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import BatchSampler, DataLoader, Dataset, Sampler

from recipes.shelf.labelled_faces import LabelledFaces
from zoo.errors import DataError

__all__ = ["Batch", "Faces", "LandmarkData", "split_groups"]


class Batch(NamedTuple):
    """Faces of one step.

    images: [N, 3, S, S] uint8.  landmarks: [N, K, 2] fractions of the image, layouts concatenated,
    nan if missing.  weights: [N] of the faces in the loss.
    """

    images: Tensor
    landmarks: Tensor
    weights: Tensor


class LandmarkData(LightningDataModule):
    """Training faces, and held-out ones with labels of the wanted layout.

    weights: [N] of the faces in the loss, None for 1.
    """

    def __init__(
        self,
        faces: LabelledFaces,
        points: int,
        batch_size: int,
        seed: int,
        validation_fraction: float,
        weights: NDArray[np.float32] | None = None,
    ) -> None:
        super().__init__()
        if weights is None:
            weights = np.ones(len(faces.rows), np.float32)
        train, held_out = split_groups(faces, points, validation_fraction, seed)
        if len(train) < batch_size:
            raise DataError(
                f"{len(train)} training faces are fewer than one batch of {batch_size}; "
                "use more data or a smaller batch"
            )
        self.train = Faces(faces.take(train), weights[train])
        self.held_out = Faces(faces.take(held_out), weights[held_out])
        self.batch_size, self.seed = batch_size, seed

    @property
    def steps_per_epoch(self) -> int:
        """Number of whole batches."""
        return len(self.train) // self.batch_size

    def train_dataloader(self) -> DataLoader[Batch]:
        """Whole batches in an order that only depends on seed and epoch."""
        order = _EpochOrder(len(self.train), self.seed)
        return _loader(self.train, BatchSampler(order, self.batch_size, drop_last=True))

    def epoch(self, number: int) -> Iterator[Batch]:
        """Yield the training batches of one epoch, for training without Lightning."""
        order = _EpochOrder(len(self.train), self.seed)
        order.set_epoch(number)
        for indices in BatchSampler(order, self.batch_size, drop_last=True):
            yield self.train.__getitems__(indices)

    def val_dataloader(self) -> DataLoader[Batch]:
        """All held-out faces in file order."""
        order = range(len(self.held_out))
        return _loader(self.held_out, BatchSampler(order, self.batch_size, drop_last=False))


def split_groups(
    faces: LabelledFaces, points: int, fraction: float, seed: int
) -> tuple[list[int], list[int]]:
    """Return indices of training and held-out faces; a group of duplicates stays together.

    The fraction is of the faces with labels of this layout; only those are held out. Groups are
    named by the column `dup_group`; a face without one is its own group.
    """
    labelled = faces.has(points)
    groups: dict[str, list[int]] = {}
    for index in np.flatnonzero(labelled).tolist():
        row = faces.rows[index]
        groups.setdefault(row.get("dup_group") or f"file {row['file']}", []).append(index)
    held_out: list[int] = []
    for name in np.random.default_rng(seed).permutation(sorted(groups)):
        if len(held_out) >= fraction * labelled.sum():
            break
        held_out += groups[str(name)]
    return sorted(set(range(len(faces.rows))) - set(held_out)), sorted(held_out)


class Faces(Dataset[Batch]):
    """Faces as tensors, as in Batch; a list of indices returns a batch."""

    def __init__(self, faces: LabelledFaces, weights: NDArray[np.float32]) -> None:
        landmarks = np.concatenate(list(faces.landmarks.values()), axis=1)
        self.images = torch.from_numpy(faces.images).permute(0, 3, 1, 2).contiguous()
        self.landmarks, self.weights = torch.from_numpy(landmarks), torch.from_numpy(weights)

    def __len__(self) -> int:
        return len(self.images)

    def __getitems__(self, indices: list[int]) -> Batch:
        return Batch(self.images[indices], self.landmarks[indices], self.weights[indices])


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


def _loader(faces: Faces, batches: BatchSampler) -> DataLoader[Batch]:
    return DataLoader(faces, batch_sampler=batches, collate_fn=_as_it_is)


def _as_it_is(batch: Any) -> Any:  # noqa: ANN401 (what torch asks of a collate function)
    return batch
