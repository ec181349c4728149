"""Splits keep copies together; batches follow seed and epoch."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

from recipes.shelf.crops import read_crops  # noqa: E402
from recipes.shelf.labelled_faces import LabelledFaces, join  # noqa: E402
from recipes.shelf.landmark_data import LandmarkData, split_groups  # noqa: E402

MakeFaces = Callable[..., Path]


def faces_of(groups: list[str]) -> LabelledFaces:
    count = len(groups)
    rows = tuple({"file": f"{i}.png", "dup_group": group} for i, group in enumerate(groups))
    images = np.zeros((count, 4, 4, 3), np.uint8)
    return LabelledFaces(images, {68: np.zeros((count, 68, 2), np.float32)}, rows)


@given(
    st.lists(st.sampled_from(["", "", "a", "b", "c"]), min_size=2, max_size=40),
    st.floats(0.01, 0.9),
    st.integers(0, 1000),
)
def test_a_group_stays_on_one_side(groups: list[str], fraction: float, seed: int) -> None:
    train, held_out = split_groups(faces_of(groups), 68, fraction, seed)
    assert sorted(train + held_out) == list(range(len(groups)))
    assert len(held_out) >= fraction * len(groups)
    assert not {groups[i] for i in train} & {groups[i] for i in held_out} - {""}


def test_the_split_depends_on_the_seed_only() -> None:
    faces = faces_of([""] * 50)
    assert split_groups(faces, 68, 0.2, seed=1) == split_groups(faces, 68, 0.2, seed=1)
    assert split_groups(faces, 68, 0.2, seed=1) != split_groups(faces, 68, 0.2, seed=2)


def test_faces_without_the_wanted_labels_are_never_held_out() -> None:
    faces = faces_of([""] * 10)
    landmarks = {68: faces.landmarks[68].copy()}
    landmarks[68][::2] = np.nan
    train, held_out = split_groups(
        LabelledFaces(faces.images, landmarks, faces.rows), 68, 0.9, seed=0
    )
    assert held_out == [1, 3, 5, 7, 9]
    assert train == [0, 2, 4, 6, 8]


def data_of(folder: Path, batch_size: int) -> LandmarkData:
    faces = join([read_crops(folder, 68)])
    return LandmarkData(faces, 68, batch_size, seed=0, validation_fraction=0.1)


def test_batches(make_faces: MakeFaces) -> None:
    data = LandmarkData(
        join([read_crops(make_faces(8), 68)]), 68, batch_size=3, seed=0, validation_fraction=0.1
    )
    batches = list(data.train_dataloader())
    assert len(batches) == data.steps_per_epoch == 2
    images, landmarks, weights = batches[0]
    assert weights.tolist() == [1, 1, 1]
    assert images.shape == (3, 3, 48, 48)
    assert images.dtype == torch.uint8
    assert landmarks.shape == (3, 68, 2)
    assert 0.25 < landmarks.min() < landmarks.max() < 0.75
    assert sum(len(batch.images) for batch in data.val_dataloader()) == 1


def test_an_epoch_has_its_own_order_each_time_the_same(make_faces: MakeFaces) -> None:
    data = LandmarkData(
        join([read_crops(make_faces(8), 68)]), 68, batch_size=4, seed=0, validation_fraction=0.1
    )

    def first_batch(epoch: int) -> torch.Tensor:
        loader = data.train_dataloader()
        loader.batch_sampler.sampler.set_epoch(epoch)
        return next(iter(loader))[1]

    assert torch.equal(first_batch(1), first_batch(1))
    assert not torch.equal(first_batch(1), first_batch(2))
