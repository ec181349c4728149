"""Data sets are joined by picture."""

from pathlib import Path

import numpy as np
import pytest

from recipes.shelf.crops import Crops
from recipes.shelf.labelled_faces import join
from zoo.errors import DataError


def crops(names: list[str], points: int, size: int = 4, **columns: str) -> Crops:
    count = len(names)
    landmarks = np.arange(count * points * 2, dtype=np.float32).reshape(count, points, 2)
    rows = tuple({"file": name, **columns} for name in names)
    paths = tuple(Path("/faces") / name for name in names)
    return Crops(np.full((count, size, size, 3), points, np.uint8), landmarks, rows, paths)


def test_a_picture_that_two_sets_label_is_one_face() -> None:
    first, second = crops(["a", "b"], 68, dup_group="1"), crops(["b", "c"], 98, attr_pose="1")
    faces = join([first, second])
    assert len(faces.images) == len(faces.rows) == 3
    assert faces.has(68).tolist() == [True, True, False]
    assert faces.has(98).tolist() == [False, True, True]
    assert (faces.landmarks[68][1] == first.normalised[1]).all()
    assert (faces.landmarks[98][1] == second.normalised[0]).all()
    assert faces.rows[1] == {"file": "b", "dup_group": "1", "attr_pose": "1"}


def test_some_of_the_faces() -> None:
    faces = join([crops(["a", "b", "c"], 68)])
    taken = faces.take([2, 0])
    assert [row["file"] for row in taken.rows] == ["c", "a"]
    assert (taken.landmarks[68] == faces.landmarks[68][[2, 0]]).all()


def test_crops_of_two_sizes_do_not_mix() -> None:
    with pytest.raises(DataError, match=r"crops of \[4, 8\] pixels cannot be trained on together"):
        join([crops(["a"], 68), crops(["b"], 98, size=8)])
