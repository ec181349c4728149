"""Reads the labelled faces that `--data` names, as zoo/data/labelled_data.py says."""

from pathlib import Path

from zoo.data.crops import Crops
from zoo.data.labelled_data import LabelledData, find_data
from zoo.errors import DataError

__all__ = ["crops_of", "find_faces", "read_faces"]


def read_faces(name: str | Path, split: str, points: int | None = None) -> Crops:
    """Return the faces that `name` stands for, of `split` where it names none.

    points: landmarks that are needed, None for any. Raises DataError naming the file at fault,
    before the photos are read where the number of landmarks is another one.
    """
    return crops_of(find_faces(name, split, points))


def find_faces(name: str | Path, split: str, points: int | None = None) -> LabelledData:
    """Return what `read_faces` would read; raises as `find_data` does, and for other landmarks."""
    found = find_data(name, split)
    if not found.points:
        raise _no_faces(found)
    if points is not None and found.points != points:
        raise DataError(
            f"{found.folder}: its faces have {found.points} landmarks, {points} are needed; "
            "give another data set or model"
        )
    return found


def crops_of(found: LabelledData) -> Crops:
    """Read the faces that were found; raises DataError naming the file at fault."""
    crops = found.read()
    if not isinstance(crops, Crops):
        raise _no_faces(found)
    return crops


def _no_faces(found: LabelledData) -> DataError:
    return DataError(
        f"{found.folder}: data set '{found.dataset.name}' holds no landmarks of faces; give "
        "another data set"
    )
